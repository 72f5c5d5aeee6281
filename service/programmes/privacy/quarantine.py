"""Files kept back: where papers are freed of secrets (脱密), what a person must look at waits for that.

That is what something was found in, what could not be read, not wholly, and what nobody has read yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.errors import Forbidden
from service.models import Attachment, FileClearance, FileReading, Nomination, ReadStatus
from service.programmes.nomination import attachments, identities
from service.programmes.privacy import file_readings, reviewers
from service.workflow.context import Context

#: what stands in the place of such a file
HELD = "脱密审查后可查看"


def get_visible(ctx: Context, attachment_id: int) -> tuple[Attachment, bytes]:
    """Return a file and its bytes as ``attachments`` does; Forbidden while it is kept back from the actor."""
    attachment, data = attachments.get_visible(ctx, attachment_id)
    nomination = ctx.session.get_one(Nomination, attachment.nomination_id)
    if find_held(ctx, nomination, [attachment]):
        reading = file_readings.of_files(ctx, [attachment])[attachment.id]
        raise Forbidden(f"{_say_why(reading).format(name=attachment.filename)}，{HELD}。")
    return attachment, data


def find_held(ctx: Context, nomination: Nomination, files: Sequence[Attachment]) -> set[int]:
    """Return which of a nomination's files are kept back from the actor: to be looked at, and not cleared.

    Its workplace, whoever began the nomination or handed the file in, the nominee and whoever has the
    clearance in hand read it.
    """
    if not files or not reviewers.has_review(ctx, nomination) or _may_always_read(ctx, nomination):
        return set()
    readings = file_readings.of_files(ctx, files)
    waiting = {number for number, reading in readings.items() if file_readings.needs_person(reading)}
    own = {file.id for file in files if file.uploaded_by_id == ctx.actor.user_id}
    held = waiting - own
    if not held or reviewers.is_reviewer(ctx, nomination):
        return set()
    query = select(FileClearance.attachment_id).where(
        FileClearance.attachment_id.in_(held), FileClearance.cleared_at.is_not(None)
    )
    return held - set(ctx.session.scalars(query))


def _say_why(reading: FileReading) -> str:
    if file_readings.hits_of(reading):
        return "系统在“{name}”里查到疑似不宜公开的内容"
    if reading.status == ReadStatus.PENDING:
        return "系统还没有读完“{name}”的内容"
    return "系统读不全“{name}”的内容"


def _may_always_read(ctx: Context, nomination: Nomination) -> bool:
    actor, at = ctx.actor, f"@{nomination.unit.code}"
    if actor.is_system or identities.is_nominee(ctx, nomination):
        return True
    if actor.user_id is not None and actor.user_id == nomination.created_by_id:
        return True
    return any(group.endswith(at) for group in actor.groups_with_lent)
