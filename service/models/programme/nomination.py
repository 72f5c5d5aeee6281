"""Nominations: one person going through a round, with files, findings and opinions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id, InsertedTogether
from service.models.crypto import EncryptedJson, EncryptedText
from service.models.person.unit import Unit
from service.models.process.instance import Instance
from service.models.programme.round import Round


class NominationStatus(StrEnum):
    """How a nomination stands. Names are ours; the pages show the notice's words."""

    DRAFTING = "drafting"  #: 填报中
    RECOMMENDING = "recommending"  #: 推荐中: opinions are being given
    QUALIFYING = "qualifying"  #: 资格审查中
    SHORTLISTED = "shortlisted"  #: 入围
    NOT_LISTED = "not_listed"  #: 会审未列入: until the list is published he may be reviewed again
    SELECTED = "selected"  #: 候选人
    AWARDED = "awarded"  #: 授予称号
    OVERDUE = "overdue"  #: 逾期未报
    WITHDRAWN = "withdrawn"  #: 退出
    DECLINED = "declined"  #: 未获推荐
    FAILED = "failed"  #: 初审未通过
    DISQUALIFIED = "disqualified"  #: 取消参选资格
    NOT_SELECTED = "not_selected"  #: 未入选
    CANCELLED = "cancelled"  #: 取消候选人资格


#: statuses in which a nomination no longer stands: the same person may be nominated again
FALLEN = (
    NominationStatus.OVERDUE,
    NominationStatus.WITHDRAWN,
    NominationStatus.DECLINED,
    NominationStatus.FAILED,
    NominationStatus.DISQUALIFIED,
    NominationStatus.CANCELLED,
)
_STANDS = text(f"status NOT IN ({', '.join(repr(status.value) for status in FALLEN)})")


class Nomination(Base):
    """One person in one round (申报)."""

    __tablename__ = "nomination"
    __table_args__ = (
        # the board of a round is counted from this index alone
        Index("ix_nomination_board", "round_id", "status", "category", "recommender_id", "sex", "industry"),
        Index(None, "round_id", "recommender_id"),
        Index(None, "round_id", "id_number_index"),
        # of every inbox: which nominations are the reader's own
        Index(None, "nominee_id"),
        Index(None, "id_number_index"),
        # of two that submit the same person at once, the database lets one through
        Index(
            "uq_nomination_standing",
            "round_id",
            "id_number_index",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  #: 所在单位
    recommender_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  #: 推荐单位
    source: Mapped[str] = mapped_column(String(10))  #: unit, self
    nominee_id: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id")
    )  #: the nominee's own account, if any
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    status: Mapped[NominationStatus] = mapped_column(String(20), default=NominationStatus.DRAFTING)
    status_reason: Mapped[str] = mapped_column(String(1000), default="")
    category: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80), default="")
    sex: Mapped[str] = mapped_column(String(4), default="")
    ethnicity: Mapped[str] = mapped_column(String(40), default="")
    birth_date: Mapped[date | None] = mapped_column()
    education: Mapped[str] = mapped_column(String(40), default="")
    political_status: Mapped[str] = mapped_column(String(40), default="")
    workplace_and_post: Mapped[str] = mapped_column(String(200), default="")
    industry: Mapped[str] = mapped_column(String(40), default="")  #: 行业, where the form asks it
    id_number: Mapped[str | None] = mapped_column(EncryptedText)
    id_number_index: Mapped[str | None] = mapped_column(
        String(64)
    )  #: keyed hash: the same person has the same
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    eligibility: Mapped[str | None] = mapped_column(String(10))  #: PASS, REASON, EXCEPTION, REVIEW, FAIL
    asks_reason: Mapped[bool] = mapped_column(default=False)  #: a rule of 原则上 was broken, or one reminds
    exception_reason: Mapped[str] = mapped_column(
        String(1000), default=""
    )  #: why a 破格; printed in the roster and the 公示
    stated_reason: Mapped[str] = mapped_column(
        String(1000), default=""
    )  #: why against a rule of 原则上, or past a reminder; printed in the roster
    over_reason: Mapped[str] = mapped_column(
        String(1000), default=""
    )  #: why one more than a soft quota has places; printed in the roster
    overruling: Mapped[str] = mapped_column(
        String(4000), default=""
    )  #: why the organiser let in whom a rule refuses, in the rule's words; printed inside, never published
    remark: Mapped[str] = mapped_column(String(500), default="")  #: 备注
    created_at: Mapped[datetime] = mapped_column()
    submitted_at: Mapped[datetime | None] = mapped_column()
    corrected: Mapped[dict[str, Any] | None] = mapped_column(
        EncryptedJson
    )  #: answers corrected since the form was handed in, by field
    purged_at: Mapped[datetime | None] = mapped_column()  #: personal data removed; nothing of it is left
    revision: Mapped[int] = mapped_column(default=0)  #: raised by every change, for ETags

    round: Mapped[Round] = relationship()
    instance: Mapped[Instance | None] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    recommender: Mapped[Unit] = relationship(foreign_keys=[recommender_id])


class Finding(Base):
    """What one eligibility rule said of a nomination, in the notice's words."""

    __tablename__ = "eligibility_finding"
    __table_args__ = (UniqueConstraint("nomination_id", "rule"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    rule: Mapped[str] = mapped_column(String(20))  #: N03, N04 …
    result: Mapped[str] = mapped_column(String(10))
    measured: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(String(500))
    warning: Mapped[bool] = mapped_column(default=False)  #: worth a look, whatever the result
    reason: Mapped[str] = mapped_column(String(1000), default="")  #: what was stated in answer to it


class Attachment(InsertedTogether, Base):
    """A file handed in with a nomination. Its bytes lie in the storage under their hash."""

    __tablename__ = "attachment"
    __table_args__ = (Index(None, "nomination_id", "slot"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    slot: Mapped[str] = mapped_column(String(40))  #: portrait, work_photo, details …
    filename: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    warning: Mapped[str] = mapped_column(String(200), default="")
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    uploaded_at: Mapped[datetime] = mapped_column()


class Opinion(InsertedTogether, Base):
    """What one approver decided (意见), to be printed back on the paper form. Never changed."""

    __tablename__ = "opinion"
    __table_args__ = (Index(None, "nomination_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    user_task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), unique=True)
    position: Mapped[int] = mapped_column()  #: place on the paper form, 1 = first; 0 = not printed
    heading: Mapped[str] = mapped_column(String(80))  #: 所在单位团组织意见 …
    outcome: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(2000))
    seal: Mapped[str] = mapped_column(String(80))  #: whose seal belongs there
    unit_name: Mapped[str] = mapped_column(String(200))
    signed_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime] = mapped_column()
