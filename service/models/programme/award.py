"""Awards: entries in the register of titles, and what follows upon one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id, InsertedTogether
from service.models.person.unit import Unit
from service.models.programme.nomination import Nomination
from service.models.programme.round import Round


class AwardStatus(StrEnum):
    """How a title stands."""

    VALID = "valid"  #: 有效
    COMPLETED = "completed"  #: 期满合格: its period ended well
    LAPSED = "lapsed"  #: 期满: its period ended; nobody reviewed how
    ANNULLED = "annulled"  #: 撤销


#: statuses in which the title is held: a period that is over takes it from nobody
HELD = (AwardStatus.VALID, AwardStatus.COMPLETED, AwardStatus.LAPSED)


class Award(InsertedTogether, Base):
    """An entry in the register of titles (称号名册). Lists read it alone: what they show is kept here."""

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("nomination_id"),
        Index(None, "round_id", "category"),
        # the register is counted from this index alone, whoever asks
        Index(
            "ix_award_register",
            *("programme", "year", "status", "category"),
            *("organiser_id", "recommender_id", "unit_id", "holder_id"),
        ),
        Index(None, "unit_id"),
        Index(None, "recommender_id"),
        Index(None, "name"),
        Index(None, "holder_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    programme: Mapped[str] = mapped_column(String(80))  #: key of the programme's pack
    year: Mapped[int] = mapped_column()  #: of the round
    title: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(40), unique=True)  #: of the certificate
    code: Mapped[str] = mapped_column(String(40), unique=True)  #: whoever has it may verify the certificate
    name: Mapped[str] = mapped_column(String(80))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  #: his account, if any
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  #: 所在单位 now: who follows up
    unit_name: Mapped[str] = mapped_column(String(200))  #: 所在单位 when the title was granted
    recommender_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    organiser_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    status: Mapped[AwardStatus] = mapped_column(String(12), default=AwardStatus.VALID)
    status_reason: Mapped[str] = mapped_column(String(1000), default="")
    status_at: Mapped[datetime | None] = mapped_column()  #: when it last changed
    valid_from: Mapped[date | None] = mapped_column()  #: first day of its period, where it has one
    valid_until: Mapped[date | None] = mapped_column()  #: last day of its period
    granted_at: Mapped[datetime] = mapped_column()
    revision: Mapped[int] = mapped_column(default=0)  #: raised by every change, for ETags

    nomination: Mapped[Nomination] = relationship()
    round: Mapped[Round] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    recommender: Mapped[Unit] = relationship(foreign_keys=[recommender_id])
    organiser: Mapped[Unit] = relationship(foreign_keys=[organiser_id])


class FollowUp(Base):
    """An entry in the ledger of what followed upon a title (培育台账). Struck out, never changed."""

    __tablename__ = "follow_up"
    __table_args__ = (Index(None, "award_id", "track"), Index(None, "round_id", "track", "item"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    track: Mapped[str] = mapped_column(String(40))  #: key of the programme's [[follow_up]]
    item: Mapped[str] = mapped_column(String(80))
    day: Mapped[date] = mapped_column()  #: when it happened, or began
    ended_on: Mapped[date | None] = mapped_column()  #: last day of what lasts: a pool left, a post given up
    text: Mapped[str] = mapped_column(String(2000))
    result: Mapped[str] = mapped_column(String(200), default="")
    filename: Mapped[str] = mapped_column(String(200), default="")  #: of the evidence; empty without
    content_type: Mapped[str] = mapped_column(String(80), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), index=True, default="")
    user_task_id: Mapped[int | None] = mapped_column(Id)  #: the task whose form wrote it
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    written_by: Mapped[str] = mapped_column(String(80))
    unit_name: Mapped[str] = mapped_column(String(200))  #: the writer's unit
    written_at: Mapped[datetime] = mapped_column()
    struck_at: Mapped[datetime | None] = mapped_column()
    struck_by: Mapped[str] = mapped_column(String(80), default="")
    struck_reason: Mapped[str] = mapped_column(String(500), default="")

    award: Mapped[Award] = relationship()
