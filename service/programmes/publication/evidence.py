"""Evidence handed in with an objection (证明材料): for whoever deals with the case, never the candidate."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from service.documents.uploads import AttachmentInfo, check_attachment
from service.errors import Invalid, NotFound
from service.models import Instance, Notice, Objection, ObjectionEvidence, TaskStatus, UserTask
from service.programmes import wiring
from service.programmes.nomination import identities
from service.workflow.context import Context
from service.workflow.task import task_access

MOST = 3
MAX_BYTES = 10_000_000
MEGABYTE = 1_000_000
FIELD = "evidence"


def check(files: Sequence[tuple[str, bytes]]) -> list[AttachmentInfo]:
    """Check files by name and content; Invalid at ``evidence`` with what is wrong with the first bad one."""
    if len(files) > MOST:
        said = f"最多 {MOST} 个文件，请合并后再提交。"
        raise Invalid(said, fields={FIELD: said})
    try:
        return [check_attachment(data, name, max_bytes=MAX_BYTES) for name, data in files]
    except Invalid as wrong:
        raise Invalid(wrong.message, fields={FIELD: wrong.message}) from wrong


def keep(ctx: Context, objection: Objection, files: Sequence[AttachmentInfo]) -> None:
    """Keep checked files with an objection; Invalid at ``evidence`` where its notice has had too many.

    Anybody may send files without a log-in: what one notice takes of the disk is bounded.
    """
    if not files:
        return
    _require_room(ctx, objection, sum(len(file.data) for file in files))
    ctx.session.add_all(
        ObjectionEvidence(
            round_id=objection.round_id,
            objection_id=objection.id,
            filename=file.name,
            content_type=file.content_type,
            size=len(file.data),
            sha256=wiring.storage_of(ctx).write(file.data, ctx.now),
            received_at=ctx.now,
        )
        for file in files
    )


def _require_room(ctx: Context, objection: Objection, more: int) -> None:
    most = wiring.evidence_megabytes_of(ctx)
    ctx.session.get_one(Notice, objection.notice_id, with_for_update=True)  # of two at once the second sees
    query = select(func.coalesce(func.sum(ObjectionEvidence.size), 0)).join(
        Objection, Objection.id == ObjectionEvidence.objection_id
    )
    taken = ctx.session.scalar(query.where(Objection.notice_id == objection.notice_id)) or 0
    if taken + more <= most * MEGABYTE:
        return
    said = (
        f"这份公示收到的证明材料合计不能超过 {most} MB，这次的文件已放不下。请去掉文件后再提交："
        "异议照常受理，请在“反映的事实”中写明有哪些证明材料，核查人员会与您联系取得。"
    )
    raise Invalid(said, fields={FIELD: "请不附文件提交，并在反映的事实中写明有哪些材料"})


def list_of(ctx: Context, objection: Objection | None) -> Sequence[ObjectionEvidence]:
    """Return what was handed in with an objection, in the order in which it came."""
    if objection is None:
        return []
    query = select(ObjectionEvidence).where(ObjectionEvidence.objection_id == objection.id)
    return list(ctx.session.scalars(query.order_by(ObjectionEvidence.id)))


def get_visible(ctx: Context, evidence_id: int) -> tuple[ObjectionEvidence, bytes]:
    """Return a file and its bytes to whoever may see the case or works on it; never to the candidate."""
    evidence = ctx.session.get(ObjectionEvidence, evidence_id)
    objection = ctx.session.get(Objection, evidence.objection_id) if evidence else None
    if evidence is None or objection is None or not _may_see(ctx, objection):
        raise NotFound("没有这个文件，或您无权查看。")
    return evidence, wiring.storage_of(ctx).read(evidence.sha256)


def _may_see(ctx: Context, objection: Objection) -> bool:
    instance = ctx.session.get(Instance, objection.instance_id) if objection.instance_id else None
    if instance is None or identities.is_nominee(ctx, objection.nomination):
        return False
    if ctx.domain.hidden_steps(ctx, instance):
        return False  # of the candidate's side, asked for a statement
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    return ctx.domain.may_see(ctx, instance) or any(
        task_access.is_offered(ctx, task) for task in ctx.session.scalars(query)
    )
