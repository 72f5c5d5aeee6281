"""Repetition: multi-instance over a collection or a number, and the standard loop.

The body's token keeps the counts, each repetition's token its own variables. Unlike the library's, a
loop may be entered again (退回 then 会签 again): nothing is left of the round before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from service.engine.expressions import Broken, Text
from service.engine.records import JSON, Variables

if TYPE_CHECKING:
    from service.engine.token import Token

COUNTER: Final = "loopCounter"
MAX_INSTANCES: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class MultiInstance:
    """Repeat for every element of a collection or a number of times, at once or one by one."""

    sequential: bool
    input_collection: Text | None = None
    cardinality: Text | None = None
    input_element: str | None = None
    output_collection: str | None = None
    output_element: Text | None = None
    completion_condition: Text | None = None

    def begin(self, body: Token) -> bool:
        """Start the first repetition, or all of them; an empty collection is done at once."""
        items = self._items(body)
        body.internal_data["loop"] = {"total": len(items), "started": 0, "done": 0}
        if self.sequential:
            body.workflow.top_workflow.asleep.queue(body.id, items[1:])
        for item in items[:1] if self.sequential else items:
            self._start(body, item)
        if not items and self.output_collection is not None:
            body.write({self.output_collection: []})
        return not items

    def add(self, body: Token, item: JSON) -> None:
        """Start a further repetition, beside the others or, in a body without any yet, alone."""
        loop = body.internal_data.get("loop", {"total": 0, "started": 0, "done": 0})
        body.internal_data["loop"] = {**loop, "total": loop["total"] + 1}
        self._start(body, item)

    def instance_done(self, body: Token, instance: Token) -> None:
        """Collect the output, then finish, start the next, or wait for the others."""
        loop, asleep = dict(body.internal_data["loop"]), body.workflow.top_workflow.asleep
        own = instance.internal_data["locals"]
        if self.output_element is not None and self.output_collection is not None:
            value = body.workflow.script_engine.value(instance, self.output_element)
            asleep.keep_result(body.id, own[COUNTER], value)
        loop["done"] += 1
        body.internal_data["loop"] = loop
        body.workflow._remove_task(instance.id)
        body.write({name: value for name, value in own.items() if name not in (COUNTER, self.input_element)})
        if loop["done"] == loop["total"] or self._is_enough(body, loop, own):
            self._finish(body)
        elif self.sequential:
            self._start(body, asleep.take_queued(body.id))

    def _items(self, body: Token) -> list[JSON]:
        engine, label = body.workflow.script_engine, body.task_spec.label
        text = self.input_collection or self.cardinality
        value = None if text is None else engine.value(body, text)
        if self.input_collection is None:
            try:
                value = list(range(int(str(value))))
            except ValueError:
                value = None
        source = text.source if text is not None else ""
        if not isinstance(value, list):
            raise Broken(body.task_spec.name, "expression", f"{label}的多实例集合 {source} 不是列表")
        if len(value) > MAX_INSTANCES:
            raise Broken(
                body.task_spec.name, "expression", f"{label}的多实例集合 {source} 超过 {MAX_INSTANCES} 项"
            )
        return value

    def _start(self, body: Token, item: JSON) -> None:
        loop = body.internal_data["loop"]
        number = loop["started"] + 1
        body.internal_data["loop"] = {**loop, "started": number}
        own: Variables = {COUNTER: number}
        if self.input_element is not None:
            own[self.input_element] = item
        place_repetition(body, own)

    def _is_enough(self, body: Token, loop: dict[str, Any], own: Variables) -> bool:
        if self.completion_condition is None:
            return False
        active = loop["started"] - loop["done"]
        context = {
            **own,
            "numberOfInstances": loop["total"],
            "numberOfActiveInstances": active,
            "numberOfCompletedInstances": loop["done"],
            "numberOfTerminatedInstances": 0,
        }
        if self.output_collection is not None and self._asks_for(self.output_collection):
            context[self.output_collection] = self._results(body)
        return bool(body.workflow.script_engine.holds(body, self.completion_condition, context))

    def _asks_for(self, name: str) -> bool:
        """Whether the completion condition reads a variable."""
        condition = self.completion_condition
        return (
            condition is not None
            and condition.expression is not None
            and name in condition.expression.names_used
        )

    def _finish(self, body: Token) -> None:
        results = None if self.output_collection is None else self._results(body)
        body.workflow.top_workflow.wake_under(body)
        for other in body.children:
            other.cancel()
        if self.output_collection is not None:
            body.write({self.output_collection: results})
        body.complete()

    def _results(self, body: Token) -> list[JSON]:
        """Return what came of every repetition; None where one is not done."""
        results: list[JSON] = [None] * body.internal_data["loop"]["total"]
        for number, value in body.workflow.top_workflow.asleep.results(body.id):
            results[number - 1] = value
        return results


@dataclass(frozen=True, kw_only=True)
class StandardLoop:
    """Repeat one by one while a condition holds, at most a number of times."""

    condition: Text | None = None
    maximum: int | None = None
    test_before: bool = False

    def begin(self, body: Token) -> bool:
        """Start the first repetition unless the condition is asked first and fails."""
        if self.test_before and not self._goes_on(body, 0):
            return True
        place_repetition(body, {COUNTER: 1})
        return False

    def instance_done(self, body: Token, instance: Token) -> None:
        """Start the next repetition or finish."""
        own = instance.internal_data["locals"]
        body.workflow._remove_task(instance.id)
        body.write({name: value for name, value in own.items() if name != COUNTER})
        if self._goes_on(body, own[COUNTER]):
            place_repetition(body, {COUNTER: own[COUNTER] + 1})
        else:
            body.complete()

    def _goes_on(self, body: Token, done: int) -> bool:
        if self.maximum is not None and done >= self.maximum:
            return False
        if self.condition is None:
            return self.maximum is not None  # a bare marker runs once
        return bool(body.workflow.script_engine.holds(body, self.condition, {COUNTER: done}))


def place_repetition(body: Token, own: Variables) -> None:
    """Start one repetition with variables of its own under a body."""
    body.workflow.place(body.task_spec, parent=body, locals=own).enter()


def inputs_of(token: Token) -> Variables:
    """Return the element and the counter of the nearest repetition around a token; empty outside of one."""
    around: Token | None = token
    while around is not None:
        own: Variables | None = around.internal_data.get("locals")
        if own is not None:
            element = getattr(around.task_spec.loop, "input_element", None)
            return {name: own[name] for name in (COUNTER, element) if name in own}
        around = around.outside
    return {}
