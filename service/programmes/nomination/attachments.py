"""Attachments: files handed in with a nomination, checked by content and kept in the storage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select

from service.documents.file_text import READABLE
from service.documents.uploads import check_attachment, clean_name
from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Attachment, FileReading, Nomination, TaskStatus, UserTask
from service.models.base import table_of
from service.programmes import wiring
from service.programmes.nomination import nominations, record
from service.programmes.pack.packs import Slot
from service.programmes.rule.photos import check_photo
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import task_access

_attachment = table_of(Attachment)
_COUNT = (
    select(_attachment.c.nomination_id, _attachment.c.slot, func.count())
    .where(_attachment.c.nomination_id.in_(bindparam("nominees", expanding=True)))
    .group_by(_attachment.c.nomination_id, _attachment.c.slot)
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A file that may be kept."""

    filename: str
    data: bytes = field(repr=False)  #: as it is kept: a photo without its metadata
    content_type: str
    size: int  #: as handed in
    warning: str = ""
    sha256: str = ""  #: where it is in the storage already


def add(ctx: Context, nomination: Nomination, slot_key: str, filename: str, data: bytes) -> Attachment:
    """Check a file and keep it in a slot of the nomination, while its form is open to the actor."""
    require_room(ctx, nomination, slot_key)
    return keep(ctx, nomination, slot_key, check(_slot(ctx, nomination, slot_key), filename, data))


def check(slot: Slot, filename: str, data: bytes) -> Checked:
    """Check a file for a slot: a photo is re-encoded, any other file must be what its name says."""
    try:
        return _check(slot, filename, data)
    except Invalid as refused:
        raise Invalid(f"{refused.message}{slot.cited}", fields=refused.fields) from refused


def _check(slot: Slot, filename: str, data: bytes) -> Checked:
    if slot.photo:
        photo = check_photo(data, slot.photo)
        return Checked(
            filename=_name_photo(filename),
            data=photo.data,
            content_type="image/jpeg",
            size=len(data),
            warning="；".join(photo.warnings) + (slot.cited if photo.warnings else ""),
        )
    info = check_attachment(data, filename, slot.types)
    return Checked(filename=info.name, data=info.data, content_type=info.content_type, size=len(data))


def find_slot(ctx: Context, nomination: Nomination, slot_key: str) -> Slot:
    """Return a slot that the actor may fill now, without holding anything: what is to be checked against."""
    _require_editable(ctx, nomination)
    return _slot(ctx, nomination, slot_key)


def require_room(ctx: Context, nomination: Nomination, slot_key: str) -> None:
    """Refuse a file when the form is not open to the actor or the slot is full."""
    _hold(ctx, nomination)  # two files at once must not both find room
    _require_editable(ctx, nomination)
    slot = _slot(ctx, nomination, slot_key)
    if len(_in_slot(ctx, nomination, slot_key)) >= slot.most:
        raise Conflict(f"“{slot.name}”最多 {slot.most} 个，请先删除再上传。{slot.cited}")


def keep(ctx: Context, nomination: Nomination, slot_key: str, checked: Checked) -> Attachment:
    """Keep a checked file in a slot of the nomination."""
    kept = keep_together(ctx, [(nomination, slot_key, checked)])[0]
    nomination.revision += 1
    return kept


def keep_together(ctx: Context, files: Iterable[tuple[Nomination, str, Checked]]) -> list[Attachment]:
    """Keep checked files, each in a slot of its nomination; they are written together."""
    kept = [
        Attachment(
            round_id=nomination.round_id,
            nomination_id=nomination.id,
            slot=slot_key,
            filename=checked.filename,
            content_type=checked.content_type,
            size=checked.size,
            sha256=checked.sha256 or wiring.storage_of(ctx).write(checked.data, ctx.now),
            warning=checked.warning[:200],
            uploaded_by_id=ctx.actor.user_id,
            uploaded_at=ctx.now,
        )
        for nomination, slot_key, checked in files
    ]
    ctx.session.add_all(kept)
    ctx.session.flush()
    ctx.session.add_all(
        FileReading(attachment_id=attachment.id, round_id=attachment.round_id)
        for attachment in kept
        if attachment.content_type in READABLE
    )
    return kept


