"""Looking ahead: a bounded search over where the tokens of a scope can stand.

Every condition is taken to be possible. A scope is looked at by itself: what happens inside a
sub-process is one step of the scope around it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, combinations
from typing import Final

from SpiffWorkflow.bpmn.specs.event_definitions import (
    CancelEventDefinition,
    ErrorEventDefinition,
    NoneEventDefinition,
    TerminateEventDefinition,
)

from service.engine.nodes.events import BoundaryEvent, EndEvent
from service.engine.nodes.gateways import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    reachable_into,
)
from service.engine.nodes.node import Flow, Node

MAX_MARKINGS: Final = 4_000
MAX_TOKENS: Final = 12  #: at once; a diagram that piles up more is not followed further
MAX_SUBSETS: Final = 4  #: conditional flows of one node whose every combination is tried

Marking = tuple[str, ...]  #: the flows that carry a token, sorted, repeated when they carry several


class Search:
    """One scope's markings, breadth first, so that the first way found into a dead end is the shortest."""

    def __init__(self, nodes: dict[str, Node], starts: Iterable[Node], held: Iterable[str] = ()) -> None:
        """Begin with a token at each of ``starts``, and with those that ``held`` flows have led to joins."""
        self.nodes = nodes
        self.flows = {flow.id: flow for node in nodes.values() for flow in node.outgoing}
        self._beside = _find_beside(nodes, self.flows)
        self.came_from: dict[Marking, tuple[Marking | None, tuple[str, ...]]] = {}
        self.is_complete = True
        self.fired: set[str] = set()  #: nodes that a token got through
        self.dead_ends: list[tuple[Node, list[str]]] = []  #: a join that waits for ever, and the way there
        self.crowded: list[tuple[Node, list[str]]] = []  #: what two tokens reach at once, and the way there
        self._todo: deque[Marking] = deque()
        begun = [Flow(id=f"@{start.name}", name="", source="", target=start.name) for start in starts]
        self.flows.update({flow.id: flow for flow in begun})
        self._add(None, (), _marking(chain((flow.id for flow in begun), held)))
        while self._todo:
            self._expand(self._todo.popleft())

    def _add(self, before: Marking | None, fired: tuple[str, ...], marking: Marking) -> None:
        if marking in self.came_from:
            return
        if len(self.came_from) >= MAX_MARKINGS or len(marking) > MAX_TOKENS:
            self.is_complete = False
            return
        self.came_from[marking] = (before, fired)
        self._todo.append(marking)
        if not self.crowded:
            self._look_for_crowd(marking)

    def _marking(self, flow_ids: Iterable[str]) -> Marking:
        """What was begun beside an activity runs by itself, however often: one of a kind is enough."""
        counted = list(flow_ids)
        return _marking(chain((one for one in counted if one not in self._beside), self._beside & {*counted}))

    def _look_for_crowd(self, marking: Marking) -> None:
        targets = [self.flows[flow].target for flow in marking]
        for name in targets:
            node = self.nodes[name]
            joins = isinstance(node, ParallelGateway | InclusiveGateway)
            if targets.count(name) > 1 and not joins and not _just_ends(node):
                self.crowded.append((node, self._path(marking)))
                return

    def _expand(self, marking: Marking) -> None:
        moved = False
        for target in dict.fromkeys(self.flows[flow].target for flow in marking):
            node = self.nodes[target]
            for consumed in self._consumable(node, marking):
                moved = True
                self.fired.add(target)
                rest = list(marking)
                for flow_id in consumed:
                    rest.remove(flow_id)
                for produced in exits(node):
                    left = [] if ends_scope(node) else rest
                    by = {flow.source for flow in produced} - {target}  # boundary events it was left by
                    after = self._marking(chain(left, (flow.id for flow in produced)))
                    self._add(marking, (target, *sorted(by)), after)
        if marking and not moved:
            self.dead_ends.append((self.nodes[self.flows[marking[0]].target], self._path(marking)))

    def _consumable(self, node: Node, marking: Marking) -> Iterator[list[str]]:
        begun = f"@{node.name}"
        arrived = [flow.id for flow in node.incoming if flow.id in marking]
        if begun in marking:
            yield [begun]
        elif isinstance(node, ParallelGateway):
            if len(arrived) == len(node.incoming):
                yield arrived
        elif isinstance(node, InclusiveGateway):
            if not self._may_still_come(node, arrived, marking):
                yield arrived
        else:
            yield from ([flow_id] for flow_id in arrived)

    def _may_still_come(self, gateway: Node, arrived: list[str], marking: Marking) -> bool:
        missing = {flow.id for flow in gateway.incoming} - set(arrived)
        for flow_id in marking:
            target = self.flows[flow_id].target
            if target != gateway.name:
                reach = reachable_into(gateway, self.nodes[target])
                if reach & missing and not reach - missing:
                    return True
        return False

    def _path(self, marking: Marking) -> list[str]:
        path: list[str] = []
        at: Marking | None = marking
        while at is not None:
            at, fired = self.came_from[at]
            path = [*fired, *path]
        return path


def _find_beside(nodes: dict[str, Node], flows: dict[str, Flow]) -> set[str]:
    """Return the flows that only a boundary event which does not interrupt leads to."""
    beside = [node for node in nodes.values() if isinstance(node, BoundaryEvent) and not node.interrupting]
    first = [node for node in nodes.values() if not node.incoming and node not in beside]
    reached, todo = {node.name for node in first}, first
    while todo:
        node = todo.pop()
        hosted = [one.name for one in getattr(node, "boundaries", ()) if one not in beside]
        for name in (*(flow.target for flow in node.outgoing), *hosted):
            if name not in reached:
                reached.add(name)
                todo.append(nodes[name])
    return {flow.id for flow in flows.values() if flow.source not in reached} if beside else set()


def exits(node: Node) -> Iterator[list[Flow]]:
    """Yield every set of flows a token may leave a node by, boundary events included."""
    ways = list(_ways(node))
    yield from ways
    for boundary in getattr(node, "boundaries", ()):
        if isinstance(boundary, BoundaryEvent):
            for caught in _ways(boundary):
                yield from [caught] if boundary.interrupting else [way + caught for way in ways]


def _ways(node: Node) -> Iterator[list[Flow]]:
    if isinstance(node, ExclusiveGateway | EventBasedGateway):
        yield from ([flow] for flow in node.outgoing)
        return
    always = [flow for flow in node.outgoing if flow.condition is None and not flow.is_default]
    asked = [flow for flow in node.outgoing if flow.condition is not None]
    default = [flow for flow in node.outgoing if flow.is_default]
    if isinstance(node, ParallelGateway) or not asked:
        yield list(node.outgoing) if isinstance(node, ParallelGateway) else always or default
        return
    if always or default:
        yield always or default
    sizes = range(1, len(asked) + 1) if len(asked) <= MAX_SUBSETS else (1, len(asked))
    for some in chain.from_iterable(combinations(asked, size) for size in sizes):
        yield [*always, *some]


def ends_scope(node: Node) -> bool:
    """Whether reaching a node takes every other token of the scope away."""
    ending = TerminateEventDefinition | ErrorEventDefinition | CancelEventDefinition
    return isinstance(node, EndEvent) and isinstance(node.event_definition, ending)


def _just_ends(node: Node) -> bool:
    """Whether branches may end at a node one by one, or the first ends all."""
    plain = isinstance(node, EndEvent) and isinstance(node.event_definition, NoneEventDefinition)
    return plain or ends_scope(node)


def _marking(flow_ids: Iterable[str]) -> Marking:
    return tuple(sorted(flow_ids))
