"""Reviewing: defects, answers of outside bodies, drawn experts and their scores, the ranked list, ballots."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id, InsertedTogether
from service.models.person.user import User
from service.models.programme.nomination import Nomination


class Defect(Base):
    """Something a form check (形式审查) found wanting. Cleared when a later check no longer finds it."""

    __tablename__ = "defect"
    __table_args__ = (UniqueConstraint("nomination_id", "user_task_id", "item"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))  #: the check that found it
    item: Mapped[str] = mapped_column(String(80))  #: value of the checklist
    label: Mapped[str] = mapped_column(String(200))  #: its words on the day
    correctable: Mapped[bool] = mapped_column()  #: found with a correction granted (补正), not a refusal
    raised_by: Mapped[str] = mapped_column(String(80))
    raised_at: Mapped[datetime] = mapped_column()
    cleared_at: Mapped[datetime | None] = mapped_column()


class Consultation(InsertedTogether, Base):
    """What an outside body answered about a nominee (公安 …), with the day and number of its paper."""

    __tablename__ = "consultation"
    __table_args__ = (Index(None, "nomination_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), unique=True)
    body: Mapped[str] = mapped_column(String(80))  #: who was asked, as the diagram names it
    asked_at: Mapped[datetime] = mapped_column()
    answered_on: Mapped[date] = mapped_column()  #: the date of the answer, as the body wrote it
    paper_number: Mapped[str] = mapped_column(String(80))  #: 函号; empty where there is none
    outcome: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(2000))
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column()


class Draw(Base):
    """A random draw of experts. Who knows the seed and the pool can draw again and gets the same order."""

    __tablename__ = "expert_draw"
    __table_args__ = (UniqueConstraint("round_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    seed: Mapped[str] = mapped_column(String(80))
    pool: Mapped[str] = mapped_column(String(120))  #: group key the pool was taken from
    size: Mapped[int] = mapped_column()  #: seats at each nomination
    drawn_by: Mapped[str] = mapped_column(String(80))
    drawn_at: Mapped[datetime] = mapped_column()


class PanelMember(Base):
    """One of the pool in the drawn order. The first ``size`` sit; the others stand by in this order."""

    __tablename__ = "panel_member"
    __table_args__ = (UniqueConstraint("draw_id", "user_id"), UniqueConstraint("draw_id", "place"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    draw_id: Mapped[int] = mapped_column(ForeignKey("expert_draw.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    login: Mapped[str] = mapped_column(String(80))  #: as drawn: the digest is made of it
    place: Mapped[int] = mapped_column()  #: 1 = drawn first
    batch: Mapped[int] = mapped_column()  #: 1 = the draw itself, then what was added to it (补充抽取)
    digest: Mapped[str] = mapped_column(String(64))

    user: Mapped[User] = relationship()


class SeatStatus(StrEnum):
    """How an expert stands to one nomination."""

    SEATED = "seated"  #: is to score it
    SCORED = "scored"
    BARRED = "barred"  #: works where the nominee works or is recommended: never seated
    RECUSED = "recused"  #: stepped back, or was asked to (回避)


class Seat(InsertedTogether, Base):
    """An expert's seat at one nomination, taken or given up."""

    __tablename__ = "panel_seat"
    __table_args__ = (
        UniqueConstraint("nomination_id", "user_id"),
        Index(None, "round_id", "user_id", "status"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    place: Mapped[int] = mapped_column()  #: in the drawn order
    status: Mapped[SeatStatus] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500), default="")  #: why he does not sit
    recused_by: Mapped[str] = mapped_column(String(80), default="")  #: himself, or who asked him to step back
    remark: Mapped[str] = mapped_column(String(1000), default="")  #: his words beside the scores

    nomination: Mapped[Nomination] = relationship()
    user: Mapped[User] = relationship()


class Score(InsertedTogether, Base):
    """The points one expert gave one nomination by one criterion. Never changed."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("nomination_id", "user_id", "criterion"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id, index=True)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    criterion: Mapped[str] = mapped_column(String(40))
    points: Mapped[int] = mapped_column()


class Standing(InsertedTogether, Base):
    """A nomination's place in the ranked list of its category, and whether it is on the proposed list."""

    __tablename__ = "standing"
    __table_args__ = (UniqueConstraint("nomination_id"), Index(None, "round_id", "category", "rank"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    category: Mapped[str] = mapped_column(String(40))
    rank: Mapped[int] = mapped_column()  #: 1 = best; no two alike, ``tie`` says how a tie was broken
    total: Mapped[int] = mapped_column()  #: the combined score in thousandths of a point
    tie: Mapped[str] = mapped_column(String(200), default="")
    proposed: Mapped[bool] = mapped_column()

    nomination: Mapped[Nomination] = relationship()


class ListChange(Base):
    """Somebody put a nomination on the proposed list or took it off, and why. Never changed."""

    __tablename__ = "list_change"
    __table_args__ = (Index(None, "round_id", "nomination_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    proposed: Mapped[bool] = mapped_column()
    step: Mapped[str] = mapped_column(String(80))  #: the meeting: 专家组会审, 党组审议 …
    reason: Mapped[str] = mapped_column(String(500))
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column()


class Ballot(Base):
    """A secret ballot on the proposed list. Who voted and what was voted are kept apart for ever."""

    __tablename__ = "ballot"
    __table_args__ = (Index(None, "round_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    voters: Mapped[int] = mapped_column()  #: how many may vote
    opened_at: Mapped[datetime] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()


class Voter(Base):
    """Somebody who may vote in a ballot, and whether he has. Says nothing of what."""

    __tablename__ = "ballot_voter"

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    has_voted: Mapped[bool] = mapped_column(default=False)


class BallotCount(Base):
    """How many voted one way on one nomination. There are no ballot papers to be matched with voters.

    All counts of a ballot are there from the beginning and every vote writes all of them, so neither the
    order nor the age of the rows says which of them a vote raised.
    """

    __tablename__ = "ballot_count"
    __table_args__ = (CheckConstraint("votes >= 0", name="not_negative"),)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"), primary_key=True)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), primary_key=True)
    choice: Mapped[str] = mapped_column(String(10), primary_key=True)  #: for, against, abstain
    votes: Mapped[int] = mapped_column(default=0)
