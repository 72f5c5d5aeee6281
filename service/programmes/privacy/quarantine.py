"""Files kept back: where papers are freed of secrets (脱密), what was found in waits until it is cleared."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.errors import Forbidden
from service.models import Attachment, FileClearance, Nomination
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
        raise Forbidden(f"系统在“{attachment.filename}”里查到疑似不宜公开的内容，{HELD}。")
    return attachment, data


def find_held(ctx: Context, nomination: Nomination, files: Sequence[Attachment]) -> set[int]:
    """Return which of a nomination's files are kept back from the actor: found in, and not cleared.

    Its workplace, whoever handed the file in, the nominee and whoever has the clearance in hand read it.
    """
    if not files or not reviewers.has_review(ctx, nomination) or _is_inside(ctx, nomination):
        return set()
    readings = file_readings.of_files(ctx, files)
    found = {number for number, reading in readings.items() if file_readings.hits_of(reading)}
    own = {file.id for file in files if file.uploaded_by_id == ctx.actor.user_id}
    held = found - own
    if not held or reviewers.is_reviewer(ctx, nomination):
        return set()
    query = select(FileClearance.attachment_id).where(
        FileClearance.attachment_id.in_(held), FileClearance.cleared_at.is_not(None)
    )
    return held - set(ctx.session.scalars(query))


def _is_inside(ctx: Context, nomination: Nomination) -> bool:
    actor, at = ctx.actor, f"@{nomination.unit.code}"
    if actor.is_system or identities.is_nominee(ctx, nomination):
        return True
    held = actor.groups.union(*actor.acting_for.values())
    return any(group.endswith(at) for group in held)
