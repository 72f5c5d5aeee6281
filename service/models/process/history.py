"""History: append-only, hash-chained by stream."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


class HistoryEvent(Base):
    """Something that happened. Each event's hash covers the one before it in its stream."""

    __tablename__ = "history_event"
    __table_args__ = (UniqueConstraint("stream", "seq"), Index(None, "round_id", "at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    stream: Mapped[str] = mapped_column(String(80))  #: "instance:7", "round:1", "system"
    seq: Mapped[int] = mapped_column()
    instance_id: Mapped[int | None] = mapped_column(Id, index=True)
    at: Mapped[datetime] = mapped_column()
    actor_id: Mapped[int | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(60))  #: "task.completed", "element.completed", "quota.taken" …
    element_id: Mapped[str | None] = mapped_column(String(120))
    details: Mapped[dict[str, Any]] = mapped_column()
    hash: Mapped[str] = mapped_column(String(64))


class Stream(Base):
    """The head of a history stream that is not an instance's own (those keep it in their row)."""

    __tablename__ = "history_stream"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")


class Incident(Base):
    """A process that went wrong: data, not an exception. Retried by hand."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "round_id", "resolved_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(Id)
    user_task_id: Mapped[int | None] = mapped_column(Id)
    element_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(String(2000))
    payload: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  #: what a retry needs to run the command again
    opened_at: Mapped[datetime] = mapped_column()
    resolved_at: Mapped[datetime | None] = mapped_column()
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
