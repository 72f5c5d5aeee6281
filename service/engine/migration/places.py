"""Where the nodes of a diagram are: each with the scope it is drawn in, and what kind it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.engine.diagram import Diagram
from service.engine.instance import ProcessSpec
from service.engine.nodes.multi_instance import MultiInstance, StandardLoop
from service.engine.nodes.node import Node
from service.engine.nodes.subprocesses import EventSubProcess


@dataclass(frozen=True)
class Place:
    """A node and the scope around it."""

    node: Node
    scope: ProcessSpec


def list_places(diagram: Diagram) -> dict[str, Place]:
    """Map every node of a diagram's processes and sub-processes by its id, which is one in the file."""
    specs = {**diagram.specs, **diagram.subprocess_specs}
    return {name: Place(node, spec) for spec in specs.values() for name, node in spec.task_specs.items()}


def is_same_kind(old: Node, new: Node) -> bool:
    """Whether what stands at one node could stand at the other: the same element waiting the same way."""
    return (type(old), old.type, _waits_for(old)) == (type(new), new.type, _waits_for(new))


def _waits_for(node: Node) -> type[Any] | None:
    """Return what kind of event a node waits for; an event sub-process may begin by another."""
    definition = getattr(node, "event_definition", None)
    return None if definition is None or isinstance(node, EventSubProcess) else type(definition)


def repeats(node: Node) -> str:
    """Return how a node repeats: "" for once, else parallel, sequential or loop."""
    loop = getattr(node, "loop", None)
    if isinstance(loop, MultiInstance):
        return "sequential" if loop.sequential else "parallel"
    return "loop" if isinstance(loop, StandardLoop) else ""
