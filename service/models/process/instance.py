"""Process instances and what they wait for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id, InsertedTogether


class InstanceStatus(StrEnum):
    """How an instance stands."""

    ACTIVE = "active"  #: something is open
    COMPLETED = "completed"  #: reached its end
    CANCELLED = "cancelled"  #: stopped from outside


class Instance(Base):
    """A process instance. Its row is locked before its engine state changes."""

    __tablename__ = "process_instance"
    __table_args__ = (
        Index(None, "round_id", "process_id", "status"),
        # 我发起, newest first: everybody's instances are in one table
        Index(None, "started_by_id", "id"),
        UniqueConstraint("business_key"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    deployment_hash: Mapped[str] = mapped_column(
        String(64)
    )  #: of the deployment: diagrams and forms are cached by it
    process_id: Mapped[str] = mapped_column(String(120))
    business_key: Mapped[str] = mapped_column(String(120))  #: "nomination:12": what the instance is about
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[InstanceStatus] = mapped_column(String(20), default=InstanceStatus.ACTIVE)
    state: Mapped[bytes] = mapped_column(LargeBinary, deferred=False)  #: the engine's, opaque
    open_keys: Mapped[str] = mapped_column(Text, default="")  #: what has rows, see workflow/open_keys
    moved: Mapped[int] = mapped_column(default=0)  #: how often it was moved to another version
    history_seq: Mapped[int] = mapped_column(default=0)  #: of the newest history event
    history_head: Mapped[str] = mapped_column(String(64), default="")  #: its hash
    started_at: Mapped[datetime] = mapped_column()
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    ended_at: Mapped[datetime | None] = mapped_column()
    end_event: Mapped[str | None] = mapped_column(String(120))


class SubscriptionRow(InsertedTogether, Base):
    """A signal or message an instance waits for."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index(None, "round_id", "kind", "name", "correlation_key"),
        UniqueConstraint("instance_id", "key"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int | None] = mapped_column(Id)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    kind: Mapped[str] = mapped_column(String(10))  #: signal, message
    name: Mapped[str] = mapped_column(String(120))
    correlation_key: Mapped[str | None] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(80))  #: the engine's
    element_id: Mapped[str] = mapped_column(String(120))
