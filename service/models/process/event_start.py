"""Event starts: the messages and signals that begin instances, and what they have begun but for the doing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id
from service.models.process.retry import Retried


class StartSubscription(Base):
    """A message or signal start event of the newest version of a key."""

    __tablename__ = "start_subscription"
    __table_args__ = (
        Index(None, "key", "kind", "name"),
        UniqueConstraint("deployment_id", "process_id", "element_id"),
        # a session that still has a retired one must not take a new one for it
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    key: Mapped[str] = mapped_column(String(80))  #: the deployment's: only its own instances are heard
    process_id: Mapped[str] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))  #: signal, message; none: begun with its subject
    name: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(40), default="")  #: one instance for each of these; else one


class PendingStart(Retried, Base):
    """An instance that an event is to begin. Gone once it has."""

    __tablename__ = "pending_start"
    # an instance remembers its start: the id of one that is done must never name another
    __table_args__ = {"sqlite_autoincrement": True}

    round_id: Mapped[int | None] = mapped_column(Id, index=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    process_id: Mapped[str] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    correlation_key: Mapped[str | None] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)  #: the first variables
    subject: Mapped[str | None] = mapped_column(String(80))  #: what it is about: "award:12"
