"""Migrations: orders to move running instances to another version, and what became of each instance."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


class ItemStatus(StrEnum):
    """What became of an instance that was to move."""

    PENDING = "pending"
    MOVED = "moved"
    LEFT = "left"  #: stays where it was; the reason says why


class Migration(Base):
    """An order to move the running instances of one version of a key to another."""

    __tablename__ = "migration"
    __table_args__ = (Index(None, "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))  #: of the deployments
    source_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    plan: Mapped[dict[str, Any]] = mapped_column()  #: see engine/migration/plans
    plan_hash: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    recompute: Mapped[bool] = mapped_column(default=False)  #: due dates and timers are counted anew
    before: Mapped[str | None] = mapped_column(String(120))  #: only instances that have not reached it
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    ordered_by: Mapped[str] = mapped_column(String(80))  #: his name
    ordered_at: Mapped[datetime] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()  #: nothing is pending any more


class MigrationItem(Base):
    """One instance of a migration: a job until it is done, then the record of it."""

    __tablename__ = "migration_item"
    __table_args__ = (
        UniqueConstraint("migration_id", "instance_id"),
        Index(None, "instance_id"),
        Index(None, "status", "try_at", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    migration_id: Mapped[int] = mapped_column(ForeignKey("migration.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    status: Mapped[ItemStatus] = mapped_column(String(10), default=ItemStatus.PENDING)
    try_at: Mapped[datetime] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)  #: that failed
    reason: Mapped[str] = mapped_column(String(2000), default="")  #: why it was left, or failed last
    remarks: Mapped[list[Any]] = mapped_column(default=list)
    deadlines: Mapped[list[Any]] = mapped_column(default=list)  #: those that moved
    done_at: Mapped[datetime | None] = mapped_column()
    state_before: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  #: the engine's, as it was
    keys_before: Mapped[str | None] = mapped_column(Text, deferred=True)  #: what had rows then
