"""Which instances this transaction has locked: their objects are then the truth, and are not read again."""

from __future__ import annotations

from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

from service.models import Instance

LOCKED = "locked_instances"


def held(session: Session, instance_id: int) -> Instance | None:
    """Return an instance this transaction holds, or None."""
    locked: dict[int, Instance] = session.info.get(LOCKED, {})
    return locked.get(instance_id)


def note(session: Session, instance: Instance) -> Instance:
    """Note that an instance's row is locked, until the transaction ends."""
    session.info.setdefault(LOCKED, {})[instance.id] = instance
    return instance


@listens_for(Session, "after_transaction_end")
def _forget(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop(LOCKED, None)
