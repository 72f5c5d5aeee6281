"""What is drawn in a .bpmn file: elements, their extension properties, and where they lie on the page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"


@dataclass(frozen=True)
class Box:
    """A rectangle on the page."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box, slack: float = 0) -> bool:
        """Whether two rectangles share more than a border (or than ``slack``)."""
        return (
            self.x + slack < other.x + other.width
            and other.x + slack < self.x + self.width
            and self.y + slack < other.y + other.height
            and other.y + slack < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        """Whether the other rectangle lies inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def on_border(self, point: tuple[float, float]) -> bool:
        """Whether a point lies on the rectangle's border."""
        x, y = point
        across = self.x <= x <= self.x + self.width
        along = self.y <= y <= self.y + self.height
        return (across and y in (self.y, self.y + self.height)) or (
            along and x in (self.x, self.x + self.width)
        )


class Drawing:
    """A diagram file, read without the service."""

    def __init__(self, path: Path) -> None:
        self.root: Any = etree.fromstring(path.read_bytes())

    def all(self, *names: str) -> list[Any]:
        """Return every BPMN element with one of the local names."""
        return list(self.root.iter(*(BPMN + name for name in names)))

    @cached_property
    def nodes(self) -> list[Any]:
        """Every flow node, in document order."""
        return [element for element in self.root.iter() if _is_node(element)]

    def extension(self, element: Any, name: str, attribute: str) -> str | None:
        """Return an attribute of a Camunda 8 extension element, or None."""
        found = element.find(f"{BPMN}extensionElements/{ZEEBE}{name}")
        return None if found is None else found.get(attribute)

    def properties(self, element: Any) -> dict[str, str]:
        """Return ``zeebe:properties``."""
        found = element.iterfind(f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property")
        return {item.get("name"): item.get("value") for item in found}

    def documentation(self, element: Any) -> str:
        """Return what the author wrote about an element."""
        return (element.findtext(f"{BPMN}documentation") or "").strip()

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Where every shape lies, by element id."""
        return {shape.get("bpmnElement"): _box(shape) for shape in self.root.iter(f"{DI}BPMNShape")}

    @cached_property
    def lines(self) -> dict[str, list[tuple[float, float]]]:
        """The way points of every edge, by element id."""
        return {
            edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(WAYPOINT)]
            for edge in self.root.iter(f"{DI}BPMNEdge")
        }

    @cached_property
    def labels(self) -> dict[str, Box]:
        """Where every label outside its shape lies, by element id."""
        drawn = self.root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")
        labels = ((e.get("bpmnElement"), e.find(f"{DI}BPMNLabel")) for e in drawn)
        return {element_id: _box(label) for element_id, label in labels if label is not None}

    def segments(self, flow_id: str) -> list[Box]:
        """Return the pieces of a line as rectangles without breadth."""
        return [
            Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))
            for a, b in pairwise(self.lines[flow_id])
        ]


def _is_node(element: Any) -> bool:
    if not isinstance(element.tag, str) or not element.tag.startswith(BPMN):
        return False
    name = element.tag.removeprefix(BPMN)
    return name.endswith(("Task", "Event", "Gateway")) or name in ("task", "subProcess", "callActivity")


def _box(shape: Any) -> Box:
    bounds = shape.find(f"{DC}Bounds")
    return Box(*(float(bounds.get(name)) for name in ("x", "y", "width", "height")))
