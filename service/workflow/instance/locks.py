"""What this transaction holds: instances, whose objects are then the truth, and names of what has no row."""

from __future__ import annotations

import hashlib

from sqlalchemy import bindparam, func, select
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

from service.models import Instance

LOCKED = "locked_instances"
OFFERED = "offered_tasks"
_WAIT = select(func.pg_advisory_xact_lock(bindparam("number")))


def held(session: Session, instance_id: int) -> Instance | None:
    """Return an instance this transaction holds, or None."""
    locked: dict[int, Instance] = session.info.get(LOCKED, {})
    return locked.get(instance_id)


def note(session: Session, instance: Instance) -> Instance:
    """Note that an instance's row is locked, until the transaction ends."""
    session.info.setdefault(LOCKED, {})[instance.id] = instance
    return instance


def offers(session: Session) -> dict[tuple[int, int | None], bool]:
    """Return whether tasks are offered to people, by task and person, as read in this transaction."""
    known: dict[tuple[int, int | None], bool] = session.info.setdefault(OFFERED, {})
    return known


def wait_for(session: Session, name: str) -> None:
    """Hold a name until the transaction ends: whoever asks for the same waits, then sees what was written.

    On SQLite whoever writes is alone from the beginning.
    """
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256(name.encode()).digest()
        session.execute(_WAIT, {"number": int.from_bytes(digest[:8], signed=True)})


@listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested or transaction.parent is None:  # a flush is one of its own, and gives nothing up
        session.info.pop(LOCKED, None)
        session.info.pop(OFFERED, None)
