"""Removals (清除): what is removed of those whose time is over, and of a draft that is withdrawn.

The answers, the numbers, the opinions' words and the files; what stays says that somebody was nominated,
where, and how it ended. The history holds no answers, so its chains stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, true, update

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
    HeldDecision,
    Instance,
    ListChange,
    Nomination,
    NominationStatus,
    Notice,
    Notification,
    Objection,
    ObjectionEvidence,
    Opinion,
    OutboxMessage,
    OutboxStatus,
    PrintedPaper,
    ScanRuling,
    Seat,
    Signer,
    StampedScan,
    Submission,
    TaskFile,
    UserTask,
)
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution

#: what stands where something was removed
NAMELESS = "（已清除）"


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

    Its files stay listed by ``left_files`` until their bytes are deleted.
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


def _clear(ctx: Context, nomination: Nomination, instance: Instance) -> None:
    instances = [instance.id, *_objection_instances(ctx, nomination)]
    _clear_messages(ctx, nomination, instances)  # old ones are known by titles that are cleared next
    _clear_words(ctx, nomination, instances)
    _clear_notices(ctx, nomination)
    _clear_columns(nomination)
    nomination.purged_at = ctx.now
    nomination.revision += 1
    instance.title = f"{NAMELESS} · {nomination.unit.name}"[:200]
    history.record(ctx, instance, "data.purged")


def _forget_files(ctx: Context, nomination: Nomination) -> None:
    papers = select(PrintedPaper.id).where(PrintedPaper.nomination_id == nomination.id)
    cases = select(Objection.id).where(Objection.nomination_id == nomination.id)
    steps = select(UserTask.id).where(UserTask.instance_id.in_(_objection_instances(ctx, nomination)))
    for table, where in (
        (Attachment, Attachment.nomination_id == nomination.id),
        (StampedScan, StampedScan.printed_paper_id.in_(papers)),
        (ObjectionEvidence, ObjectionEvidence.objection_id.in_(cases)),
        (TaskFile, TaskFile.user_task_id.in_(steps)),
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
        (Finding, Finding.nomination_id == about, {"measured": "", "reason": ""}),
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


def _clear_messages(ctx: Context, nomination: Nomination, instances: list[int]) -> None:
    """Delete what was sent and told of somebody; what still waits to be sent is sent first."""
    sent = OutboxMessage.status.in_((OutboxStatus.SENT, OutboxStatus.FAILED))
    titles = ctx.session.scalars(
        select(Instance.title).where(Instance.id.in_(instances), Instance.id != nomination.instance_id)
    ).all()
    tables: tuple[tuple[Any, Any, Any], ...] = (
        (Notification, Notification.text, true()),
        (OutboxMessage, OutboxMessage.body, sent),
    )
    for table, text, where in tables:
        tells = table.instance_id.in_(instances)
        if nomination.name:
            tells |= table.instance_id.is_(None) & _names(text, nomination, titles)
        _run(ctx, delete(table).where(where, table.round_id == nomination.round_id, tells))


def _names(text: Any, nomination: Nomination, titles: Sequence[str]) -> ColumnElement[bool]:
    """Say whether a message that does not know what it tells of names somebody at his workplace.

    As such messages were written: with his title in front, quoted or after a colon, or with that of an
    objection to him. A name alone may be anybody's, or a word.
    """
    name = f"{nomination.name} · "
    starts = [text.startswith(name, autoescape=True)]
    starts += [text.contains(f"{mark}{name}", autoescape=True) for mark in "“："]
    ways = [or_(*starts) & text.contains(f" · {nomination.unit.name}", autoescape=True)]
    ways += [text.contains(title, autoescape=True) for title in titles]
    if nomination.submitted_at is not None:  # whoever never handed in left no place on a published list
        ways.append(text.contains(f"个候选人名额：{nomination.name}。", autoescape=True))
    return or_(*ways)


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
    nomination.over_reason = nomination.overruling = ""
    nomination.birth_date = nomination.id_number = nomination.id_number_index = None
    nomination.phone = nomination.corrected = None


def _run(ctx: Context, statement: Any) -> None:
    ctx.session.execute(statement.execution_options(synchronize_session=False))
