"""Closing a ballot that somebody does not vote in: with a reason, and not before enough have for a secret."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import Ballot, Instance, Round, TaskStatus, User, UserTask, Voter
from service.programmes.review import ballots, draws, secrecy
from service.programmes.round import rounds
from service.programmes.rule import calendar
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import handovers

MAX_REASON = 500


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What can be done about a ballot that somebody does not vote in."""

    obstacle: str | None  #: why it may not be closed yet, as a sentence
    may_void: bool  #: whether another may be opened in its place: this one cannot be closed, now or ever


def judge(ctx: Context, entry: Round, ballot: Ballot) -> Outlook:
    """Say whether a ballot may be closed, and if not, whether waiting would help.

    More than ``quorum`` of those who can vote must have voted, and on each nomination so many that the
    counts do not tell who voted what; whoever left without voting is not waited for. Somebody who still can
    vote has until the task is due.
    """
    rules = draws.rules_of(ctx, entry)
    voted, able = _count(ctx, ballot)
    short = secrecy.list_short(ctx, ballot, rules.least_voters)
    due = max((task.due_date for task in list_waiting(ctx, entry) if task.due_date), default=None)
    is_hopeless = any(one.possible < rules.least_voters for one in short)
    is_waiting = able > 0 and due is not None and ctx.now < due and not is_hopeless
    obstacle = None
    if voted <= rules.quorum * (voted + able):
        obstacle = f"可以投票的 {voted + able} 人中只有 {voted} 人投票，不到法定人数，还不能结束投票。"
    elif short:
        names = secrecy.write_names(ctx, [one.nomination for one in short])
        obstacle = f"对{names}投票的不到 {rules.least_voters} 人，{secrecy.TELLING}，还不能结束投票。"
    if obstacle is not None:
        return Outlook(obstacle=obstacle + _advise(able, is_hopeless, is_waiting), may_void=not is_waiting)
    if is_waiting and due is not None:
        until = calendar.write_moment(due, ctx.domain.zone(ctx, _instance_of(ctx, entry)))
        obstacle = f"还有 {able} 人可以投票，截止（{until}）之前不能结束投票。"
    return Outlook(obstacle=obstacle, may_void=False)


def close(ctx: Context, entry: Round, reason: str) -> None:
    """Let the organiser end the voting without those who have not voted; it is counted at once."""
    rounds.require_organiser(ctx, entry)
    reason = read_reason(reason)
    ballot, tasks = lock_open(ctx, entry)
    obstacle = judge(ctx, entry, ballot).obstacle
    if obstacle is not None:
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


def read_reason(reason: str) -> str:
    """Return the reason for closing or voiding a ballot; Invalid without one."""
    reason = reason.strip()
    if not reason:
        raise Invalid("请写明原因。", fields={"reason": "必填"})
    if len(reason) > MAX_REASON:
        raise Invalid("原因太长，请删减。", fields={"reason": f"最多 {MAX_REASON} 个字"})
    return reason


def lock_open(ctx: Context, entry: Round) -> tuple[Ballot, list[UserTask]]:
    """Lock a round and return its open ballot with the tasks of those who have not voted."""
    execution.lock(ctx, _instance_of(ctx, entry).id)
    ballot = ballots.find_newest(ctx, entry)
    tasks = list_waiting(ctx, entry)
    if ballot is None or ballot.closed_at is not None or not tasks:
        raise Conflict("没有正在进行的投票。")
    return ballot, tasks


def _advise(able: int, is_hopeless: bool, is_waiting: bool) -> str:
    """Say what to do about too few votes: wait, for whom it is worth it, or vote anew."""
    if is_waiting:
        return "请等没有投票的人投票。"
    if able == 0 or is_hopeless:
        return "请作废这次投票，重新发出选票。"
    return "请等没有投票的人投票，或作废这次投票，重新发出选票。"


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
