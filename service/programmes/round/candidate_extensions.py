"""More time for one nomination alone (X10): while it runs, or to begin it anew after the close."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from service.errors import Conflict, Invalid
from service.models import (
    CandidateExtension,
    InstanceStatus,
    Job,
    JobKind,
    JobStatus,
    Nomination,
    NominationStatus,
    Round,
    Stage,
)
from service.programmes.nomination import nominations
from service.programmes.round import rounds
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution


def may_extend(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor may give a nomination more time to be handed in, and it is of use."""
    entry = nomination.round
    return (
        nominations.is_organiser(ctx, entry)
        and rounds.due_of(entry, Stage.SUBMISSION) is not None
        and entry.stage in (Stage.PREPARATION, *nominations.EXTENDABLE)
        and _is_of_use(nomination)
    )


def extend(ctx: Context, nomination: Nomination, until: datetime, reason: str) -> CandidateExtension:
    """Give one nomination more time to be handed in, with a reason in the history.

    One that was not done in time stays as it ended: the extension lets its workplace put the same name
    forward once more, and is that nomination's from then on.
    """
    entry, stage = nomination.round, Stage.SUBMISSION
    rounds.require_organiser(ctx, entry)
    rounds.hold(ctx, entry)
    due = rounds.due_of(entry, stage)
    if due is None:
        raise Invalid("申报没有截止日期。")
    rounds.check_reason(reason, "请填写延期原因。")
    rounds.require_extendable(ctx, entry, stage, due, until)
    instance = execution.lock(ctx, nomination.instance_id or 0)
    ctx.session.refresh(nomination)
    if not _is_of_use(nomination):
        raise Conflict("这份申报已经报送或办结，不需要延期。")
    before = nominations.extended_until(ctx, entry, nomination, stage) or due
    extension = _keep(ctx, entry, nomination, until, reason.strip())
    rounds.note_extended(entry, stage)
    ctx.session.flush()
    if instance.status == InstanceStatus.ACTIVE:
        _delay(ctx, instance.id, stage, until)
        if until > before:
            rounds.move_tasks(ctx, entry, before, until, reason.strip(), instance_id=instance.id)
    told = {"unit": nomination.name or nomination.unit.name, "stage": stage, "until": until.isoformat()}
    history.record_in(
        ctx, f"round:{entry.id}", "extension.granted", round_id=entry.id, nomination=nomination.id,
        reason=reason.strip(), **told,
    )  # fmt: skip
    return extension


def delay_closing(ctx: Context, entry: Round, stage: Stage) -> None:
    """Let the nominations that have more time of their own hear the closing when it ends."""
    query = (
        select(Nomination.instance_id, CandidateExtension.until)
        .join(Nomination, Nomination.id == CandidateExtension.nomination_id)
        .where(
            CandidateExtension.round_id == entry.id,
            CandidateExtension.stage == stage,
            CandidateExtension.until > ctx.now,
        )
    )
    for instance_id, until in ctx.session.execute(query).all():
        assert instance_id is not None
        _delay(ctx, instance_id, stage, until)


def _delay(ctx: Context, instance_id: int, stage: Stage, until: datetime) -> None:
    """Put off a closing that waits for an instance; one that comes later anyway stays where it is."""
    ctx.session.execute(
        update(Job)
        .where(
            Job.instance_id == instance_id,
            Job.kind == JobKind.SIGNAL,
            Job.name == f"{stage}_closed",
            Job.status == JobStatus.PENDING,
            Job.due_at < until,
        )
        .values(due_at=until),
        execution_options={"synchronize_session": False},
    )


def _keep(
    ctx: Context, entry: Round, nomination: Nomination, until: datetime, reason: str
) -> CandidateExtension:
    query = select(CandidateExtension).where(
        CandidateExtension.nomination_id == nomination.id, CandidateExtension.stage == Stage.SUBMISSION
    )
    extension = ctx.session.scalar(query)
    if extension is None:
        extension = CandidateExtension(round_id=entry.id, nomination_id=nomination.id, stage=Stage.SUBMISSION)
        ctx.session.add(extension)
    extension.until = until
    extension.reason = reason
    extension.granted_by_id = ctx.actor.user_id
    extension.granted_at = ctx.now
    return extension


def _is_of_use(nomination: Nomination) -> bool:
    """Whether a nomination is still on its way to the organiser, or came too late under a name."""
    if nomination.status == NominationStatus.OVERDUE:
        return bool(nomination.name)
    return nomination.status in (NominationStatus.DRAFTING, NominationStatus.RECOMMENDING)
