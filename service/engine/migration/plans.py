"""The plan of a migration: proposed by id, then by name and type, and told apart by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast, get_args

from service.engine.diagram import Diagram
from service.engine.migration.places import Place, is_same_kind, list_places
from service.engine.records import Action, Instruction, Plan


def propose(source: Diagram, target: Diagram) -> dict[str, Instruction]:
    """Propose where everything of one diagram is in another.

    By id where both are of one kind, else by name and kind where that is the only one of its scope. What
    is found neither way has no instruction: somebody has to say.
    """
    old, new = list_places(source), list_places(target)
    plan = {
        name: Instruction(action="map", target=name)
        for name, place in old.items()
        if name in new and is_same_kind(place.node, new[name].node)
    }
    taken = {instruction.target for instruction in plan.values()}
    for name, place in old.items():
        named = [] if name in plan else _of_that_name(place, new, plan)
        if len(named) == 1 and named[0] not in taken:
            plan[name] = Instruction(action="map", target=named[0])
            taken.add(named[0])
    return plan


def _of_that_name(place: Place, new: Mapping[str, Place], plan: Plan) -> list[str]:
    around = plan.get(place.scope.name)
    scope = around.target if around is not None else place.scope.name
    return [
        name
        for name, other in new.items()
        if other.scope.name == scope
        and place.node.bpmn_name
        and other.node.bpmn_name == place.node.bpmn_name
        and is_same_kind(place.node, other.node)
    ]


def to_json(plan: Plan) -> dict[str, Any]:
    """Return a plan in plain JSON."""
    return {name: [one.action, one.target] for name, one in sorted(plan.items())}


def from_json(written: Mapping[str, Any]) -> dict[str, Instruction]:
    """Return the plan that ``to_json`` wrote, or raise ``ValueError``."""
    plan = {}
    for name, (action, target) in written.items():
        if action not in get_args(Action) or (action == "cancel") != (target is None):
            raise ValueError(f"{name}: {action} {target} is no instruction")
        plan[name] = Instruction(action=cast("Action", action), target=target)
    return plan


def hash_of(source: Diagram, target: Diagram, plan: Plan, **options: Any) -> str:
    """Return the hash of a plan between two diagrams, with whatever else was chosen."""
    said = [source.content_hash, target.content_hash, to_json(plan), options]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
