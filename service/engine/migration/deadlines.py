"""Due dates and timers before and after: kept as they were, or counted anew from their start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from service.engine import timers
from service.engine.instance import Instance
from service.engine.migration.examine import Examined
from service.engine.nodes.events import listen
from service.engine.nodes.node import Node
from service.engine.nodes.user_tasks import UserTask
from service.engine.openings import is_open_user_task, is_pending_timer, shown_id
from service.engine.records import Deadline
from service.engine.timers import Timer
from service.engine.token import Token


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is due in an instance, by one token."""

    kind: str
    element_id: str
    name: str
    at: datetime
    task_key: str | None


def list_due(instance: Instance) -> dict[str, Due]:
    """Return everything with a moment, by key."""
    found: dict[str, Due] = {}
    for token in instance.all_tokens():
        host = token.attached_to
        limited = host.id if host is not None and is_open_user_task(host) else None
        name = token.task_spec.bpmn_name or token.task_spec.name
        if is_pending_timer(token):
            at = datetime.fromisoformat(token.internal_data["due"])
            found[token.id] = Due(
                kind="timer", element_id=shown_id(token), name=name, at=at, task_key=limited
            )
        elif is_open_user_task(token) and "due" in token.internal_data.get("task", {}):
            at = datetime.fromisoformat(token.internal_data["task"]["due"])
            found[token.id] = Due(
                kind="task", element_id=token.task_spec.name, name=name, at=at, task_key=token.id
            )
    return found


def compare(before: Mapping[str, Due], instance: Instance) -> Iterator[Deadline]:
    """Yield what was due and what is, oldest first. A task that was left has no date to tell of."""
    after, still = list_due(instance), {token.id for token in instance.all_tokens()}
    for key in sorted(before.keys() | after.keys(), key=int):
        was, becomes = before.get(key), after.get(key)
        one = becomes or was
        if one is None or (one.kind == "task" and key not in still):
            continue
        yield Deadline(
            key=key,
            kind="task" if one.kind == "task" else "timer",
            element_id=one.element_id,
            name=one.name,
            before=None if was is None else was.at,
            after=None if becomes is None else becomes.at,
            task_key=one.task_key,
        )


def recompute(instance: Instance, examined: Examined, started: Mapping[str, datetime]) -> None:
    """Count what was carried over anew, each from when it began, by what the new diagram says."""
    for token in list(instance.all_tokens()):
        old = examined.nodes.get(token.id)
        if old is None:
            continue
        if is_open_user_task(token):
            with _at(instance, started.get(token.id)):
                _recompute_task(token, token.task_spec)
        elif is_pending_timer(token) and _text_of(old) != _text_of(token.task_spec):
            _recompute_timer(instance, token, old, started, examined)


def _recompute_task(token: Token, spec: UserTask) -> None:
    task = dict(token.internal_data.get("task", {}))
    for name, text in (("due", spec.assignment.due_date), ("follow_up", spec.assignment.follow_up_date)):
        moment = spec._moment(token, text)
        task.pop(name, None)
        if moment is not None:
            task[name] = moment
    token.internal_data["task"] = task


def _recompute_timer(
    instance: Instance, token: Token, old: Node, started: Mapping[str, datetime], examined: Examined
) -> None:
    start = _start_of(instance, token, old, started)
    definition = token.task_spec.event_definition
    if start is None and str(definition.expression.source).startswith(("P", "R")):
        examined.warn("due-kept", old, "的计时何时开始无从得知，仍按原来的时间")
        return
    with _at(instance, start):
        token.internal_data.pop("cycle", None)
        listen(token, definition)


def _start_of(
    instance: Instance, token: Token, old: Node, started: Mapping[str, datetime]
) -> datetime | None:
    """Return when a timer began: with the task it is on, or as long before it is due as it was to take."""
    host = token.attached_to
    if host is not None and host.id in started:
        return started[host.id]
    text = _text_of(old)
    try:
        due = datetime.fromisoformat(token.internal_data["due"])
        return timers.add(due, timers.parse_duration(text), instance.environment.zone, times=-1)
    except timers.Unclear:
        return None


def _text_of(node: Node) -> str:
    definition = getattr(node, "event_definition", None)
    return definition.expression.source if isinstance(definition, Timer) else ""


@contextmanager
def _at(instance: Instance, moment: datetime | None) -> Iterator[None]:
    """Let the instance's expressions and durations count from another moment."""
    usual = instance.environment
    if moment is not None:
        instance.environment = instance.script_engine.world = replace(usual, now=moment)
    try:
        yield
    finally:
        instance.environment = instance.script_engine.world = usual
