"""User tasks: what a person has to do, who may, drafts and submissions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, ForeignKey, Index, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id, InsertedTogether
from service.models.crypto import EncryptedJson
from service.models.process.instance import Instance


class TaskStatus(StrEnum):
    """How a user task stands."""

    OPEN = "open"
    COMPLETED = "completed"  #: somebody gave it an outcome
    CANCELLED = "cancelled"  #: the diagram left it: a stage closed, a branch was interrupted


class UserTask(InsertedTogether, Base):
    """A user task of an instance, offered to candidate groups until somebody claims it."""

    __tablename__ = "user_task"
    __table_args__ = (
        UniqueConstraint("instance_id", "key"),
        Index(None, "round_id", "element_id", "status"),
        Index(None, "assignee_id", "status", "due_date"),
        Index(None, "completed_by_id", "completed_at"),
        Index(
            "ix_user_task_remind_at",
            "remind_at",
            sqlite_where=text("remind_at IS NOT NULL"),
            postgresql_where=text("remind_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    key: Mapped[str] = mapped_column(String(80))  #: the engine's
    element_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))  #: of the instance, for lists
    form_id: Mapped[str | None] = mapped_column(String(120))
    batch_key: Mapped[str | None] = mapped_column(
        String(80)
    )  #: tasks with the same one may be done on one page
    status: Mapped[TaskStatus] = mapped_column(String(10), default=TaskStatus.OPEN)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    due_date: Mapped[datetime | None] = mapped_column()
    follow_up_date: Mapped[datetime | None] = mapped_column()
    priority: Mapped[int] = mapped_column(default=50)
    remind_at: Mapped[datetime | None] = mapped_column()  #: when the next nudge is due
    created_at: Mapped[datetime] = mapped_column()
    completed_at: Mapped[datetime | None] = mapped_column()
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    outcome: Mapped[str | None] = mapped_column(String(40))
    steps_back: Mapped[str | None] = mapped_column(
        String(10)
    )  #: who must step back from it (回避), in the domain's word; null: nobody
    has_signers: Mapped[bool] = mapped_column(default=False)  #: somebody was asked to sign with it (加签)
    revision: Mapped[int] = mapped_column(default=0)  #: raised by every change, for ETags

    instance: Mapped[Instance] = relationship()


class Candidate(Base):
    """A group (or ``user:<id>``) an open task is offered to. Removed when the task closes."""

    __tablename__ = "user_task_candidate"
    __table_args__ = (Index(None, "group_key", "user_task_id"),)

    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    group_key: Mapped[str] = mapped_column(String(120), primary_key=True)

    task: Mapped[UserTask] = relationship()


_ddl: Callable[[str], DDL] = DDL  # its own signature has no types
#: a closed task is offered to nobody, whoever closed it: one statement less for every completion
WITHDRAW = "DELETE FROM user_task_candidate WHERE user_task_id = NEW.id;"
ON_CLOSING = "CREATE TRIGGER withdraw_offers AFTER UPDATE OF status ON user_task FOR EACH ROW"

event.listen(
    Base.metadata,
    "after_create",
    _ddl(f"{ON_CLOSING} WHEN NEW.status <> 'open' BEGIN {WITHDRAW} END").execute_if(dialect="sqlite"),
)
event.listen(
    Base.metadata,
    "after_create",
    _ddl(
        "CREATE FUNCTION withdraw_offers() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {WITHDRAW} RETURN NULL; END $$;"
        f"{ON_CLOSING} WHEN (NEW.status <> 'open') EXECUTE FUNCTION withdraw_offers();"
    ).execute_if(dialect="postgresql"),
)


class Draft(Base):
    """Answers somebody has begun and not submitted."""

    __tablename__ = "draft"

    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    saved_at: Mapped[datetime] = mapped_column()
    frozen_at: Mapped[datetime | None] = mapped_column()  #: its stage closed before it was submitted


class Submission(InsertedTogether, Base):
    """What was submitted when a task was completed. Never changed."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "instance_id", "element_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), unique=True)
    element_id: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    outcome: Mapped[str] = mapped_column(String(40))
    answers: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    submitted_at: Mapped[datetime] = mapped_column()


class TaskCopy(Base):
    """A copy (抄送) of a task: its receiver may read the instance, and nothing more."""

    __tablename__ = "task_copy"
    __table_args__ = (UniqueConstraint("user_task_id", "user_id"), Index(None, "user_id", "copied_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    copied_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    copied_at: Mapped[datetime] = mapped_column()
    read_at: Mapped[datetime | None] = mapped_column()

    task: Mapped[UserTask] = relationship()


class Reminder(Base):
    """A nudge that was sent: one row a task, rule and occurrence, so none is sent twice."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("user_task_id", "rule", "occurrence"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id, index=True)
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    rule: Mapped[str] = mapped_column(
        String(40)
    )  #: "-3", "0", "+1" working days from the due date, or "by:<user>"
    occurrence: Mapped[datetime] = (
        mapped_column()
    )  #: the due date it speaks of, or the moment of a nudge by hand
    sent_at: Mapped[datetime] = mapped_column()
