"""Quotas: places by unit and category, the head counts they may rest on, and which nomination holds one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.person.unit import Unit


class QuotaKind(StrEnum):
    """What a place is a place for."""

    NOMINATION = "nomination"  #: annex 1: how many a recommender may put forward
    AWARD = "award"  #: how many are selected in a category


#: the category of a quota that counts nominations of every category
ANY_CATEGORY = ""


class Quota(Base):
    """The places of a unit in a category.

    A hard quota's ``taken`` and ``allotted`` never exceed its ``places``: the database holds it. A soft one
    (原则上) may be exceeded with a reason.
    """

    __tablename__ = "quota"
    __table_args__ = (
        UniqueConstraint("round_id", "kind", "unit_id", "category"),
        CheckConstraint("taken >= 0 AND allotted >= 0", name="not_negative"),
        CheckConstraint("NOT hard OR taken + allotted <= places", name="within_places"),
        Index(None, "parent_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[QuotaKind] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    category: Mapped[str] = mapped_column(String(40))
    places: Mapped[int] = mapped_column()
    taken: Mapped[int] = mapped_column(default=0)
    allotted: Mapped[int] = mapped_column(default=0)  #: given on to units below, whose own quotas count them
    hard: Mapped[bool] = mapped_column(default=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("quota.id"))  #: the quota its places came from

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
    over_reason: Mapped[str] = mapped_column(String(500), default="")  #: why a soft quota was exceeded
    taken_at: Mapped[datetime] = mapped_column()


class HeadCount(Base):
    """How many young people a unit reported (单位青年数): what a ratio's places are computed from."""

    __tablename__ = "head_count"
    __table_args__ = (UniqueConstraint("round_id", "unit_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[int] = mapped_column()
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    reported_at: Mapped[datetime] = mapped_column()

    unit: Mapped[Unit] = relationship()
