"""Changing who recommends somebody from outside every recommender's branch (A-08), or by trade (002-B)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.errors import Conflict, Forbidden, NotFound
from service.models import Instance, Nomination, NominationStatus, QuotaKind, TaskStatus, Unit, UserTask
from service.programmes.nomination import nominations, recommenders
from service.programmes.round import quotas
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution, incidents, offers

SCOPE = "@recommender"
#: statuses in which nothing has been recommended yet
_BEFORE = (NominationStatus.DRAFTING, NominationStatus.RECOMMENDING)


def list_choices(ctx: Context, nomination: Nomination) -> Sequence[Unit]:
    """Return whom the actor may let recommend instead; nobody where there is nothing to choose."""
    if not _may_change(ctx, nomination) or nomination.status not in _BEFORE:
        return []
    if quotas.holds_place(ctx, nomination, QuotaKind.NOMINATION):
        return []
    entry = nomination.round
    if recommenders.is_outside(nomination.unit, recommenders.list_holders(ctx, entry)):
        return recommenders.list_outside(ctx, entry)
    choices = recommenders.list_by_trade(ctx, entry, nomination.unit)
    return choices[:1] if choices and _may_decline(ctx, nomination) else choices


def change(ctx: Context, nomination: Nomination, wanted: Unit | None) -> None:
    """Let another of the units the programme names recommend; open tasks of the old one go to the new one.

    The nominee may until his form is handed in, the organiser until a place is taken. An admitted department
    that does not agree to recommend somebody of its trade gives him back to the one above his workplace.
    Raises Forbidden, Conflict, or Invalid at ``recommender``.
    """
    if not _may_see(ctx, nomination):
        raise NotFound("没有这份申报，或您无权查看。")
    if not _may_change(ctx, nomination):
        raise Forbidden("推荐单位由申报人在提交之前选择，提交以后由主办单位调整。")
    assert nomination.instance_id is not None
    instance = execution.lock(ctx, nomination.instance_id)
    ctx.session.refresh(nomination)
    if nomination.status not in _BEFORE or quotas.holds_place(ctx, nomination, QuotaKind.NOMINATION):
        raise Conflict("推荐单位已经推荐或申报已经结束，不能再改推荐单位。")
    before = nomination.recommender
    chosen = recommenders.choose(ctx, nomination.round, nomination.unit, wanted)
    if _may_decline(ctx, nomination) and not nomination.unit.path.startswith(chosen.path):
        raise Forbidden("不同意推荐的，只能退回所在单位的上级推荐单位。")
    if chosen.id == before.id:
        return
    nomination.recommender = chosen
    nomination.revision += 1
    ctx.session.flush()
    history.record(ctx, instance, "recommender.changed", to=chosen.name, reason=f"原为{before.name}")
    _offer_again(ctx, instance)


def _may_see(ctx: Context, nomination: Nomination) -> bool:
    return nominations.may_see(ctx, nomination)


def _may_change(ctx: Context, nomination: Nomination) -> bool:
    if ctx.actor.is_system or nominations.is_organiser(ctx, nomination.round):
        return True
    if _may_decline(ctx, nomination):
        return True
    mine = ctx.actor.user_id in (nomination.nominee_id, nomination.created_by_id)
    return mine and nomination.status == NominationStatus.DRAFTING


def _may_decline(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor recommends for the department of the trade that was asked, not the one above."""
    chosen = nomination.recommender
    if f"recommender@{chosen.code}" not in ctx.actor.groups or nominations.is_organiser(
        ctx, nomination.round
    ):
        return False
    is_asked = not nomination.unit.path.startswith(chosen.path)
    return is_asked and chosen.id in {one.id for one in recommenders.list_admitted(ctx, nomination.round)}


def _offer_again(ctx: Context, instance: Instance) -> None:
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    for task in ctx.session.scalars(query.order_by(UserTask.id)):
        element = deployments.get_element(ctx, instance, task.element_id)
        if not any(group.endswith(SCOPE) for group in element.candidate_groups):
            continue
        task.assignee_id = None
        task.revision += 1
        if not offers.offer_again(ctx, instance, task, element):
            message = f"“{task.name}”没有人可以办理：新的推荐单位没有启用的人员。请在人员管理中指定后重试。"
            incidents.open_for_task(ctx, instance, task, kind="nobody-resolved", message=message)
