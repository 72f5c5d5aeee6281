"""Jobs: work that is due at a moment. A row is claimed once; its effect commits with its removal."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


class JobKind(StrEnum):
    """What a job does when it is due."""

    TIMER = "timer"  #: fires a timer of an instance
    SIGNAL = "signal"  #: delivers a signal to one instance
    MESSAGE = "message"  #: delivers a message to one instance
    TOPIC = "topic"  #: works a remote topic of a service task


class JobStatus(StrEnum):
    """Whether a job may still run."""

    PENDING = "pending"
    FAILED = "failed"  #: out of retries: an incident tells why


class Job(Base):
    """One piece of work for one instance. Done jobs are deleted; history keeps what they did."""

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "status", "due_at", "id"),
        Index(None, "instance_id", "key"),
        # an incident remembers its job: the id of a deleted job must never name another one
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    kind: Mapped[JobKind] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(80))  #: the engine's key of what waits
    element_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120), default="")  #: of the signal, message or topic
    due_at: Mapped[datetime] = mapped_column()
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[JobStatus] = mapped_column(String(10), default=JobStatus.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(2000), default="")
