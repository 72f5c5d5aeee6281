"""Public notices, and objections against candidates."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.crypto import EncryptedJson, EncryptedText
from service.models.person.unit import Unit
from service.models.programme.nomination import Nomination
from service.models.programme.round import Round


class NoticeKind(StrEnum):
    """What a notice publishes."""

    CANDIDATES = "candidates"  #: 公示
    SUPPLEMENT = "supplement"  #: 补充公示: of a reserve who takes the place of a cancelled candidate
    LOCAL = "local"  #: 逐级公示: of one nomination, by the unit that puts it forward or recommends it
    AWARDS = "awards"  #: 公布


class Notice(Base):
    """A frozen, masked list put before the public. Public pages read this and nothing else."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(None, "round_id", "kind"),
        Index(None, "nomination_id", "key"),
        # the public lists of all rounds: the organisers' by their numbers alone, the local ones that run.
        # (kind, id) besides would mislead SQLite into walking through every local one for those
        Index(None, "kind", "closed_at", "closes_at"),
    )

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
    publisher_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))  #: whose people deal with objections
    key: Mapped[str] = mapped_column(
        String(40), default=""
    )  #: of ``[[notices]]``; empty: the organiser's own
    nomination_id: Mapped[int | None] = mapped_column(
        ForeignKey("nomination.id")
    )  #: whom a local one is about
    prolonged: Mapped[list[Any] | None] = (
        mapped_column()
    )  #: each time its end was moved: ``from``, ``until``, ``reason``, as the history has it; null: never

    round: Mapped[Round] = relationship()
    publisher: Mapped[Unit] = relationship()


class DocumentNumber(Base):
    """发文字号 of one official paper: of a notice, or of what tells somebody that he lost his place."""

    __tablename__ = "document_number"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), unique=True)
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"), unique=True)
    number: Mapped[str] = mapped_column(String(60))


class Reserve(Base):
    """One kept to take the place of a candidate who is cancelled (候补), and whether he did. Never public.

    A candidate is replaced once and a reserve promoted once: the database refuses a second time.
    """

    __tablename__ = "reserve"
    __table_args__ = (Index(None, "round_id", "category", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), unique=True)
    category: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column()  #: the lowest of those who still wait is promoted first
    kept_at: Mapped[datetime] = mapped_column()
    promoted_at: Mapped[datetime | None] = mapped_column()
    promoted_by: Mapped[str] = mapped_column(String(80), default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"), unique=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), unique=True)  #: his own 公示

    nomination: Mapped[Nomination] = relationship(foreign_keys=[nomination_id])
    replaces: Mapped[Nomination | None] = relationship(foreign_keys=[replaces_id])
    notice: Mapped[Notice | None] = relationship()


class ObjectionStatus(StrEnum):
    """How an objection stands."""

    RECEIVED = "received"
    INVESTIGATING = "investigating"
    DISMISSED = "dismissed"  #: 不予受理
    UPHELD = "upheld"  #: 属实
    REJECTED = "rejected"  #: 不属实


class Sender(StrEnum):
    """Who reports: 单位反映须加盖公章，个人反映须署实名."""

    PERSON = "person"
    UNIT = "unit"


class Channel(StrEnum):
    """How an objection came (来源)."""

    ONLINE = "online"
    LETTER = "letter"  #: 来信
    PHONE = "phone"  #: 来电
    VISIT = "visit"  #: 来访


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
    more: Mapped[dict[str, Any] | None] = mapped_column(
        EncryptedJson
    )  #: answers to what else the pack's form asks
    sender: Mapped[Sender] = mapped_column(String(10), default=Sender.PERSON)
    channel: Mapped[Channel] = mapped_column(String(10), default=Channel.ONLINE)
    came_on: Mapped[date | None] = mapped_column()  #: of one registered by hand: receipt, or its postmark
    status: Mapped[ObjectionStatus] = mapped_column(String(15), default=ObjectionStatus.RECEIVED)
    conclusion: Mapped[str] = mapped_column(String(2000), default="")
    receipt: Mapped[str] = mapped_column(
        String(40), unique=True
    )  #: the objector may ask for the result with it
    received_at: Mapped[datetime] = mapped_column()
    settled_at: Mapped[datetime | None] = mapped_column()
    purged_at: Mapped[datetime | None] = mapped_column()  #: who reported and what was removed

    nomination: Mapped[Nomination] = relationship()
    notice: Mapped[Notice] = relationship()


class ObjectionEvidence(Base):
    """A file handed in with an objection. Its bytes lie in the storage under their hash."""

    __tablename__ = "objection_evidence"
    __table_args__ = (Index(None, "objection_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id)
    objection_id: Mapped[int] = mapped_column(ForeignKey("objection.id"))
    filename: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime] = mapped_column()
