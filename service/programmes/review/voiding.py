"""Voiding a ballot that cannot be counted as a secret, and opening another in its place.

Nothing that was counted is kept: beside the next ballot's counts it would tell who voted otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.engine.records import Repeat, Unreachable
from service.errors import Conflict
from service.models import Ballot, HistoryEvent, Instance, Nomination, Round, Standing, User, UserTask, Voter
from service.programmes.review import ballots, closings, draws, secrecy, standings
from service.programmes.round import rounds
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.task import handovers

#: kind of the history event
VOIDED = "ballot.voided"
#: the local topic that opens a ballot in a diagram
OPENING = "ballot.open"


@dataclass(frozen=True, kw_only=True)
class Voided:
    """A ballot that was voided."""

    at: datetime
    by: str
    reason: str
    voted: int  #: how many had voted
    voters: int


def void(ctx: Context, entry: Round, reason: str) -> Ballot:
    """Let the organiser void the open ballot and open another at once, for whoever may vote by now.

    Everybody is asked again, in a task of his own. Whom too few may vote on comes off the proposed list,
    with that as the reason, and a meeting decides of him. Refused while the ballot may still be counted.
    """
    rounds.require_organiser(ctx, entry)
    reason = closings.read_reason(reason)
    ballot, tasks = closings.lock_open(ctx, entry)
    _require_useless(ctx, entry, ballot)
    voters = _list_voters(ctx, entry, ballot)
    _take_off_short(ctx, entry, voters)
    voted = ballots.count_turnout(ctx, ballot)
    ballot.closed_at = ctx.now
    secrecy.forget(ctx, ballot)
    again, groups = ballots.open_for(ctx, entry, voters)
    told = {"reason": reason, "voted": voted, "voters": ballot.voters}
    history.record_in(ctx, f"round:{entry.id}", VOIDED, round_id=entry.id, **told)
    _ask_again(ctx, entry, tasks, groups, reason)
    return again


def list_short(ctx: Context, entry: Round, ballot: Ballot) -> list[Nomination]:
    """Return whom a ballot in place of this one would not be about: too few may vote on them."""
    short = _list_short(ctx, entry, _list_voters(ctx, entry, ballot))
    return [row.nomination for row in short]


def list_voided(ctx: Context, entry: Round) -> list[Voided]:
    """Return the ballots of a round that were voided, oldest first."""
    query = select(HistoryEvent).where(
        HistoryEvent.stream == f"round:{entry.id}", HistoryEvent.kind == VOIDED
    )
    return [
        Voided(
            at=event.at,
            by=event.actor_name,
            reason=event.details["reason"],
            voted=event.details["voted"],
            voters=event.details["voters"],
        )
        for event in ctx.session.scalars(query.order_by(HistoryEvent.seq))
    ]


def _require_useless(ctx: Context, entry: Round, ballot: Ballot) -> None:
    outlook = closings.judge(ctx, entry, ballot)
    if outlook.obstacle is None:
        raise Conflict("这次投票可以结束并计票，不能作废。")
    if not outlook.may_void:
        raise Conflict(f"还有人可以投票，不能作废这次投票。{outlook.obstacle}")


def _list_voters(ctx: Context, entry: Round, ballot: Ballot) -> list[int]:
    """Return who may vote by now: as the diagram says; if it has several ballots, those of this one."""
    instance = ctx.session.get_one(Instance, entry.instance_id)
    elements = deployments.elements_of(ctx, instance).values()
    roles = {element.headers.get("role") or "" for element in elements if element.topic == OPENING}
    if len(roles) == 1:
        return ballots.list_voters(ctx, entry, roles.pop())
    before = select(User.id).join(Voter, Voter.user_id == User.id)
    before = before.where(Voter.ballot_id == ballot.id, User.active)
    return list(ctx.session.scalars(before.order_by(User.id)))


def _list_short(ctx: Context, entry: Round, voters: Sequence[int]) -> list[Standing]:
    proposed = [row for row in standings.list_of(ctx, entry) if row.proposed]
    able = secrecy.count_able(ctx, voters, [row.nomination_id for row in proposed])
    least = draws.rules_of(ctx, entry).least_voters
    return [row for row in proposed if able[row.nomination_id] < least]


def _take_off_short(ctx: Context, entry: Round, voters: Sequence[int]) -> None:
    least = draws.rules_of(ctx, entry).least_voters
    short = _list_short(ctx, entry, voters)
    if len(short) == sum(row.proposed for row in standings.list_of(ctx, entry)):
        raise Conflict(
            f"对名单上的每一个人，可以投票的都不到 {least} 位，不能重新发出选票。"
            "请先补充投票人，或恢复停用的账号。"
        )
    reason = f"可以对其投票的不到 {least} 位，不能无记名投票，未付表决，由会议决定"
    for row in short:
        standings.change(ctx, row, proposed=False, step=ballots.STEP, reason=reason)


def _ask_again(
    ctx: Context, entry: Round, tasks: Sequence[UserTask], groups: Sequence[str], reason: str
) -> None:
    """Open a task for every voter before those of the void ballot close, so that the step does not end."""
    step = tasks[0]
    try:
        for group in groups:
            execution.advance(ctx, step.instance, Repeat(element_id=step.element_id, item=group))
    except Unreachable as error:
        raise Conflict(f"不能重新发出选票：{error}。") from error
    ctx.session.flush()
    for task in closings.list_waiting(ctx, entry):
        if task not in tasks:
            _tell(ctx, task, reason)
    handovers.pass_over(ctx, tasks, reason=f"投票作废，重新发出选票：{reason}")


def _tell(ctx: Context, task: UserTask, reason: str) -> None:
    text = f"{task.title} — {task.name}：上一次投票已经作废，请重新投票。原因：{reason}"
    notifications.notify(
        ctx, notifications.list_responsible(ctx, task), kind="returned", text=text,
        dedupe=f"ballot-again:{task.id}", round_id=task.round_id, task=task,
    )  # fmt: skip
