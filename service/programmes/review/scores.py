"""Scores: keeping an expert's points, and who may see whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Invalid, NotFound
from service.models import (
    Candidate,
    Nomination,
    Round,
    Score,
    Seat,
    SeatStatus,
    TaskStatus,
    UserTask,
)
from service.programmes.nomination import nominations
from service.programmes.review import draws, seats
from service.programmes.rule import scoring
from service.programmes.rule.scoring import Criterion
from service.workflow.context import Context

MAX_REMARK = 1000


@dataclass(frozen=True, kw_only=True)
class GivenScores:
    """What one expert gave one nomination."""

    who: str  #: his name for the organiser and himself, else 专家 and his number
    mine: bool
    points: Mapping[str, int]
    total: Fraction
    remark: str


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A nomination an expert sits at."""

    seat: Seat
    task_id: int | None  #: while it is to be scored
    total: Fraction | None  #: what he gave


def keep(ctx: Context, nomination: Nomination, sitting: str, answers: Mapping[str, Any]) -> None:
    """Keep the actor's points for a nomination he sits at; he gives them once a sitting."""
    seat = seats.find(ctx, nomination, ctx.actor.user_id)
    if seat is None or seat.status != SeatStatus.SEATED:
        raise Conflict("您没有这份申报的评审席位，或已经评过分。")
    criteria = draws.rules_of(ctx, nomination.round).at({sitting}).criteria
    points = _read_points(criteria, answers)
    ctx.session.add_all(
        Score(
            round_id=nomination.round_id,
            nomination_id=nomination.id,
            user_id=seat.user_id,
            criterion=key,
            points=number,
        )
        for key, number in points.items()
    )
    seat.status = SeatStatus.SCORED
    seat.remark = str(answers.get("remark") or "")[:MAX_REMARK]


def list_visible(ctx: Context, nomination: Nomination) -> list[GivenScores]:
    """Return the scores of a nomination the actor may see, in drawn order.

    An expert sees nobody else's before his own are in, and after that only if the programme says
    so; then without names. The organiser sees all of them once scoring is closed and the list is ranked: as
    long as he may ask somebody to step back he does not know what it would change. Nobody else sees any.
    """
    rules = draws.rules_of(ctx, nomination.round)
    every = [seat for seat in seats.list_of(ctx, nomination) if seat.status in seats.SITTING]
    own = next((seat for seat in every if seat.user_id == ctx.actor.user_id), None)
    is_organiser = nominations.is_organiser(ctx, nomination.round) or ctx.actor.is_system
    is_done = seats.is_ranked(ctx, nomination) and all(seat.status == SeatStatus.SCORED for seat in every)
    in_turn = own is not None and own.status == SeatStatus.SCORED and rules.others_scores == "after_own"
    shown = every if in_turn or (is_organiser and own is None and is_done) else [own] if own else []
    points = _points_of(ctx, [nomination.id])
    return [
        GivenScores(
            who=seat.user.name if is_organiser or seat is own else f"专家{every.index(seat) + 1}",
            mine=seat is own,
            points=points.get((nomination.id, seat.user_id), {}),
            total=scoring.total_of(rules, points.get((nomination.id, seat.user_id), {})),
            remark=seat.remark,
        )
        for seat in shown
        if seat.status == SeatStatus.SCORED
    ]


def list_duties(ctx: Context, entry: Round) -> list[Duty]:
    """Return the nominations the actor sits at in a round, those still to be scored first."""
    rules = draws.rules_of(ctx, entry)
    query = select(Seat).where(
        Seat.round_id == entry.id, Seat.user_id == ctx.actor.user_id, Seat.status.in_(seats.SITTING)
    )
    found = list(ctx.session.scalars(query.options(joinedload(Seat.nomination).joinedload(Nomination.unit))))
    tasks = _open_tasks(ctx, entry)
    given = _points_by(ctx, entry)
    duties = [
        Duty(
            seat=seat,
            task_id=tasks.get(seat.nomination.instance_id),
            total=scoring.total_of(rules, given[seat.nomination_id])
            if seat.status == SeatStatus.SCORED
            else None,
        )
        for seat in found
    ]
    return sorted(duties, key=lambda duty: (duty.task_id is None, duty.seat.nomination_id))


