"""Seats: which expert scores which nomination, who steps back (回避), and who comes in his place."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Invalid, NotFound
from service.models import (
    Candidate,
    Nomination,
    Seat,
    SeatStatus,
    Standing,
    TaskStatus,
    User,
    UserTask,
)
from service.programmes.nomination import nominations
from service.programmes.review import draws
from service.programmes.round import rounds
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import handovers, task_access

MAX_REASON = 500
SITTING = (SeatStatus.SEATED, SeatStatus.SCORED)


def take(ctx: Context, nomination: Nomination, *, again: bool = False) -> list[str]:
    """Seat the drawn experts at a nomination and return their groups (``user:7``), in drawn order.

    Whoever works where the nominee works, or at the unit that recommends him, is passed over and the
    next drawn sits. Seats that were taken before are kept; ``again`` lets those who sit there score at a
    further sitting.
    """
    had = [seat for seat in list_of(ctx, nomination) if seat.status in SITTING]
    if had:
        for seat in had if again else ():
            seat.status = SeatStatus.SEATED
        return [f"user:{seat.user_id}" for seat in had]
    drawn = draws.get(ctx, nomination.round)
    rows: list[Seat] = []
    free = drawn.size
    for member in draws.list_members(ctx, drawn):
        conflict = draws.find_conflict(member.user, draws.subject_of(nomination))
        rows.append(_seat(nomination, member.user_id, member.place, conflict))
        free -= not conflict
        if not free:
            break
    if free:
        raise Conflict("回避之后专家不足，请补充专家。")
    ctx.session.add_all(rows)
    return [f"user:{row.user_id}" for row in rows if row.status == SeatStatus.SEATED]


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Seat]:
    """Return every seat at a nomination, given up or not, in drawn order."""
    query = select(Seat).where(Seat.nomination_id == nomination.id).order_by(Seat.place)
    return list(ctx.session.scalars(query.options(joinedload(Seat.user).joinedload(User.unit))))


def find(ctx: Context, nomination: Nomination, user_id: int | None) -> Seat | None:
    """Return somebody's seat at a nomination."""
    return ctx.session.scalar(
        select(Seat).where(Seat.nomination_id == nomination.id, Seat.user_id == user_id)
    )


def recuse(ctx: Context, task_id: int, reason: str) -> None:
    """Step back from scoring a nomination (申请回避); the next drawn gets the task at once.

    Of two who step back together the second waits for the instance, so each is replaced by another.
    """
    _require_reason(reason)
    task = task_access.lock_offered(ctx, task_id)
    nomination = _nomination_of(ctx, task)
    seat = find(ctx, nomination, ctx.actor.user_id)
    if seat is None or seat.status != SeatStatus.SEATED:
        raise Conflict("您没有这份申报的评审席位。")
    _give_up(ctx, seat, reason, by=ctx.actor.name)
    _replace(ctx, task, nomination)


def dismiss(ctx: Context, nomination_id: int, user_id: int, reason: str) -> None:
    """Let the organiser ask an expert to step back; scores he gave already no longer count."""
    nomination = nominations.get_visible(ctx, nomination_id)
    rounds.require_organiser(ctx, nomination.round)
    _require_reason(reason)
    assert nomination.instance_id is not None
    execution.lock(ctx, nomination.instance_id)
    seat = find(ctx, nomination, user_id)
    if seat is None or seat.status not in SITTING:
        raise NotFound("这位专家没有这份申报的评审席位。")
    had_scored = seat.status == SeatStatus.SCORED
    if had_scored and ctx.session.scalar(select(Standing.id).where(Standing.nomination_id == nomination.id)):
        raise Conflict("已经排名，不能再要求回避。")
    _give_up(ctx, seat, reason, by=ctx.actor.name)
    if not had_scored:
        _replace(ctx, _task_of(ctx, nomination, user_id), nomination)


def _replace(ctx: Context, task: UserTask, nomination: Nomination) -> None:
    had = {seat.user_id for seat in list_of(ctx, nomination)}
    for member in draws.list_members(ctx, draws.get(ctx, nomination.round)):
        if member.user_id in had:
            continue
        conflict = draws.find_conflict(member.user, draws.subject_of(nomination))
        ctx.session.add(_seat(nomination, member.user_id, member.place, conflict))
        if not conflict and member.user.active:
            handovers.hand_over(ctx, task, member.user, reason="回避，由下一位抽取的专家替补")
            return
    raise Conflict("没有可以替补的专家了，请联系主办单位。")


def _give_up(ctx: Context, seat: Seat, reason: str, *, by: str) -> None:
    seat.status = SeatStatus.RECUSED
    seat.reason = reason.strip()
    seat.recused_by = by
    ctx.session.flush()


def _seat(nomination: Nomination, user_id: int, place: int, conflict: str) -> Seat:
    return Seat(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        user_id=user_id,
        place=place,
        status=SeatStatus.BARRED if conflict else SeatStatus.SEATED,
        reason=conflict,
    )


def _task_of(ctx: Context, nomination: Nomination, user_id: int) -> UserTask:
    """Return the open task at which an expert is to score a nomination."""
    query = (
        select(UserTask)
        .join(Candidate, Candidate.user_task_id == UserTask.id)
        .where(
            UserTask.instance_id == nomination.instance_id,
            UserTask.status == TaskStatus.OPEN,
            Candidate.group_key == f"user:{user_id}",
        )
    )
    return ctx.session.scalars(query).one()


def _nomination_of(ctx: Context, task: UserTask) -> Nomination:
    nomination = nominations.of_instance(ctx, task.instance)
    if nomination is None:
        raise NotFound("没有这项任务，或您无权查看。")
    return nomination


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("请写明回避的原因。", fields={"reason": "必填"})
    if len(reason.strip()) > MAX_REASON:
        raise Invalid("原因太长，请删减。", fields={"reason": f"最多 {MAX_REASON} 个字"})
