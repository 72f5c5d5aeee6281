"""Seats: which expert scores which nomination, who steps back (回避), and who comes in his place."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Invalid, NotFound
from service.models import Nomination, Seat, SeatStatus, Standing, User, UserTask
from service.programmes.nomination import nominations
from service.programmes.privacy import provision
from service.programmes.review import draws, substitutes
from service.programmes.round import rounds
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import task_access

MAX_REASON = 500
SITTING = (SeatStatus.SEATED, SeatStatus.SCORED)


def take(ctx: Context, nomination: Nomination, *, again: bool = False) -> list[str]:
    """Seat the drawn experts at a nomination and return their groups (``user:7``), in drawn order.

    Whoever works where the nominee works, or at the unit that recommends him, is passed over, and so is
    whoever has left; the next drawn sits. Seats that were taken before are kept; ``again`` lets those who
    sit there score at a further sitting. Refused once the nominee has withdrawn his consent to provision.
    """
    provision.require_provided(ctx, nomination)
    had = [seat for seat in list_of(ctx, nomination) if seat.status in SITTING]
    if had:
        for seat in had if again else ():
            seat.status = SeatStatus.SEATED
        return [f"user:{seat.user_id}" for seat in had]
    drawn = draws.get(ctx, nomination.round)
    rows: list[Seat] = []
    free = drawn.size
    for member in draws.list_members(ctx, drawn):
        if not member.user.active:
            continue
        conflict = draws.find_conflict(member.user, draws.subject_of(nomination))
        rows.append(substitutes.make_seat(nomination, member, conflict))
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
    _give_up(ctx, nomination, seat, reason, kind="panel.recused")
    substitutes.seat_next(ctx, nomination, task)


def dismiss(ctx: Context, nomination_id: int, user_id: int, reason: str) -> None:
    """Let the organiser ask an expert to step back; the next drawn scores in his place.

    Scores he gave already no longer count. Where nobody stands by any more, one who has scored may still
    go, as long as another's scores are left.
    """
    nomination = _lock(ctx, nomination_id)
    _require_reason(reason)
    seat = find(ctx, nomination, user_id)
    if seat is None or seat.status not in SITTING:
        raise NotFound("这位专家没有这份申报的评审席位。")
    if seat.status == SeatStatus.SEATED:
        _give_up(ctx, nomination, seat, reason, kind="panel.dismissed")
        substitutes.seat_next(ctx, nomination, substitutes.find_task(ctx, nomination, user_id))
        return
    _require_unranked(ctx, nomination)
    _give_up(ctx, nomination, seat, reason, kind="panel.dismissed")
    if substitutes.find_next(ctx, nomination) or _count_sitting(ctx, nomination) == 0:
        substitutes.seat_next(ctx, nomination, None)


def fill(ctx: Context, nomination_id: int) -> None:
    """Let the organiser seat the next drawn where fewer sit than are to score a nomination (补席)."""
    nomination = _lock(ctx, nomination_id)
    _require_unranked(ctx, nomination)
    if _count_sitting(ctx, nomination) >= draws.get(ctx, nomination.round).size:
        raise Conflict("这份申报的评审席位已满。")
    substitutes.seat_next(ctx, nomination, None)


def is_ranked(ctx: Context, nomination: Nomination) -> bool:
    """Say whether a nomination's scores have been put together: nobody can be asked to step back then."""
    return ctx.session.scalar(select(Standing.id).where(Standing.nomination_id == nomination.id)) is not None


def _lock(ctx: Context, nomination_id: int) -> Nomination:
    """Return a nomination of the organiser's, its instance locked."""
    nomination = nominations.get_visible(ctx, nomination_id)
    rounds.require_organiser(ctx, nomination.round)
    assert nomination.instance_id is not None
    execution.lock(ctx, nomination.instance_id)
    return nomination


def _require_unranked(ctx: Context, nomination: Nomination) -> None:
    if is_ranked(ctx, nomination):
        raise Conflict("已经排名，不能再要求回避或补席。")


def _count_sitting(ctx: Context, nomination: Nomination) -> int:
    return sum(seat.status in SITTING for seat in list_of(ctx, nomination))


def _give_up(ctx: Context, nomination: Nomination, seat: Seat, reason: str, *, kind: str) -> None:
    """Leave a seat. Who sat there and why is the round's history: the nominee's side reads the other."""
    seat.status = SeatStatus.RECUSED
    seat.reason = reason.strip()
    seat.recused_by = ctx.actor.name
    ctx.session.flush()
    history.record_in(
        ctx,
        f"round:{nomination.round_id}",
        kind,
        round_id=nomination.round_id,
        nomination=nomination.id,
        expert=seat.user.login,
        reason=seat.reason,
    )


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