def remove(ctx: Context, attachment: Attachment) -> None:
    """Take a file out of a nomination that is still being filled in."""
    nomination = ctx.session.get_one(Nomination, attachment.nomination_id)
    _hold(ctx, nomination)
    _require_editable(ctx, nomination)
    ctx.session.delete(attachment)
    nomination.revision += 1


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Attachment]:
    """Return a nomination's files in the order they were handed in."""
    query = select(Attachment).where(Attachment.nomination_id == nomination.id).order_by(Attachment.id)
    return list(ctx.session.scalars(query))


def count_of(ctx: Context, people: Collection[Nomination]) -> dict[int, Counter[str]]:
    """Return how many files each nomination has in each slot, by the nomination's number."""
    counts = {nomination.id: Counter[str]() for nomination in people}
    for nomination_id, slot, number in ctx.session.execute(_COUNT, {"nominees": list(counts)}):
        counts[nomination_id][slot] = number
    return counts


def get_row(ctx: Context, attachment_id: int) -> Attachment:
    """Return what is known of a file, if the actor may see its nomination or works on one of its tasks.

    Its bytes are not read: one whose bytes are lost can still be taken out.
    """
    attachment = ctx.session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound("没有这个附件，或您无权查看。")
    nomination = ctx.session.get_one(Nomination, attachment.nomination_id)
    if not (nominations.may_see(ctx, nomination) or _works_on(ctx, nomination)):
        raise NotFound("没有这个附件，或您无权查看。")
    return attachment


def get_visible(ctx: Context, attachment_id: int) -> tuple[Attachment, bytes]:
    """Return a file and its bytes, if the actor may see its nomination or works on one of its tasks."""
    attachment = get_row(ctx, attachment_id)
    return attachment, wiring.storage_of(ctx).read(attachment.sha256)


def require_complete(ctx: Context, nomination: Nomination, counts: Counter[str] | None) -> None:
    """Refuse a submission with too few or too many files, naming every slot (X01, N11).

    They are counted here where ``counts`` does not say how many there are.
    """
    if counts is None:
        counts = count_of(ctx, [nomination])[nomination.id]
    fields = {}
    for key, slot in wiring.pack_of(ctx, nomination.round).programme.slots.items():
        have = counts[key]
        if have < slot.least:
            fields[f"attachment:{key}"] = f"需要 {slot.least} 个，已上传 {have} 个。{slot.cited}"
        elif have > slot.most:
            fields[f"attachment:{key}"] = f"最多 {slot.most} 个，已上传 {have} 个，请删去多余的。{slot.cited}"
    if fields:
        raise Invalid("附件数量不符，请补齐或删去后再提交。", fields=fields)


def _name_photo(filename: str) -> str:
    """Return a photo's name with the ending of what it is: it may have come as portrait.exe."""
    name = clean_name(filename)
    return name if name.lower().endswith((".jpg", ".jpeg")) else f"{name}.jpg"


def _slot(ctx: Context, nomination: Nomination, key: str) -> Slot:
    slot = wiring.pack_of(ctx, nomination.round).programme.slots.get(key)
    if slot is None:
        raise Invalid("没有这个附件栏目。", fields={"slot": "请从页面上传"})
    return slot


def _in_slot(ctx: Context, nomination: Nomination, key: str) -> Sequence[Attachment]:
    return [attachment for attachment in list_of(ctx, nomination) if attachment.slot == key]


def _hold(ctx: Context, nomination: Nomination) -> None:
    """Hold a nomination's process until the commit: nobody hands the form in or withdraws meanwhile."""
    if nomination.instance_id is not None:
        execution.lock(ctx, nomination.instance_id)
        ctx.session.refresh(nomination, ["revision"])


def _require_editable(ctx: Context, nomination: Nomination) -> None:
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id,
        UserTask.element_id.in_(record.elements_of(ctx, nomination)),
        UserTask.status == TaskStatus.OPEN,
    )
    task = ctx.session.scalar(query)
    if task is None:
        raise Conflict("申报已提交或已截止，附件不能再改。")
    if not (ctx.actor.is_system or task_access.is_offered(ctx, task)):
        raise Forbidden("这份申报不由您填报。")


def _works_on(ctx: Context, nomination: Nomination) -> bool:
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id, UserTask.status == TaskStatus.OPEN
    )
    return any(task_access.is_offered(ctx, task) for task in ctx.session.scalars(query))
