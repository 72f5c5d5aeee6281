"""Quotas: places by unit and category, and which nomination holds one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.unit import Unit


class QuotaKind(StrEnum):
    """What a place is a place for."""

    NOMINATION = "nomination"  #: annex 1: how many a recommender may put forward
    AWARD = "award"  #: how many are selected in a category


class Quota(Base):
    """The places of a unit in a category. ``taken`` never exceeds ``places``: the database holds it."""

    __tablename__ = "quota"
    __table_args__ = (
        UniqueConstraint("round_id", "kind", "unit_id", "category"),
        CheckConstraint("taken >= 0 AND taken <= places", name="within_places"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[QuotaKind] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str] = mapped_column(String(40))
    places: Mapped[int] = mapped_column()
    taken: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit] = relationship()


class QuotaUse(Base):
    """The place a nomination holds. Taking twice or releasing twice changes nothing."""

    __tablename__ = "quota_use"
    __table_args__ = (UniqueConstraint("nomination_id", "kind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    quota_id: Mapped[int] = mapped_column(ForeignKey("quota.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    kind: Mapped[QuotaKind] = mapped_column(String(12))
    taken_at: Mapped[datetime] = mapped_column()
