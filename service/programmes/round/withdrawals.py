"""Withdrawing (退出): a nominee steps out of a round that already has his papers (X12)."""

from __future__ import annotations

from sqlalchemy import exists, select

from service.errors import Conflict, Forbidden, NotFound
from service.models import (
    Instance,
    InstanceStatus,
    ListChange,
    Nomination,
    NominationStatus,
    Notice,
    Opinion,
    QuotaKind,
    Standing,
)
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.removal import removals
from service.programmes.round import quotas, rounds, vacancies, windows
from service.workflow.context import Context
from service.workflow.instance import execution

#: what a change of the proposed list says that nobody decided: the nominee stepped out
STEP = "退出"


def withdraw(ctx: Context, nomination: Nomination, reason: str) -> None:
    """End a running nomination as 退出: what is open about it closes, and what it held is given back.

    Who is still being filled in is forgotten at once (``forget_draft``). The personal data of anybody else
    is kept and removed like that of everybody who ends without the title. A published list stays as it was
    published; the next one has him no more.
    """
    require_possible(ctx, nomination)
    rounds.check_reason(reason, "请填写退出原因。")
    instance = execution.lock(ctx, nomination.instance_id or 0)
    ctx.session.refresh(nomination)
    _require_running(instance)
    was_draft = is_draft(ctx, nomination)
    quotas.release(ctx, nomination, QuotaKind.NOMINATION)
    quotas.release(ctx, nomination, QuotaKind.AWARD)
    nominations.end(nomination, NominationStatus.WITHDRAWN, reason.strip())
    execution.cancel(ctx, instance, f"退出：{reason.strip()}")
    windows.close_local(ctx, nomination)
    vacancies.tell(ctx, nomination)
    _leave_list(ctx, nomination)
    if was_draft:
        forget_draft(ctx, nomination)


def _leave_list(ctx: Context, nomination: Nomination) -> None:
    """Take whoever steps out off the list a meeting proposed: his place there is free."""
    query = select(Standing).where(Standing.nomination_id == nomination.id, Standing.proposed)
    standing = ctx.session.scalar(query)
    if standing is None:
        return
    standing.proposed = False
    ctx.session.add(
        ListChange(
            round_id=nomination.round_id,
            nomination_id=nomination.id,
            proposed=False,
            step=STEP,
            reason="本人退出评选。",
            changed_by=ctx.actor.name,
            changed_at=ctx.now,
        )
    )


def is_draft(ctx: Context, nomination: Nomination) -> bool:
    """Say whether a nomination is still being filled in, and nobody has yet decided on it or published it."""
    if nomination.status != NominationStatus.DRAFTING:
        return False
    decided = exists().where(Opinion.nomination_id == nomination.id)
    published = exists().where(Notice.nomination_id == nomination.id)
    return not ctx.session.scalar(select(decided | published))


def forget_draft(ctx: Context, nomination: Nomination) -> None:
    """Remove what was filled in of a nomination that is withdrawn as a draft (X12).

    That there was one, where, and that it was withdrawn stays. The bytes of its files go with the next run
    of the duty that deletes files, since they cannot come back with a transaction that fails.
    """
    ctx.session.flush()  # what was submitted with the withdrawal itself is removed as well
    removals.purge_now(ctx, nomination)


def require_possible(ctx: Context, nomination: Nomination) -> None:
    """Refuse whoever may not let a nomination withdraw, and one that has ended."""
    if not nominations.may_see(ctx, nomination):
        raise NotFound("没有这份申报，或您无权查看。")
    if not may_withdraw(ctx, nomination):
        raise Forbidden("只有申报人本人、申报和推荐他的单位以及主办单位可以办理退出。")
    _require_running(nomination.instance)


def may_withdraw(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor speaks for the nominee: himself, his units, or the organiser."""
    actor = ctx.actor
    if actor.is_system or nominations.is_organiser(ctx, nomination.round):
        return True
    if actor.user_id is not None and actor.user_id in (nomination.nominee_id, nomination.created_by_id):
        return True
    roles = wiring.pack_of(ctx, nomination.round).programme.roles
    speaking = [key for key, role in roles.items() if nominations.READING.intersection(role.scopes)]
    return nominations.acts_at_or_above(actor, nomination.unit, speaking)


def is_running(instance: Instance | None) -> bool:
    """Say whether a nomination's process still runs."""
    return instance is not None and instance.status == InstanceStatus.ACTIVE


def _require_running(instance: Instance | None) -> None:
    if not is_running(instance):
        raise Conflict("这份申报已经办结，不能再退出。")
