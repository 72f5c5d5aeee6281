"""Acting for an absent colleague (代理): from a moment to a moment, logged, and for tasks only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Candidate, Delegation, Unit, User, UserTask
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.person import people

LONGEST = timedelta(days=366)
MAX_REASON = 200
#: who may appoint somebody for a colleague that cannot do so himself
APPOINTERS = people.ADMINISTRATORS


def begin(
    ctx: Context, *, principal: User, delegate_id: int, starts_at: datetime, ends_at: datetime, reason: str
) -> Delegation:
    """Let somebody act for an absent colleague in a period; both are told and the history keeps it.

    One appoints for oneself, or the administrator of the colleague's unit does. What passes on are tasks
    offered to him or claimed by him: no right to manage anything, and nothing he does for others in turn.
    """
    if principal.id != ctx.actor.user_id and not _appoints(ctx, principal):
        raise Forbidden("只能为自己指定代理人；他人不在岗的，由其单位管理员指定。")
    delegate = next(iter(people.find_colleagues(ctx, [delegate_id])), None)
    _check(ctx, principal, delegate, starts_at, ends_at, reason.strip())
    assert delegate is not None
    _require_free(ctx, principal, starts_at, ends_at)
    delegation = Delegation(
        principal=principal,
        delegate=delegate,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        created_by_id=ctx.actor.user_id,
        created_at=ctx.now,
    )
    ctx.session.add(delegation)
    ctx.session.flush()
    _note(ctx, "delegation.begun", delegation)
    text = f"{principal.name} 的待办由 {delegate.name} 代理。事由：{reason.strip()}"
    dedupe = f"delegation:{delegation.id}"
    notifications.notify(ctx, [principal, delegate], kind="delegated", text=text, dedupe=dedupe)
    return delegation


def end(ctx: Context, delegation_id: int) -> Delegation:
    """End a delegation now; one that has not begun never begins. What was done stays done."""
    delegation = ctx.session.get(Delegation, delegation_id, with_for_update=True)
    mine = delegation is not None and (
        ctx.actor.user_id in (delegation.principal_id, delegation.delegate_id)
        or _appoints(ctx, delegation.principal)
    )
    if delegation is None or not mine:
        raise NotFound("没有这项代理，或您无权查看。")
    if delegation.ends_at <= ctx.now:
        raise Conflict("这项代理已经结束。")
    delegation.ends_at = ctx.now
    delegation.starts_at = min(delegation.starts_at, ctx.now - timedelta(microseconds=1))
    _note(ctx, "delegation.ended", delegation)
    return delegation


def list_mine(ctx: Context) -> Sequence[Delegation]:
    """Return the delegations by the actor and to him, those still to come first."""
    me = ctx.actor.user_id
    query = (
        select(Delegation)
        .where((Delegation.principal_id == me) | (Delegation.delegate_id == me))
        .options(joinedload(Delegation.principal), joinedload(Delegation.delegate))
        .order_by(Delegation.ends_at.desc(), Delegation.id.desc())
        .limit(50)
    )
    return list(ctx.session.scalars(query))


def act_in_place(ctx: Context, task: UserTask) -> Context:
    """Return the context in which an actor does a task: in his own right, or in the name of an absent one.

    In somebody's place, he goes by both names: 乙（代甲）, in opinions and in the history.
    """
    actor = ctx.actor
    if not actor.acting_for:
        return ctx
    principal = _principal(ctx, task)
    if principal is None:
        return ctx
    name = f"{actor.name}（代{ctx.session.get_one(User, principal).name}）"
    return replace(ctx, actor=replace(actor, name=name, stands_in_for=principal))


def _principal(ctx: Context, task: UserTask) -> int | None:
    """Return whose task it is, or None if it is the actor's own."""
    actor = ctx.actor
    if task.assignee_id is not None:
        return task.assignee_id if task.assignee_id in actor.acting_for else None
    offered = set(ctx.session.scalars(select(Candidate.group_key).where(Candidate.user_task_id == task.id)))
    if offered & actor.own_task_groups:
        return None
    for principal, groups in sorted(actor.acting_for.items()):
        if offered & (groups | {f"user:{principal}"}):
            return principal
    return None


def _check(
    ctx: Context, principal: User, delegate: User | None, starts_at: datetime, ends_at: datetime, reason: str
) -> None:
    fields = {}
    if delegate is None or delegate.id == principal.id:
        fields["delegate"] = "请选择本单位或上下级单位的一位在用人员"
    if ends_at <= max(starts_at, ctx.now):
        fields["ends"] = "结束日期应晚于开始日期和现在"
    elif ends_at - starts_at > LONGEST:
        fields["ends"] = f"最长 {LONGEST.days} 天"
    if not reason or len(reason) > MAX_REASON:
        fields["reason"] = f"必填，最多 {MAX_REASON} 个字"
    if fields:
        raise Invalid("没有设置代理，请改正后再提交。", fields=fields)


def _require_free(ctx: Context, principal: User, starts_at: datetime, ends_at: datetime) -> None:
    """Refuse a second delegation for the same time; of two begun at once the second sees the first."""
    ctx.session.refresh(principal, ["active"], with_for_update={"key_share": True})
    query = select(Delegation.id).where(
        Delegation.principal_id == principal.id,
        Delegation.starts_at < ends_at,
        Delegation.ends_at > starts_at,
    )
    if ctx.session.scalar(query.limit(1)) is not None:
        raise Conflict("这段时间已经有人代理，请先结束原来的代理。")


def _appoints(ctx: Context, principal: User) -> bool:
    if ctx.actor.is_system:
        return True
    unit = ctx.session.get_one(Unit, principal.unit_id)
    codes = [code for code in unit.path.split("/") if code]
    return any(f"{role}@{code}" in ctx.actor.groups for role in APPOINTERS for code in codes)


def _note(ctx: Context, kind: str, delegation: Delegation) -> None:
    history.record_in(
        ctx, "system", kind, principal=delegation.principal.login, delegate=delegation.delegate.login,
        starts=delegation.starts_at.isoformat(), ends=delegation.ends_at.isoformat(),
        reason=delegation.reason,
    )  # fmt: skip
