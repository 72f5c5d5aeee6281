"""Two diagrams and a plan between them: what follows from these alone, worked out once for all instances."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from service.engine.building.soundness import Search
from service.engine.diagram import Diagram
from service.engine.instance import ProcessSpec
from service.engine.migration.places import Place, list_places
from service.engine.nodes.node import Flow, Node
from service.engine.records import Plan


class Redraw:
    """Looks up where something of the old diagram is in the new one."""

    def __init__(self, source: Diagram, target: Diagram, plan: Plan) -> None:
        self.source, self.target, self.plan = source, target, plan
        self.old, self.new = list_places(source), list_places(target)
        self._searches: dict[tuple[str, tuple[str, ...]], Search] = {}

    @cached_property
    def names(self) -> dict[str, str]:
        """New names by old ones, of what is mapped to something that is there."""
        pairs = ((old, one.target) for old, one in self.plan.items() if one.action == "map")
        return {old: new for old, new in pairs if new in self.new}

    @cached_property
    def added(self) -> set[str]:
        """What is only in the new diagram."""
        return set(self.new).difference(self.names.values())

    def find(self, node: Node) -> Place | None:
        """Return where a node is mapped to."""
        name = self.names.get(node.name)
        return None if name is None else self.new[name]

    def scope_name(self, spec: ProcessSpec) -> str | None:
        """Return what a scope is called in the new diagram: a process keeps its id."""
        if spec.name in self.source.specs:
            return spec.name if spec.name in self.target.specs else None
        return self.names.get(spec.name)

    def flow_into(self, old: Node, new: Node, flow_id: str) -> str | None:
        """Return the flow into a join that one of the old diagram's became."""
        arrived = next((flow for flow in old.incoming if flow.id == flow_id), None)
        if arrived is None:
            return None
        found = self._same_flow(arrived, new.incoming)
        if found is None:
            kept = {self._same_flow(flow, new.incoming) for flow in old.incoming}
            left = [flow for flow in new.incoming if flow not in kept]
            lost = [flow for flow in old.incoming if self._same_flow(flow, new.incoming) is None]
            found = left[0] if len(left) == len(lost) == 1 else None
        return None if found is None else found.id

    def _same_flow(self, flow: Flow, among: Iterable[Flow]) -> Flow | None:
        """Find a flow by where it comes from, else by its id."""
        flows = list(among)
        source = self.names.get(flow.source)
        from_there = [one for one in flows if one.source == source]
        by_id = [one for one in from_there or flows if one.id == flow.id]
        if by_id:
            return by_id[0]
        return from_there[0] if len(from_there) == 1 else None

    def search(self, scope: ProcessSpec, at: Iterable[str], held: Iterable[str] = ()) -> Search:
        """Search where tokens of a scope of the new diagram may come from where they stand."""
        stand, waiting = sorted(at), sorted(held)
        key = (scope.name, (*stand, "", *waiting))
        if key not in self._searches:
            nodes = dict(scope.task_specs)
            self._searches[key] = Search(nodes, [nodes[name] for name in stand], waiting)
        return self._searches[key]
