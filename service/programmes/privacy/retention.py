"""Retention (个人信息保护法 §19): what is removed of those who did not take the title, and when.

``[retention] not_awarded_days`` counts from the announcement. Removed are the answers, the numbers, the
opinions' words and the files; what stays says that somebody was nominated, where, and how it ended. The
history holds no answers, so its chains stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from service.errors import Conflict
from service.models import (
    OPEN_OBJECTION,
    Attachment,
    Comment,
    Consent,
    Consultation,
    Correction,
    Draft,
    Finding,
    FollowUp,
    HeldDecision,
    Instance,
    InstanceStatus,
    ListChange,
    Nomination,
    NominationStatus,
    Notice,
    NoticeKind,
    Notification,
    Objection,
    ObjectionEvidence,
    Opinion,
    OutboxMessage,
    OutboxStatus,
    PrintedPaper,
    Round,
    ScanRuling,
    Seat,
    Signer,
    StampedScan,
    Submission,
    TaskFile,
    UserTask,
)
from service.programmes import wiring
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution

NAMELESS = "（已清除）"
#: nominations a transaction
BATCH = 20


def find_due(ctx: Context, limit: int = BATCH) -> Sequence[int]:
    """Return nominations whose time is over: ended without the title, nothing open, not removed yet."""
    settled = select(Objection.nomination_id).where(Objection.status.in_(OPEN_OBJECTION))
    query = (
        select(Nomination.id)
        .join(Instance, Instance.id == Nomination.instance_id)
        .where(
            Nomination.round_id.in_(list(rounds_over(ctx))),
            Nomination.purged_at.is_(None),
            Nomination.status != NominationStatus.AWARDED,
            Instance.status != InstanceStatus.ACTIVE,
            Nomination.id.not_in(settled),
        )
    )
    return list(ctx.session.scalars(query.order_by(Nomination.id).limit(limit)))


def find_due_cases(ctx: Context, limit: int = BATCH) -> Sequence[int]:
    """Return settled objections to those who took the title whose time is over: who reported goes."""
    query = (
        select(Objection.id)
        .join(Nomination, Nomination.id == Objection.nomination_id)
        .where(
            Objection.round_id.in_(list(rounds_over(ctx))),
            Objection.purged_at.is_(None),
            Objection.status.not_in(OPEN_OBJECTION),
            Nomination.status == NominationStatus.AWARDED,
        )
    )
    return list(ctx.session.scalars(query.order_by(Objection.id).limit(limit)))


def purge_case(ctx: Context, objection_id: int) -> bool:
    """Remove who objected to somebody with a title, and his words; how the case ended stays."""
    objection = ctx.session.get_one(Objection, objection_id, with_for_update=True)
    if objection.purged_at is not None or objection.status in OPEN_OBJECTION:
        return False
    tasks = select(UserTask.id).where(UserTask.instance_id == objection.instance_id)
    for table, where, values in (
        (Submission, Submission.instance_id == objection.instance_id, {"answers": {}}),
        (Comment, Comment.instance_id == objection.instance_id, {"text": NAMELESS}),
        (Signer, Signer.user_task_id.in_(tasks), {"question": NAMELESS, "answer": ""}),
    ):
        _run(ctx, update(table).where(where).values(values))
    for row, where in (
        (Draft, Draft.user_task_id.in_(tasks)),
        (HeldDecision, HeldDecision.user_task_id.in_(tasks)),
        (ObjectionEvidence, ObjectionEvidence.objection_id == objection.id),
    ):
        _run(ctx, delete(row).where(where))
    objection.name = objection.contact = objection.facts = NAMELESS
    objection.conclusion, objection.more, objection.purged_at = "", None, ctx.now
    history.record_in(
        ctx, f"round:{objection.round_id}", "objection.purged", round_id=objection.round_id,
        objection=objection.id,
    )  # fmt: skip
    return True


def purge(ctx: Context, nomination_id: int) -> bool:
    """Remove the personal data of a nomination; False if it was removed meanwhile.

    Its files stay listed by ``list_files`` until their bytes are deleted.
    """
    nomination = ctx.session.get_one(Nomination, nomination_id)
    assert nomination.instance_id is not None
    instance = execution.lock(ctx, nomination.instance_id)
    ctx.session.refresh(nomination)
    if nomination.purged_at is not None:
        return False
    _clear(ctx, nomination, instance)
    return True


def purge_now(ctx: Context, nomination: Nomination) -> bool:
    """Remove everything of a nomination at once, whatever its round says; False if it was removed before.

    For a draft that is withdrawn: answers, drafts, messages, consents' reasons, and the rows of its files,
    which nobody can open any more; the daily sweep deletes the bytes. Conflict once there is a title.
    Where the process is stopped too, stop it first: what is stopped later is told of by name.
    """
    assert nomination.instance_id is not None
    instance = execution.lock(ctx, nomination.instance_id)
    ctx.session.flush()
    if nomination.purged_at is not None:
        return False
    if nomination.status == NominationStatus.AWARDED:
        raise Conflict("已授予称号的申报不能清除：称号名册以它为据。")
    _clear(ctx, nomination, instance)
    _forget_files(ctx, nomination)
    return True


@dataclass(frozen=True, kw_only=True)
class LeftFile:
    """A file of a nomination already removed, whose bytes are still to be deleted."""

    table: type[Attachment | StampedScan | ObjectionEvidence | TaskFile]
    id: int
    sha256: str
    is_shared: bool  #: a nomination that stays, or an entry of a title's ledger, holds the same bytes


def list_files(ctx: Context, limit: int = BATCH) -> Sequence[LeftFile]:
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
    over = list(rounds_over(ctx))
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
    _run(ctx, delete(file.table).where(file.table.id == file.id))


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


def rounds_over(ctx: Context) -> Iterator[int]:
    """Yield the rounds whose announcement lies further back than their programme keeps data.

    One that announced nobody counts from the end of its process, or of its year while that still runs.
    """
    announced = (
        select(Notice.round_id, func.min(Notice.opens_at).label("at"))
        .where(Notice.kind == NoticeKind.AWARDS)
        .group_by(Notice.round_id)
        .subquery()
    )
    query = (
        select(Round, announced.c.at, Instance.ended_at)
        .outerjoin(announced, announced.c.round_id == Round.id)
        .outerjoin(Instance, Instance.id == Round.instance_id)
    )
    packs = wiring.all_packs(ctx)
    for entry, at, ended in ctx.session.execute(query):
        pack = packs.get(entry.programme)
        if pack is None:
            continue
        since = at or ended or datetime(entry.year + 1, 1, 1, tzinfo=pack.programme.zone)
        if since + timedelta(days=pack.programme.not_awarded_days) <= ctx.now:
            yield entry.id


def _clear(ctx: Context, nomination: Nomination, instance: Instance) -> None:
    _clear_words(ctx, nomination, [instance.id, *_objection_instances(ctx, nomination)])
    _clear_messages(ctx, nomination)
    _clear_notices(ctx, nomination)
    _clear_columns(nomination)
    nomination.purged_at = ctx.now
    nomination.revision += 1
    instance.title = f"{NAMELESS} · {nomination.unit.name}"[:200]
    history.record(ctx, instance, "data.purged")


def _forget_files(ctx: Context, nomination: Nomination) -> None:
    papers = select(PrintedPaper.id).where(PrintedPaper.nomination_id == nomination.id)
    cases = select(Objection.id).where(Objection.nomination_id == nomination.id)
    for table, where in (
        (Attachment, Attachment.nomination_id == nomination.id),
        (StampedScan, StampedScan.printed_paper_id.in_(papers)),
        (ObjectionEvidence, ObjectionEvidence.objection_id.in_(cases)),
    ):
        _run(ctx, delete(table).where(where))


def _objection_instances(ctx: Context, nomination: Nomination) -> list[int]:
    query = select(Objection.instance_id).where(Objection.nomination_id == nomination.id)
    return [number for number in ctx.session.scalars(query) if number is not None]


def _clear_words(ctx: Context, nomination: Nomination, instances: list[int]) -> None:
    """Clear what was typed about somebody, in every table that holds it."""
    tasks = select(UserTask.id).where(UserTask.instance_id.in_(instances))
    about = nomination.id
    cleared: tuple[tuple[Any, Any, dict[str, Any]], ...] = (
        (Submission, Submission.instance_id.in_(instances), {"answers": {}}),
        (UserTask, UserTask.instance_id.in_(instances), {"title": NAMELESS}),
        (Comment, Comment.instance_id.in_(instances), {"text": NAMELESS}),
        (Signer, Signer.user_task_id.in_(tasks), {"question": NAMELESS, "answer": ""}),
        (Opinion, Opinion.nomination_id == about, {"text": NAMELESS}),
        (Finding, Finding.nomination_id == about, {"measured": ""}),
        (Consultation, Consultation.nomination_id == about, {"text": NAMELESS}),
        (Seat, Seat.nomination_id == about, {"remark": "", "reason": ""}),
        (ListChange, ListChange.nomination_id == about, {"reason": NAMELESS}),
        (Consent, Consent.nomination_id == about, {"withdrawal_reason": ""}),
        (
            Objection,
            Objection.nomination_id == about,
            {"name": NAMELESS, "contact": NAMELESS, "facts": NAMELESS, "conclusion": "", "more": None},
        ),
    )
    for table, where, values in cleared:
        _run(ctx, update(table).where(where).values(values))
    for table, where in (
        (Draft, Draft.user_task_id.in_(tasks)),
        (HeldDecision, HeldDecision.user_task_id.in_(tasks)),
        (Notification, Notification.user_task_id.in_(tasks)),
        (Correction, Correction.nomination_id == about),
        (ScanRuling, ScanRuling.nomination_id == about),
    ):
        _run(ctx, delete(table).where(where))
    _run(
        ctx,
        update(Instance).where(Instance.id.in_(instances), Instance.id != nomination.instance_id)
        .values(title=NAMELESS),
    )  # fmt: skip


def _clear_messages(ctx: Context, nomination: Nomination) -> None:
    """Delete what was sent and told of somebody by name; what still waits to be sent is sent first."""
    if not nomination.name:
        return
    sent = OutboxMessage.status.in_((OutboxStatus.SENT, OutboxStatus.FAILED))
    for table, text, where in (
        (Notification, Notification.text, Notification.round_id == nomination.round_id),
        (OutboxMessage, OutboxMessage.body, sent & (OutboxMessage.round_id == nomination.round_id)),
    ):
        _run(ctx, delete(table).where(where, text.contains(nomination.name, autoescape=True)))


def _clear_notices(ctx: Context, nomination: Nomination) -> None:
    """Take him off every notice: it says how many are gone, and keeps the hash it was published with."""
    query = select(Notice).where(Notice.round_id == nomination.round_id)
    for notice in ctx.session.scalars(query):
        lists = [c["people"] for c in notice.snapshot["categories"]]
        if not any(person["nomination"] == nomination.id for people in lists for person in people):
            continue
        categories = [
            {**category, "people": [p for p in category["people"] if p["nomination"] != nomination.id]}
            for category in notice.snapshot["categories"]
        ]
        removed = int(notice.snapshot.get("removed", 0)) + 1
        notice.snapshot = {**notice.snapshot, "categories": categories, "removed": removed}


def _clear_columns(nomination: Nomination) -> None:
    nomination.name = NAMELESS
    for field in ("sex", "ethnicity", "education", "political_status", "workplace_and_post", "remark"):
        setattr(nomination, field, "")
    nomination.exception_reason = nomination.stated_reason = nomination.status_reason = ""
    nomination.birth_date = nomination.id_number = nomination.id_number_index = None
    nomination.phone = nomination.corrected = None


def _run(ctx: Context, statement: Any) -> None:
    ctx.session.execute(statement.execution_options(synchronize_session=False))
