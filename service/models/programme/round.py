"""Rounds: one run of a programme, its extensions and its calendar."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from service.models.base import Base, Id
from service.models.person.unit import Unit
from service.models.process.history import Stream
from service.models.process.instance import Instance

#: the history of the calendar of working days
CALENDAR_STREAM = "calendar"


class Stage(StrEnum):
    """Where a round stands. The round's diagram moves it on."""

    PREPARATION = "preparation"  #: opened, not yet taking nominations
    SUBMISSION = "submission"  #: nominations come in
    QUALIFICATION = "qualification"  #: closed for nominations, being examined
    REVIEW = "review"  #: joint review
    NOTICE = "notice"  #: public notice running
    CONFIRMATION = "confirmation"  #: the notice is over, awards to be confirmed
    ANNOUNCED = "announced"


class Round(Base):
    """One run of a programme (届次): year, dates, quotas."""

    __tablename__ = "round"
    __table_args__ = (UniqueConstraint("programme", "label"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme: Mapped[str] = mapped_column(String(80))  #: key of the programme's pack
    label: Mapped[str] = mapped_column(String(80))  #: "2024", "2024 演示"
    title: Mapped[str] = mapped_column(String(200))
    year: Mapped[int] = mapped_column()
    organiser_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    stage: Mapped[Stage] = mapped_column(String(20), default=Stage.PREPARATION)
    dates: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  #: stage -> {"opened","due","closed"}: ISO moments
    demonstration: Mapped[bool] = mapped_column(default=False)  #: lives on the movable clock
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    created_at: Mapped[datetime] = mapped_column()
    revision: Mapped[int] = mapped_column(default=0)  #: raised by every change, for ETags

    #: of the calendar's history: what is made of the calendar may be kept until it changes
    calendar_head: Mapped[str] = column_property(
        select(func.coalesce(func.max(Stream.head), ""))
        .where(Stream.name == CALENDAR_STREAM)
        .scalar_subquery()
    )

    organiser: Mapped[Unit] = relationship()
    instance: Mapped[Instance | None] = relationship()


class Extension(Base):
    """More time for one unit in one stage, given by the organiser with a reason."""

    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("round_id", "unit_id", "stage"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    stage: Mapped[Stage] = mapped_column(String(20))
    until: Mapped[datetime] = mapped_column()
    reason: Mapped[str] = mapped_column(String(500))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    granted_at: Mapped[datetime] = mapped_column()


class CandidateExtension(Base):
    """More time for one nomination in one stage; given after the close, for the one begun in its stead."""

    __tablename__ = "candidate_extension"
    __table_args__ = (UniqueConstraint("nomination_id", "stage"), Index(None, "round_id", "stage"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    stage: Mapped[Stage] = mapped_column(String(20))
    until: Mapped[datetime] = mapped_column()
    reason: Mapped[str] = mapped_column(String(500))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    granted_at: Mapped[datetime] = mapped_column()


class CalendarDay(Base):
    """A day that works or rests by the State Council's arrangement. Overrides the built-in data."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool] = mapped_column()
    source: Mapped[str] = mapped_column(String(200))  #: the document it comes from


class CalendarYear(Base):
    """A year whose arrangement has been entered completely: unlisted days follow the weekday."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(200))


class ClockSetting(Base):
    """The demonstration's movable clock: one row, absent in a real service."""

    __tablename__ = "clock_setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    now: Mapped[datetime] = mapped_column()
