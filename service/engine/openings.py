"""What a step found open: user tasks, service tasks, timers, subscriptions."""

from __future__ import annotations

from bisect import insort
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, SignalEventDefinition
from SpiffWorkflow.util.task import TaskState

from service.engine import asleep
from service.engine.nodes.service_tasks import ServiceTask
from service.engine.nodes.user_tasks import UserTask
from service.engine.records import Open, OpenServiceTask, OpenUserTask, PendingTimer, Subscription

if TYPE_CHECKING:
    from service.engine.instance import Instance
    from service.engine.token import Token


class Openings:
    """Everything open in an instance, sorted by kind, oldest first.

    A wait for a condition is not listed: only what else is open can ever make it true. What sleeps is
    listed by its keys and read when somebody asks.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._awake: dict[str, dict[str, Any]] = {kind: {} for kind in asleep.OPEN}
        for token in instance.all_tokens():
            kind = _kind_of(token)
            if kind is not None:
                self._awake[kind][token.id] = _record(kind, token)

    def __bool__(self) -> bool:
        return any(self._awake.values()) or self._instance.asleep.is_open()

    @property
    def user_tasks(self) -> Open[OpenUserTask]:
        """Tasks that wait for a person."""
        return self._list(asleep.USER_TASK)

    @property
    def service_tasks(self) -> Open[OpenServiceTask]:
        """Tasks that wait for a remote topic."""
        return self._list(asleep.SERVICE_TASK)

    @property
    def timers(self) -> Open[PendingTimer]:
        """Waits for a moment."""
        return self._list(asleep.TIMER)

    @property
    def subscriptions(self) -> Open[Subscription]:
        """Waits for a message or signal."""
        return self._list(asleep.SUBSCRIPTION)

    def _list(self, kind: str) -> Open[Any]:
        awake, sleeping = self._awake[kind], dict(self._instance.asleep.index)

        def load(key: str) -> Any:
            if key in awake:
                return awake[key]
            token = self._instance.find(key)
            if token is None:
                raise KeyError(key)
            return _record(kind, token)

        def find_keys() -> list[str]:
            keys = asleep.keys_in(sleeping, kind)
            for key in awake:
                insort(keys, key, key=int)
            return keys

        return Open(find_keys, load)


def _kind_of(token: Token) -> str | None:
    if is_open_user_task(token):
        return asleep.USER_TASK
    if is_open_service_task(token):
        return asleep.SERVICE_TASK
    if is_pending_timer(token):
        return asleep.TIMER
    return asleep.SUBSCRIPTION if is_subscription(token) else None


def _record(kind: str, token: Token) -> Any:
    if kind in (asleep.USER_TASK, asleep.SERVICE_TASK):
        return token.task_spec.record_of(token)
    if kind == asleep.TIMER:
        due_at = datetime.fromisoformat(token.internal_data["due"])
        return PendingTimer(key=token.id, element_id=shown_id(token), due_at=due_at)
    return _subscription(token)


def is_open_user_task(token: Token) -> bool:
    """Whether a person can complete it."""
    return isinstance(token.task_spec, UserTask) and token.state == TaskState.READY


def is_open_service_task(token: Token) -> bool:
    """Whether a remote topic can complete it."""
    spec = token.task_spec
    return isinstance(spec, ServiceTask) and token.state == TaskState.STARTED and not spec.is_body(token)


def is_pending_timer(token: Token) -> bool:
    """Whether it waits for a moment."""
    return token.state == TaskState.WAITING and "due" in token.internal_data


def is_subscription(token: Token) -> bool:
    """Whether it waits for a signal or message."""
    definition = getattr(token.task_spec, "event_definition", None)
    return token.state == TaskState.WAITING and isinstance(
        definition, SignalEventDefinition | MessageEventDefinition
    )


def shown_id(token: Token) -> str:
    """Return the element an author would point at: for an event sub-process its start event."""
    return str(getattr(token.task_spec, "start", None) or token.task_spec.name)


def _subscription(token: Token) -> Subscription:
    definition = token.task_spec.event_definition
    return Subscription(
        key=token.id,
        element_id=shown_id(token),
        kind="message" if isinstance(definition, MessageEventDefinition) else "signal",
        name=definition.name,
        correlation_key=token.internal_data.get("correlation"),
    )
