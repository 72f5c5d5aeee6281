"""Who comes in an expert's place, and the task at which he scores."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from service.errors import Conflict
from service.models import (
    Candidate,
    Instance,
    Nomination,
    PanelMember,
    Seat,
    SeatStatus,
    TaskStatus,
    UserTask,
)
from service.programmes.privacy import provision
from service.programmes.review import draws
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import handovers

#: property of the user task at which an expert scores
SCORE = "score"
REASON = "由下一位抽取的专家替补"


def find_next(ctx: Context, nomination: Nomination) -> PanelMember | None:
    """Return the next drawn who may score a nomination and never sat at it."""
    return next((member for member, conflict in _list_waiting(ctx, nomination) if not conflict), None)


def seat_next(ctx: Context, nomination: Nomination, task: UserTask | None) -> None:
    """Seat the next drawn and hand him the task, or open one where its holder has done it already.

    Whoever is passed over is noted as barred. Raises Conflict when nobody stands by any more, and once the
    nominee has withdrawn his consent to provision. The caller holds the instance.
    """
    provision.require_provided(ctx, nomination)
    for member, conflict in list(_list_waiting(ctx, nomination)):
        ctx.session.add(make_seat(nomination, member, conflict))
        if conflict:
            continue
        if task is not None:
            handovers.hand_over(ctx, task, member.user, reason=REASON)
            return
        instance = ctx.session.get_one(Instance, nomination.instance_id)
        handovers.ask_too(ctx, instance, _step_of(ctx, instance), member.user, reason=REASON)
        return
    raise Conflict("没有可以替补的专家了，请主办单位补充抽取。")


def make_seat(nomination: Nomination, member: PanelMember, conflict: str) -> Seat:
    """Return the seat of somebody drawn: taken, or barred by a conflict."""
    return Seat(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        user_id=member.user_id,
        place=member.place,
        status=SeatStatus.BARRED if conflict else SeatStatus.SEATED,
        reason=conflict,
    )


def find_task(ctx: Context, nomination: Nomination, user_id: int) -> UserTask | None:
    """Return the open task that belongs to somebody's seat.

    His own; after he left, what was his, or one that is offered to nobody who sits here.
    """
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id, UserTask.status == TaskStatus.OPEN
    )
    tasks = [task for task in ctx.session.scalars(query.order_by(UserTask.id)) if _is_scoring(ctx, task)]
    asked = select(Candidate.user_task_id, Candidate.group_key).where(
        Candidate.user_task_id.in_([task.id for task in tasks])
    )
    offered: dict[int, set[str]] = {}
    for task_id, key in ctx.session.execute(asked):
        offered.setdefault(task_id, set()).add(key)
    seated = select(Seat.user_id).where(
        Seat.nomination_id == nomination.id, Seat.status == SeatStatus.SEATED, Seat.user_id != user_id
    )
    others = {f"user:{number}" for number in ctx.session.scalars(seated)}
    own = [task for task in tasks if f"user:{user_id}" in offered.get(task.id, ())]
    left = [task for task in tasks if not others & offered.get(task.id, set())]
    his = [task for task in left if f"user:{user_id}" in handovers.meant_for(ctx, task)]
    return next(iter(own or his or left), None)


def _list_waiting(ctx: Context, nomination: Nomination) -> Iterator[tuple[PanelMember, str]]:
    """Yield those who stand by, in drawn order, each with his conflict or nothing."""
    had = set(ctx.session.scalars(select(Seat.user_id).where(Seat.nomination_id == nomination.id)))
    subject = draws.subject_of(nomination)
    for member in draws.list_members(ctx, draws.get(ctx, nomination.round)):
        if member.user_id not in had and member.user.active:
            yield member, draws.find_conflict(member.user, subject)


def _step_of(ctx: Context, instance: Instance) -> str:
    """Return the step at which the nomination was scored last."""
    query = select(UserTask).where(UserTask.instance_id == instance.id).order_by(UserTask.id.desc())
    return next(task.element_id for task in ctx.session.scalars(query) if _is_scoring(ctx, task))


def _is_scoring(ctx: Context, task: UserTask) -> bool:
    return SCORE in deployments.get_element(ctx, task.instance, task.element_id).properties
