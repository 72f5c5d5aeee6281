"""The last completion of an instance, tried the other way round: what taking it back would come to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service import engine
from service.engine.records import TakeBack, Taking, Unreachable
from service.models import HistoryEvent, UserTask
from service.workflow.context import Completion, Context
from service.workflow.definition import deployments
from service.workflow.definition.present_names import present_names
from service.workflow.instance import execution

#: what became of tasks: after any of these a completion is not the last thing that happened
_DECIDED = ("task.completed", "task.cancelled", "task.sent_back", "task.taken_back", "task.passed_over")
#: kinds of elements that wait for something from outside
_CATCHING = ("intermediateCatchEvent", "boundaryEvent", "receiveTask")


def rehearse(ctx: Context, done: UserTask) -> Completion:
    """Try taking a completion back, with no consequences.

    Unreachable, with the obstacle as a clause, unless it is the last thing that happened in its instance
    and, done over, comes to where the instance stands, by the way the history tells of.
    """
    if done.instance.ended_at is not None:
        raise Unreachable("流程已经结束")
    told, since = _read_since(ctx, done)
    decided = _find_decision(ctx, done, since)
    if decided:
        raise Unreachable(decided)
    try:
        taking = _try_out(ctx, done, since)
    except Unreachable as unreachable:
        raise Unreachable(_find_came(ctx, done, since) or str(unreachable)) from unreachable
    return Completion(task=done, event_id=told.id, taking=taking)


def find_present_id(ctx: Context, done: UserTask) -> str:
    """Return what the step of a task is called in the diagram its instance has now."""
    return present_names(ctx, done.instance).get(done.element_id, done.element_id)


def _try_out(ctx: Context, done: UserTask, since: Sequence[HistoryEvent]) -> Taking:
    taking = engine.rehearse_taking_back(
        deployments.get_diagram(ctx, done.instance),
        done.instance.process_id,
        done.instance.state,
        TakeBack(element_id=find_present_id(ctx, done)),
        execution.environment_of(ctx, done.instance),
        outcome=done.outcome or "",
        local=ctx.domain.topics.keys(),
    )
    names = present_names(ctx, done.instance)
    noted = [event for event in since if event.kind.startswith("element.")]
    happened = [(event.kind, names.get(event.element_id or "", event.element_id)) for event in noted]
    if happened != execution.list_noted(taking.trace):
        raise Unreachable("这一步之后流程已经往下走了")
    return taking


def _read_since(ctx: Context, done: UserTask) -> tuple[HistoryEvent, Sequence[HistoryEvent]]:
    """Return the event of a completion, and those of its instance since."""
    ctx.session.flush()
    own = select(HistoryEvent).where(HistoryEvent.stream == f"instance:{done.instance_id}")
    completions = own.where(
        HistoryEvent.kind == "task.completed", HistoryEvent.element_id == done.element_id
    ).order_by(HistoryEvent.seq.desc())
    told = next((e for e in ctx.session.scalars(completions) if e.details.get("task") == done.id), None)
    if told is None:
        raise Unreachable("这项任务不是由人填写办结的")
    later = own.where(HistoryEvent.seq > told.seq).order_by(HistoryEvent.seq)
    return told, ctx.session.scalars(later).all()


def _find_decision(ctx: Context, done: UserTask, since: Sequence[HistoryEvent]) -> str | None:
    event = next((event for event in since if event.kind in _DECIDED), None)
    if event is None:
        return None
    if event.kind == "task.taken_back" and event.details.get("task") == done.id:
        return "这项任务已经撤回过"
    element = deployments.get_element(ctx, done.instance, event.element_id or done.element_id)
    if event.kind == "task.cancelled":
        return f"办结时关闭了“{element.called}”"
    return f"此后“{element.called}”已经有人办理"


def _find_came(ctx: Context, done: UserTask, since: Sequence[HistoryEvent]) -> str | None:
    """Name what came since, a signal or a date, if that is why the process stands elsewhere."""
    elements = deployments.elements_of(ctx, done.instance)
    passed = (elements.get(event.element_id or "") for event in since if event.kind == "element.completed")
    came = next((element for element in passed if element is not None and element.type in _CATCHING), None)
    return f"“{came.called}”已经来过，不会再来" if came else None
