"""Files left of those whose data was removed: their bytes are on the disk until they are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from service.models import (
    Attachment,
    FollowUp,
    Nomination,
    Objection,
    ObjectionEvidence,
    PrintedPaper,
    StampedScan,
    TaskFile,
)
from service.programmes.removal import retention
from service.workflow.context import Context


@dataclass(frozen=True, kw_only=True)
class LeftFile:
    """A file of a nomination already removed, whose bytes are still to be deleted."""

    table: type[Attachment | StampedScan | ObjectionEvidence | TaskFile]
    id: int
    sha256: str
    is_shared: bool  #: a nomination that stays, or an entry of a title's ledger, holds the same bytes


def list_of_removed(ctx: Context, limit: int = retention.BATCH) -> Sequence[LeftFile]:
    """Return files left of nominations already removed, and scans and tasks' files whose round is over.

    Of nominations: what was handed in, and scans of their forms. A stamped roster names everybody its unit
    recommended, those without the title too, so none of a round is kept longer than they are.
    """
    gone = Nomination.purged_at.is_not(None)
    attached = select(Attachment).join(Nomination, Nomination.id == Attachment.nomination_id).where(gone)
    scanned = (
        select(StampedScan)
        .join(PrintedPaper, PrintedPaper.id == StampedScan.printed_paper_id)
        .join(Nomination, Nomination.id == PrintedPaper.nomination_id)
        .where(gone)
    )
    over = list(retention.rounds_over(ctx))
    rosters = (
        select(StampedScan)
        .join(PrintedPaper, PrintedPaper.id == StampedScan.printed_paper_id)
        .where(PrintedPaper.nomination_id.is_(None), PrintedPaper.round_id.in_(over))
    )
    proved = (
        select(ObjectionEvidence)
        .join(Objection, Objection.id == ObjectionEvidence.objection_id)
        .join(Nomination, Nomination.id == Objection.nomination_id)
        .where(gone)
    )
    filed = select(TaskFile).where(TaskFile.round_id.in_(over))
    rows: list[Attachment | StampedScan | ObjectionEvidence | TaskFile] = [
        *ctx.session.scalars(attached.order_by(Attachment.id).limit(limit)),
        *ctx.session.scalars(scanned.order_by(StampedScan.id).limit(limit)),
        *ctx.session.scalars(rosters.order_by(StampedScan.id).limit(limit)),
        *ctx.session.scalars(proved.order_by(ObjectionEvidence.id).limit(limit)),
        *ctx.session.scalars(filed.order_by(TaskFile.id).limit(limit)),
    ]
    return [
        LeftFile(table=type(row), id=row.id, sha256=row.sha256, is_shared=_is_shared(ctx, row.sha256, over))
        for row in rows
    ]


def forget(ctx: Context, file: LeftFile) -> None:
    """Delete a file's row once its bytes are gone."""
    statement = delete(file.table).where(file.table.id == file.id)
    ctx.session.execute(statement.execution_options(synchronize_session=False))


def _is_shared(ctx: Context, sha256: str, over: Sequence[int]) -> bool:
    attached = (
        select(Attachment.id)
        .join(Nomination, Nomination.id == Attachment.nomination_id)
        .where(Attachment.sha256 == sha256, Nomination.purged_at.is_(None))
    )
    scanned = (
        select(StampedScan.id)
        .join(PrintedPaper, PrintedPaper.id == StampedScan.printed_paper_id)
        .outerjoin(Nomination, Nomination.id == PrintedPaper.nomination_id)
        .where(StampedScan.sha256 == sha256, Nomination.purged_at.is_(None))
        .where(PrintedPaper.nomination_id.is_not(None) | PrintedPaper.round_id.not_in(over))
    )
    proved = (
        select(ObjectionEvidence.id)
        .join(Objection, Objection.id == ObjectionEvidence.objection_id)
        .join(Nomination, Nomination.id == Objection.nomination_id)
        .where(ObjectionEvidence.sha256 == sha256, Nomination.purged_at.is_(None))
    )
    entered = select(FollowUp.id).where(FollowUp.sha256 == sha256)
    filed = select(TaskFile.id).where(TaskFile.sha256 == sha256, TaskFile.round_id.not_in(over))
    queries = (attached, scanned, proved, entered, filed)
    return any(ctx.session.scalar(query.limit(1)) is not None for query in queries)
