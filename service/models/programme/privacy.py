"""Personal data: consents, findings overruled, cleared files, who saw what of whom, corrections."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base, Id
from service.models.crypto import EncryptedJson, EncryptedText
from service.models.person.user import User
from service.models.programme.nomination import Attachment, Nomination


class Consent(Base):
    """What a nominee agreed to (同意), in the words that stood on the form."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "nomination_id", "kind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    kind: Mapped[str] = mapped_column(String(20))  #: publication, provision, sensitive
    version: Mapped[str] = mapped_column(String(16))  #: of the words: the beginning of their SHA-256
    text: Mapped[str] = mapped_column(String(1000))  #: the words
    notice_version: Mapped[str | None] = mapped_column(
        String(16)
    )  #: of the handling notice that he was shown; none where it was given before there was one
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))  #: who handed the form in
    given_at: Mapped[datetime] = mapped_column()
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawal_reason: Mapped[str] = mapped_column(String(500), default="")

    nomination: Mapped[Nomination] = relationship()


class HandlingNotice(Base):
    """What those nominated in a round were told of the handling of their data (告知书), in one wording."""

    __tablename__ = "handling_notice"
    __table_args__ = (UniqueConstraint("round_id", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    version: Mapped[str] = mapped_column(String(16))  #: of the words: the beginning of their SHA-256
    text: Mapped[str] = mapped_column(Text)  #: its sections, as JSON
    kept_at: Mapped[datetime] = mapped_column()  #: when it was first shown


class ImpactAssessment(Base):
    """What an organiser concluded on the impact of a programme on personal data (影响评估). Never changed."""

    __tablename__ = "impact_assessment"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    programme: Mapped[str] = mapped_column(String(80), index=True)  #: key of the programme's pack
    version: Mapped[str] = mapped_column(String(16))  #: of what was assessed: the beginning of its SHA-256
    text: Mapped[str] = mapped_column(Text)  #: what was assessed, as JSON
    conclusion: Mapped[str] = mapped_column(String(4000))
    assessed_on: Mapped[date] = mapped_column()
    signed_by: Mapped[str] = mapped_column(String(80))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    written_at: Mapped[datetime] = mapped_column()

    written_by: Mapped[User] = relationship()


class ScanRuling(Base):
    """That somebody named let a finding of the scanner stand, and why."""

    __tablename__ = "scan_ruling"
    __table_args__ = (UniqueConstraint("nomination_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))  #: of place, kind and text: other words need another
    reason: Mapped[str] = mapped_column(String(500))
    ruled_by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    ruled_at: Mapped[datetime] = mapped_column()

    ruled_by: Mapped[User] = relationship()


class FileClearance(Base):
    """That a file was freed of secrets (脱密): declared by the unit, ticked by a second person."""

    __tablename__ = "file_clearance"

    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    declared_at: Mapped[datetime] = mapped_column()
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    cleared_at: Mapped[datetime | None] = mapped_column()
    note: Mapped[str] = mapped_column(String(500), default="")

    attachment: Mapped[Attachment] = relationship()
    declared_by: Mapped[User] = relationship(foreign_keys=[declared_by_id])
    cleared_by: Mapped[User | None] = relationship(foreign_keys=[cleared_by_id])


class ReadStatus(StrEnum):
    """How far the contents of a file were read for what may not be published."""

    PENDING = "pending"  #: not read yet
    READ = "read"
    PARTLY = "partly"  #: longer than is read
    UNREADABLE = "unreadable"  #: a person must look


_PENDING = text("status = 'pending'")


class FileReading(Base):
    """What was found in the contents of an uploaded file. Pictures have none: only people read them."""

    __tablename__ = "file_reading"
    __table_args__ = (
        Index(
            "ix_file_reading_pending",
            "attachment_id",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )

    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True
    )
    round_id: Mapped[int] = mapped_column(Id)
    status: Mapped[ReadStatus] = mapped_column(String(12), default=ReadStatus.PENDING)
    problem: Mapped[str] = mapped_column(String(20), default="")  #: why not all of it was read
    found: Mapped[dict[str, Any] | None] = mapped_column(
        EncryptedJson
    )  #: hits: of each its kind and excerpt, numbers masked, with the words around them
    read_at: Mapped[datetime | None] = mapped_column()


class DisclosureRow(Base):
    """That a noted look or export showed something of a nomination. Written with the event, never changed.

    The event says what, by whom and what for; of a list it does not say who is on it, this does.
    """

    __tablename__ = "disclosure"
    __table_args__ = (ForeignKeyConstraint(["stream", "seq"], ["history_event.stream", "history_event.seq"]),)

    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), primary_key=True)
    stream: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)


class CorrectionStatus(StrEnum):
    """How a request to correct stands."""

    ASKED = "asked"
    MADE = "made"
    REFUSED = "refused"


class Correction(Base):
    """What a nominee asks to have corrected in his record (更正), and what became of it."""

    __tablename__ = "correction"
    __table_args__ = (Index(None, "nomination_id", "status"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"))
    field: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(EncryptedText)
    reason: Mapped[str] = mapped_column(String(500))
    status: Mapped[CorrectionStatus] = mapped_column(String(10), default=CorrectionStatus.ASKED)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    asked_at: Mapped[datetime] = mapped_column()
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column()
    answer: Mapped[str] = mapped_column(String(500), default="")

    nomination: Mapped[Nomination] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