def count_progress(ctx: Context, entry: Round) -> tuple[int, int]:
    """Return how many of a round's seats have scored, and how many there are."""
    query = select(Seat.status, func.count()).where(Seat.round_id == entry.id).group_by(Seat.status)
    counts: dict[str, int] = {str(status): number for status, number in ctx.session.execute(query)}
    scored = counts.get(SeatStatus.SCORED, 0)
    return scored, scored + counts.get(SeatStatus.SEATED, 0)


def list_progress(ctx: Context, entry: Round) -> list[tuple[Nomination, int, int]]:
    """Return every nomination with seats, how many of them have scored and how many there are."""
    scored = func.count(Seat.id).filter(Seat.status == SeatStatus.SCORED)
    query = (
        select(Nomination, scored, func.count(Seat.id))
        .join(Seat, Seat.nomination_id == Nomination.id)
        .where(Seat.round_id == entry.id, Seat.status.in_(seats.SITTING))
        .group_by(Nomination.id)
        .order_by(scored, Nomination.id)
    )
    return [(row[0], row[1], row[2]) for row in ctx.session.execute(query)]


def points_of_round(ctx: Context, entry: Round) -> dict[int, list[Mapping[str, int]]]:
    """Return nomination -> the points of every expert who still sits at it."""
    query = (
        select(Score.nomination_id, Score.user_id, Score.criterion, Score.points)
        .join(Seat, (Seat.nomination_id == Score.nomination_id) & (Seat.user_id == Score.user_id))
        .where(Score.round_id == entry.id, Seat.status == SeatStatus.SCORED)
        .order_by(Score.nomination_id, Score.user_id)
    )
    by_expert: dict[tuple[int, int], dict[str, int]] = {}
    for nomination_id, user_id, criterion, points in ctx.session.execute(query):
        by_expert.setdefault((nomination_id, user_id), {})[criterion] = points
    found: dict[int, list[Mapping[str, int]]] = {}
    for (nomination_id, _), given in by_expert.items():
        found.setdefault(nomination_id, []).append(given)
    return found


def get_scorable(ctx: Context, nomination: Nomination) -> Seat:
    """Return the actor's seat at a nomination; whoever has none learns nothing of it."""
    seat = seats.find(ctx, nomination, ctx.actor.user_id)
    if seat is None or seat.status not in seats.SITTING:
        raise NotFound("没有这份申报，或您无权查看。")
    return seat


def _read_points(criteria: Sequence[Criterion], answers: Mapping[str, Any]) -> dict[str, int]:
    wrong: dict[str, str] = {}
    points: dict[str, int] = {}
    for criterion in criteria:
        given = answers.get(criterion.key)
        if type(given) is not int or not 0 <= given <= criterion.most:
            wrong[criterion.key] = f"请给“{criterion.name}”打 0 到 {criterion.most} 的整数分。"
        else:
            points[criterion.key] = given
    if wrong:
        raise Invalid("还有没打好的分，请补齐。", fields=wrong)
    return points


def _points_of(ctx: Context, nomination_ids: Sequence[int]) -> dict[tuple[int, int], dict[str, int]]:
    query = select(Score).where(Score.nomination_id.in_(nomination_ids))
    found: dict[tuple[int, int], dict[str, int]] = {}
    for score in ctx.session.scalars(query):
        found.setdefault((score.nomination_id, score.user_id), {})[score.criterion] = score.points
    return found


def _points_by(ctx: Context, entry: Round) -> dict[int, dict[str, int]]:
    query = select(Score).where(Score.round_id == entry.id, Score.user_id == ctx.actor.user_id)
    found: dict[int, dict[str, int]] = {}
    for score in ctx.session.scalars(query):
        found.setdefault(score.nomination_id, {})[score.criterion] = score.points
    return found


def _open_tasks(ctx: Context, entry: Round) -> dict[int | None, int]:
    """Return instance -> the actor's own open task there."""
    query = (
        select(UserTask.instance_id, UserTask.id)
        .join(Candidate, Candidate.user_task_id == UserTask.id)
        .where(
            UserTask.round_id == entry.id,
            UserTask.status == TaskStatus.OPEN,
            Candidate.group_key == f"user:{ctx.actor.user_id}",
        )
    )
    return {row[0]: row[1] for row in ctx.session.execute(query)}
