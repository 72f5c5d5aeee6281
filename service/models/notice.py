"""Public notices, objections against candidates, and awards."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.crypto import EncryptedText
from service.models.nomination import Nomination
from service.models.round import Round


class NoticeKind(StrEnum):
    """What a notice publishes."""

    CANDIDATES = "candidates"  #: 公示
    AWARDS = "awards"  #: 公布


class Notice(Base):
    """A frozen, masked list put before the public. Public pages read this and nothing else."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "round_id", "kind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    kind: Mapped[NoticeKind] = mapped_column(String(12))
    slug: Mapped[str] = mapped_column(String(40), unique=True)  #: in its public address
    title: Mapped[str] = mapped_column(String(200))
    snapshot: Mapped[dict[str, Any]] = (
        mapped_column()
    )  #: what is shown; names no identity number, phone or birth day
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    opens_at: Mapped[datetime] = mapped_column()
    closes_at: Mapped[datetime | None] = mapped_column()  #: exclusive: 24:00 of the last day
    closed_at: Mapped[datetime | None] = mapped_column()

    round: Mapped[Round] = relationship()


class ObjectionStatus(StrEnum):
    """How an objection stands."""

    RECEIVED = "received"
    INVESTIGATING = "investigating"
    DISMISSED = "dismissed"  #: 不予受理
    UPHELD = "upheld"  #: 属实
    REJECTED = "rejected"  #: 不属实


OPEN_OBJECTION = (ObjectionStatus.RECEIVED, ObjectionStatus.INVESTIGATING)


class Objection(Base):
    """A signed report against a candidate during a notice. Who objected is never shown to the candidate."""

    __tablename__ = "objection"
    __table_args__ = (Index(None, "nomination_id", "status"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), unique=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    contact: Mapped[str] = mapped_column(EncryptedText)
    facts: Mapped[str] = mapped_column(EncryptedText)
    status: Mapped[ObjectionStatus] = mapped_column(String(15), default=ObjectionStatus.RECEIVED)
    conclusion: Mapped[str] = mapped_column(String(2000), default="")
    receipt: Mapped[str] = mapped_column(
        String(40), unique=True
    )  #: the objector may ask for the result with it
    received_at: Mapped[datetime] = mapped_column()
    settled_at: Mapped[datetime | None] = mapped_column()

    nomination: Mapped[Nomination] = relationship()


class Award(Base):
    """An entry in the register of titles (称号)."""

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("nomination_id"), Index(None, "round_id", "category"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    title: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(40), unique=True)  #: of the certificate
    granted_at: Mapped[datetime] = mapped_column()

    nomination: Mapped[Nomination] = relationship()
