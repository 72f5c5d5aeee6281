"""What a transaction remembers of what it has asked, so that it does not ask again."""

from __future__ import annotations

from typing import Any

from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, SessionTransaction

REMEMBERED = "remembered"


def of(session: Session) -> dict[str, Any]:
    """Return what this transaction remembers, by name; nothing once it ends or a savepoint is given up."""
    remembered: dict[str, Any] = session.info.setdefault(REMEMBERED, {})
    return remembered


@listens_for(Session, "after_soft_rollback")
def _forget_what_may_be_undone(session: Session, _rolled_back: SessionTransaction) -> None:
    session.info.pop(REMEMBERED, None)


@listens_for(Session, "after_transaction_end")
def _forget_at_the_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:  # a flush is one of its own, and gives nothing up
        session.info.pop(REMEMBERED, None)
