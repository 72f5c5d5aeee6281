"""What this transaction holds: instances, whose objects are then the truth, and names of what has no row."""

from __future__ import annotations

import hashlib

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

from service.models import Instance

LOCKED = "locked_instances"
OFFERED = "offered_tasks"
_WAIT = select(func.pg_advisory_xact_lock(func.unnest(bindparam("numbers", type_=ARRAY(BigInteger)))))


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


def wait_for(session: Session, *names: str) -> None:
    """Hold names until the transaction ends: whoever asks for one of them waits, then sees what was written.

    Everybody takes them in the same order. On SQLite whoever writes is alone from the beginning.
    """
    if session.get_bind().dialect.name == "postgresql":
        digests = (hashlib.sha256(name.encode()).digest() for name in names)
        session.execute(_WAIT, {"numbers": sorted(int.from_bytes(one[:8], signed=True) for one in digests)})


@listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested or transaction.parent is None:  # a flush is one of its own, and gives nothing up
        session.info.pop(LOCKED, None)
        session.info.pop(OFFERED, None)
