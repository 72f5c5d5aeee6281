"""Nominations not done by the deadline (逾期未报): closing those sent back, telling the workplace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.models import Instance, Nomination, NominationStatus, Stage
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.round import rounds, starts
from service.workflow import notifications
from service.workflow.context import Context


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """How a nomination came to be late, and what there is to do."""

    due: datetime | None  #: when the stage closed for everybody
    organiser: str  #: whom to ask for an extension
    department: str
    extended_until: datetime | None  #: an extension given since, in which he may be nominated anew
    may_start: bool  #: the actor may nominate anew now


def describe(ctx: Context, nomination: Nomination) -> Lateness | None:
    """Return what to tell of a nomination that ended as 逾期未报; None of any other."""
    if nomination.status != NominationStatus.OVERDUE:
        return None
    entry = nomination.round
    until = nominations.extended_until(ctx, entry, nomination, Stage.SUBMISSION)
    own = {unit.id for unit in starts.list_units(ctx, entry)} if until else set()
    return Lateness(
        due=rounds.due_of(entry, Stage.SUBMISSION),
        organiser=entry.organiser.name,
        department=wiring.pack_of(ctx, entry).programme.department,
        extended_until=until,
        may_start=nomination.unit_id in own,
    )


def close_again(ctx: Context, nomination: Nomination, instance: Instance) -> None:
    """Let a nomination that is sent back after the close hear it when its extension ends, or at once.

    The closing interrupted all that were being filled in; this one waited elsewhere, for a ruling.
    """
    entry, stage = nomination.round, Stage.SUBMISSION
    if entry.stage not in (Stage.PREPARATION, stage):
        until = nominations.extended_until(ctx, entry, nomination, stage)
        ctx.session.flush()
        nominations.queue_closing(ctx, instance, stage, until or ctx.now)


def tell(ctx: Context, nomination: Nomination) -> int:
    """Tell who puts people forward at the workplace, and the nominee, that a nomination is late."""
    if nomination.status != NominationStatus.OVERDUE:
        return 0
    entry, unit = nomination.round, nomination.unit
    programme = wiring.pack_of(ctx, entry).programme
    roles = {role for start in programme.starts if start.source == "unit" for role in start.roles}
    groups = [f"{role}@{unit.code}" for role in sorted(roles)]
    people = (nomination.created_by_id, nomination.nominee_id)
    groups += [f"user:{user_id}" for user_id in people if user_id is not None]
    text = (
        f"{nomination.name or '（未填姓名）'} · {unit.name}：申报截止时尚未办结，已记为逾期未报，草稿已冻结。"
        f"确需补报的，请向{entry.organiser.name}申请延期；办法见这份申报的页面。"
        f"{programme.cite(f'deadlines.{Stage.SUBMISSION}')}"
    )
    return notifications.notify(
        ctx,
        notifications.list_holders(ctx, dict.fromkeys(groups)),
        kind="overdue",
        text=text,
        dedupe=f"overdue:{nomination.id}",
        round_id=entry.id,
        instance_id=nomination.instance_id,
    )
