"""Papers that were printed to be stamped, and the scans of them that came back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base, Id


def _first_printed(context: Any) -> datetime:
    moment: datetime = context.get_current_parameters()["printed_at"]
    return moment


class PrintedPaper(Base):
    """One wording of a paper, printed in full. The same words are one row however often they are printed."""

    __tablename__ = "printed_paper"
    __table_args__ = (
        Index(None, "nomination_id"),
        Index(None, "round_id", "recommender_id"),
        Index(None, "content_hash"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    paper: Mapped[str] = mapped_column(String(40))  #: its key in programme.toml
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"))  #: of a form
    recommender_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))  #: of a unit's roster
    content_hash: Mapped[str] = mapped_column(String(64))  #: SHA-256 of its words; its head is on the paper
    made_from: Mapped[dict[str, Any] | None] = (
        mapped_column()
    )  #: the form handed in last (submission) of each nomination on it; None: not kept when it was printed
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    printed_at: Mapped[datetime] = mapped_column()  #: for the first time
    last_printed_at: Mapped[datetime] = mapped_column(default=_first_printed)


class StampedScan(Base):
    """The scan of a printed paper with its seals. Its bytes lie in the storage under their hash."""

    __tablename__ = "stamped_scan"
    __table_args__ = (Index(None, "printed_paper_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    printed_paper_id: Mapped[int] = mapped_column(ForeignKey("printed_paper.id"))
    filename: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    uploaded_at: Mapped[datetime] = mapped_column()
