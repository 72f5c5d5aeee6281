"""Closing a ballot that somebody does not vote in: with a reason, and not before enough have."""

from __future__ import annotations

from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import Ballot, Instance, Round, TaskStatus, User, UserTask, Voter
from service.programmes.review import ballots, draws
from service.programmes.round import rounds
from service.programmes.rule import calendar
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import handovers

MAX_REASON = 500


def find_obstacle(ctx: Context, entry: Round, ballot: Ballot) -> str | None:
    """Return why a ballot may not be closed yet, as a sentence, or None.

    More than ``quorum`` of those who can vote must have voted; whoever left without voting is not waited
    for. Somebody who still can has until the task is due, and so few votes that the counts would tell who
    voted what are waited for as long as anybody is left to vote.
    """
    rules = draws.rules_of(ctx, entry)
    voted, able = _count(ctx, ballot)
    if voted <= rules.quorum * (voted + able):
        return f"可以投票的 {voted + able} 人中只有 {voted} 人投票，不到法定人数，还不能结束投票。"
    if able == 0:
        return None
    if voted < rules.least_voters:
        return (
            f"投票的不到 {rules.least_voters} 人，从票数就能看出各人投了什么，还不能结束投票。"
            "没有投票的人已经离任的，先停用其账号。"
        )
    due = max((task.due_date for task in list_waiting(ctx, entry) if task.due_date), default=None)
    if due is not None and ctx.now < due:
        until = calendar.write_moment(due, ctx.domain.zone(ctx, _instance_of(ctx, entry)))
        return f"还有 {able} 人可以投票，截止（{until}）之前不能结束投票。"
    return None


def close(ctx: Context, entry: Round, reason: str) -> None:
    """Let the organiser end the voting without those who have not voted; it is counted at once."""
    rounds.require_organiser(ctx, entry)
    reason = reason.strip()
    if not reason:
        raise Invalid("请写明结束投票的原因。", fields={"reason": "必填"})
    if len(reason) > MAX_REASON:
        raise Invalid("原因太长，请删减。", fields={"reason": f"最多 {MAX_REASON} 个字"})
    execution.lock(ctx, _instance_of(ctx, entry).id)
    ballot = ballots.find_newest(ctx, entry)
    tasks = list_waiting(ctx, entry)
    if ballot is None or ballot.closed_at is not None or not tasks:
        raise Conflict("没有正在进行的投票。")
    if obstacle := find_obstacle(ctx, entry, ballot):
        raise Conflict(obstacle)
    missing = select(User.login).join(Voter, Voter.user_id == User.id)
    missing = missing.where(Voter.ballot_id == ballot.id, Voter.has_voted.is_(False)).order_by(User.login)
    history.record_in(
        ctx,
        f"round:{entry.id}",
        "ballot.closed",
        round_id=entry.id,
        reason=reason,
        without=list(ctx.session.scalars(missing)),
    )
    handovers.pass_over(ctx, tasks, reason=reason)


def list_waiting(ctx: Context, entry: Round) -> list[UserTask]:
    """Return the open tasks at which somebody has not voted yet."""
    query = select(UserTask).where(
        UserTask.instance_id == entry.instance_id, UserTask.status == TaskStatus.OPEN
    )
    tasks = ctx.session.scalars(query.order_by(UserTask.id))
    return [task for task in tasks if ballots.is_ballot_task(ctx, task)]


def _count(ctx: Context, ballot: Ballot) -> tuple[int, int]:
    """Return how many have voted and how many still can."""
    query = select(Voter.has_voted, User.active).join(User, User.id == Voter.user_id)
    rows = ctx.session.execute(query.where(Voter.ballot_id == ballot.id)).all()
    return sum(voted for voted, _ in rows), sum(active and not voted for voted, active in rows)


def _instance_of(ctx: Context, entry: Round) -> Instance:
    return ctx.session.get_one(Instance, entry.instance_id)
