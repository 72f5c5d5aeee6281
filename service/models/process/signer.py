"""Added signers (加签) of a user task, the decision that waits for them, and comments on an instance."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.crypto import EncryptedJson
from service.models.person.user import User
from service.models.process.user_task import UserTask


class SignerPlace(StrEnum):
    """When an added signer is asked."""

    BEFORE = "before"  #: 前加签: before the task may be completed
    AFTER = "after"  #: 后加签: once it is decided, before the process moves on


_WAITING = text("answered_at IS NULL")


class Signer(Base):
    """Somebody asked to sign a task with whoever has it to do."""

    __tablename__ = "user_task_signer"
    __table_args__ = (
        Index(
            "uq_user_task_signer_waiting",
            "user_task_id",
            "user_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index(None, "user_id", "answered_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id, index=True)
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    place: Mapped[SignerPlace] = mapped_column(String(6))
    question: Mapped[str] = mapped_column(String(500))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime] = mapped_column()
    agrees: Mapped[bool | None] = mapped_column()  #: None while unanswered, or when nobody waits any more
    answer: Mapped[str] = mapped_column(String(1000), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  #: or who acts for him
    answered_at: Mapped[datetime | None] = mapped_column()

    task: Mapped[UserTask] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class HeldDecision(Base):
    """What was decided on a task and waits for the signers asked after it. The task stays open."""

    __tablename__ = "held_decision"

    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    outcome: Mapped[str] = mapped_column(String(40))
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    held_at: Mapped[datetime] = mapped_column()


class Comment(Base):
    """What somebody said about an instance. No opinion: it decides nothing and is never printed."""

    __tablename__ = "comment"
    __table_args__ = (Index(None, "instance_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id, index=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    user_task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))  #: where it was said
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    text: Mapped[str] = mapped_column(String(1000))
    written_at: Mapped[datetime] = mapped_column()

    user: Mapped[User] = relationship()
