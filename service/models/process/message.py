"""What people are told: notifications inside the service, and the outbox for what leaves it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


class Notification(Base):
    """A line in somebody's messages (消息)."""

    __tablename__ = "notification"
    __table_args__ = (Index(None, "user_id", "read_at", "created_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id, index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    user_task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    instance_id: Mapped[int | None] = mapped_column(Id)  #: what it tells of; no key, as for the round
    kind: Mapped[str] = mapped_column(String(40))  #: task.offered, reminder, task.returned …
    text: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column()
    read_at: Mapped[datetime | None] = mapped_column()


class OutboxStatus(StrEnum):
    """How far a message has come."""

    PENDING = "pending"
    SENDING = "sending"  #: a worker holds it until ``due_at``; after that it may be taken again
    SENT = "sent"
    FAILED = "failed"  #: out of retries


class OutboxMessage(Base):
    """A message that has to leave the process. Written with the change it tells of."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index(None, "status", "due_at", "id"), Index(None, "recipient", "created_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    instance_id: Mapped[int | None] = mapped_column(Id)  #: what it tells of, as a notification
    channel: Mapped[str] = mapped_column(String(20))  #: mail, apprise-1 …
    recipient: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column()
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    status: Mapped[OutboxStatus] = mapped_column(String(10), default=OutboxStatus.PENDING)
    due_at: Mapped[datetime] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column()
