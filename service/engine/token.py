"""One place where an instance stands: SpiffWorkflow's task, without the tree of history behind it.

A token is a child of its scope's root, or of the activity it belongs to (an armed boundary event, one
instance of a multi-instance, an event behind an event-based gateway). Finished tokens are removed, so
what a step costs follows what is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service.engine.records import JSON, Variables
from service.engine.stored import replaced

if TYPE_CHECKING:
    from service.engine.instance import Instance, Scope
    from service.engine.nodes.node import Node


class Token(Task):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """A task whose ``data`` is what its own branch wrote last, over the variables of the scope.

    Variables live in scopes (``workflow.data``) and everybody sees the latest value, except that a
    parallel branch goes on reading what it wrote itself since the split (``data``) while others write
    the same name. At a join the branch that arrives last wins. ``internal_data["locals"]`` holds the
    variables of one instance of a multi-instance.
    """

    workflow: Instance | Scope
    task_spec: Node
    data: dict[str, Any]
    internal_data: dict[str, Any]
    _parent: str

    @property
    def alive(self) -> bool:
        """Whether the token is still in its scope."""
        return self.workflow.tasks.get(self.id) is self

    @property
    def attached_to(self) -> Token | None:
        """The activity or gateway this token belongs to, None for a token of the scope itself."""
        parent: Token | None = self.workflow.tasks.get(self._parent)
        return None if parent is self.workflow.task_tree else parent

    @property
    def outside(self) -> Token | None:
        """The token one level out: the activity it belongs to, else the host of its scope."""
        return self.attached_to or self.workflow.host

    @property
    def is_armed(self) -> bool:
        """Whether it only listens: such a token does not keep its scope open."""
        return "armed" in self.internal_data

    def look_up(self, names: Iterable[str]) -> Variables:
        """Return those of the named variables that are visible here."""
        return _look_up(list(self._frames()), names)

    def variables(self) -> Variables:
        """Return every variable visible here. The values are shared: replace, never mutate."""
        merged: Variables = {}
        for frame in reversed(list(self._frames())):
            merged.update(frame)
        return merged

    def write(self, values: Variables) -> None:
        """Set variables in the innermost scope that holds them, and in this branch's own view."""
        token: Token | None = self
        while token is not None and values:
            values = token._keep_own(values)
            if "locals" in token.internal_data:
                token.internal_data["locals"] = {**token.internal_data["locals"], **values}
                return
            token.data = {**token.data, **values}
            if token.attached_to is None and token.workflow.holds_variables:
                token.workflow.data = replaced(token.workflow.data, values)
                return
            token = token.outside

    def _keep_own(self, values: Variables) -> Variables:
        """Keep what the element's mappings hold (everything, if it has outputs); return the rest."""
        own: Variables | None = self.internal_data.get("mapped")
        if own is None:
            return values
        keeps_all = bool(self.task_spec.mappings.outputs)
        kept = {name: value for name, value in values.items() if keeps_all or name in own}
        self.internal_data["mapped"] = {**own, **kept}
        return {name: value for name, value in values.items() if name not in kept}

    @property
    def is_lone(self) -> bool:
        """Whether nothing runs beside it in its scope."""
        others = (t for t in self.workflow.tokens() if t is not self and t.attached_to is None)
        return self.attached_to is None and all(other.is_armed for other in others)

    def settle_data(self) -> None:
        """Forget what a lone branch wrote where the scope says the same: nobody else can change it now."""
        if self.data and self.is_lone:
            around = [frame for frame in self._frames() if frame is not self.data]
            said = _look_up(around, self.data)
            self.data = {name: value for name, value in self.data.items() if said.get(name, ...) != value}

    def _frames(self) -> Iterator[Mapping[str, JSON]]:
        token: Token | None = self
        while token is not None:
            for kind in ("mapped", "locals"):
                if kind in token.internal_data:
                    yield token.internal_data[kind]
            yield token.data
            if token.attached_to is None and token.workflow.holds_variables:
                yield token.workflow.data
                return
            token = token.outside

    def run(self) -> bool | None:
        """Execute the task, unless what it did (an error, a signal) has cancelled it on the way."""
        result: bool | None = self.task_spec._run(self)
        if not self.alive:
            return None
        if result is None:
            self._set_state(TaskState.STARTED)
        else:
            self.complete()
        return result

    def cancel(self) -> None:
        """Take the token away with everything inside and attached to it."""
        if not self.alive:
            return
        self.workflow.top_workflow.wake_under(self)
        inner = self.workflow.top_workflow.subprocesses.pop(self.id, None)
        if inner is not None:
            inner.cancel_tokens()
        for child in self.children:
            child.cancel()
        self._set_state(TaskState.CANCELLED)
        self.task_spec._on_cancel(self)
        self.workflow._remove_task(self.id)

    def enter(self) -> None:
        """Let the node take the token in."""
        self.task_spec._update(self)

    def detach(self) -> None:
        """Hang the token under its scope's root."""
        root = self.workflow.task_tree
        self.workflow.tasks[self._parent]._children.remove(self.id)
        root._children.append(self.id)
        self._parent = root.id

    def _set_state(self, value: int) -> None:
        # the library formats a log record with the whole state here, logged or not
        self._state = value


def _look_up(frames: list[Mapping[str, JSON]], names: Iterable[str]) -> Variables:
    """Find variables in frames, the innermost first."""
    found: Variables = {}
    for name in names:
        frame = next((frame for frame in frames if name in frame), None)
        if frame is not None:
            found[name] = frame[name]
    return found
