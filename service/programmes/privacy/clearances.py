"""Files freed of secrets (脱密, 002-C): declared by the unit that hands them in, ticked by its reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Attachment, FileClearance, FileReading, Nomination
from service.programmes.nomination import attachments, identities, nominations
from service.programmes.privacy import file_readings, findings, reviewers
from service.workflow import history
from service.workflow.context import Context

LEAST_NOTE = 4
#: files or places that a refusal names
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """How a file stands."""

    file: Attachment
    row: FileClearance | None
    reading: FileReading | None = None  #: None for a picture, which only people read

    @property
    def is_cleared(self) -> bool:
        """Say whether both have put their names to it."""
        return self.row is not None and self.row.cleared_at is not None


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Clearance]:
    """Return every file of a nomination with what was declared and ticked of it."""
    query = (
        select(FileClearance)
        .join(Attachment, Attachment.id == FileClearance.attachment_id)
        .where(Attachment.nomination_id == nomination.id)
        .options(joinedload(FileClearance.declared_by), joinedload(FileClearance.cleared_by))
    )
    rows = {row.attachment_id: row for row in ctx.session.scalars(query)}
    files = attachments.list_of(ctx, nomination)
    readings = file_readings.of_files(ctx, files)
    return [Clearance(file=file, row=rows.get(file.id), reading=readings.get(file.id)) for file in files]


def declare(ctx: Context, nomination: Nomination, attachment_id: int) -> FileClearance:
    """Declare that a file holds no secret: whoever hands in answers for it (谁申报、谁负责)."""
    file = _find(ctx, nomination, attachment_id)
    if ctx.actor.user_id is None or not may_declare(ctx, nomination):
        raise Forbidden("只有申报单位可以声明材料已脱密。")
    if ctx.session.get(FileClearance, file.id) is not None:
        raise Conflict("这个文件已经声明过。")
    row = FileClearance(
        attachment_id=file.id,
        round_id=nomination.round_id,
        declared_by_id=ctx.actor.user_id,
        declared_at=ctx.now,
    )
    ctx.session.add(row)
    _note(ctx, nomination, file, "file.declared")
    return row


def clear(ctx: Context, nomination: Nomination, attachment_id: int, note: str = "") -> FileClearance:
    """Tick a declared file as looked through, under one's name; never one's own declaration.

    Only whoever has a step in hand that asks for clearance may: his account says who the reviewer is. What
    the scheduler has not read yet cannot be ticked: nobody knows what it may find.
    """
    file = _find(ctx, nomination, attachment_id)
    if ctx.actor.user_id is None or identities.is_nominee(ctx, nomination):
        raise Forbidden("申报人本人不能审查自己的材料。")
    if not reviewers.is_reviewer(ctx, nomination):
        raise Forbidden("只有正在办理脱密审查的审查人可以勾选。")
    row = ctx.session.get(FileClearance, file.id, with_for_update=True)
    if row is None:
        raise Conflict("申报单位还没有声明这个文件已脱密。")
    if row.declared_by_id == ctx.actor.user_id:
        raise Conflict("声明和审查须由两个人分别办理，请由另一位审查人勾选。")
    if row.cleared_at is not None:
        raise Conflict("这个文件已经审查过。")
    if file_readings.needs_person(file_readings.require_read(ctx, file)) and len(note.strip()) < LEAST_NOTE:
        raise Invalid("请先看过文件再勾选。", fields={"note": "系统查到内容或读不全，请写明您看过的情况"})
    row.cleared_by_id, row.cleared_at, row.note = ctx.actor.user_id, ctx.now, note.strip()[:500]
    _note(ctx, nomination, file, "file.cleared")
    return row


def may_declare(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor speaks for the unit that hands the files in; the nominee himself does not."""
    actor, at = ctx.actor, f"@{nomination.unit.code}"
    is_of_unit = any(group.endswith(at) for group in actor.groups)
    handed_in = actor.user_id is not None and actor.user_id == nomination.created_by_id
    return (is_of_unit or handed_in) and not identities.is_nominee(ctx, nomination)


def require_cleared(ctx: Context, nomination: Nomination) -> None:
    """Refuse to go on while a file is not declared or not ticked, or a finding not ruled on (X18)."""
    files = [entry.file.filename for entry in list_of(ctx, nomination) if not entry.is_cleared]
    found = [finding.label for finding in findings.find(ctx, nomination) if finding.ruling is None]
    left = []
    if files:
        left.append(f"还有 {len(files)} 个文件没有完成脱密声明和审查：{_name(files)}。")
    if found:
        left.append(f"还有 {len(found)} 处扫描查到的内容没有认定：{_name(found)}。")
    if left:
        raise Invalid(f"{''.join(left)}请在申报的“个人信息”页逐件、逐处办理。")


def _name(left: Sequence[str]) -> str:
    return "、".join(list(dict.fromkeys(left))[:MOST_NAMED])


def _find(ctx: Context, nomination: Nomination, attachment_id: int) -> Attachment:
    file = ctx.session.get(Attachment, attachment_id)
    if file is None or file.nomination_id != nomination.id or not nominations.may_see(ctx, nomination):
        raise NotFound("没有这个文件，或您无权查看。")
    return file


def _note(ctx: Context, nomination: Nomination, file: Attachment, kind: str) -> None:
    history.record_in(
        ctx, "privacy", kind, round_id=nomination.round_id, nomination=nomination.id, file=file.id,
        sha256=file.sha256,
    )  # fmt: skip
