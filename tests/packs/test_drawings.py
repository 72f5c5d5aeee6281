"""Every pack's diagram looks drawn by a person: nothing overlaps, flows run at right angles."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from tests.packs.drawing import BPMN, Box, Drawing

PROCESSES = Path(__file__).parents[2] / "processes"
FOURTH = Path(__file__).parent / "fourth/processes"
DIAGRAMS = sorted([*PROCESSES.glob("*/*.bpmn"), *FOURTH.glob("*/*.bpmn")])


@pytest.fixture(params=DIAGRAMS, ids=lambda path: path.stem)
def drawing(request: pytest.FixtureRequest) -> Drawing:
    """The diagram of a pack."""
    return Drawing(request.param)


def test_everything_is_drawn(drawing: Drawing) -> None:
    shapes = {e.get("id") for e in [*drawing.nodes, *drawing.all("participant", "lane", "textAnnotation")]}
    edges = {e.get("id") for e in drawing.all("sequenceFlow", "messageFlow", "association")}

    assert set(drawing.boxes) == shapes
    assert set(drawing.lines) == edges


def test_no_two_shapes_overlap(drawing: Drawing) -> None:
    shown = [*drawing.nodes, *drawing.all("textAnnotation")]
    loose = [e for e in shown if not e.tag.endswith(("subProcess", "boundaryEvent"))]
    pairs = combinations([e.get("id") for e in loose], 2)

    assert [(a, b) for a, b in pairs if drawing.boxes[a].overlaps(drawing.boxes[b])] == []


def test_sub_processes_hold_their_elements_and_nothing_else(drawing: Drawing) -> None:
    for scope in drawing.all("subProcess"):
        box = drawing.boxes[scope.get("id")]
        inside = {n.get("id") for n in drawing.nodes if scope in list(n.iterancestors())}
        attached = {b.get("id") for b in drawing.all("boundaryEvent")}
        others = {n.get("id") for n in drawing.nodes} - inside - attached - {scope.get("id")}

        assert [i for i in inside if not box.holds(drawing.boxes[i])] == []
        assert [i for i in others if box.overlaps(drawing.boxes[i])] == []


def test_boundary_events_sit_on_the_border(drawing: Drawing) -> None:
    for event in drawing.all("boundaryEvent"):
        box, host = drawing.boxes[event.get("id")], drawing.boxes[event.get("attachedToRef")]

        assert host.on_border((box.x + box.width / 2, box.y + box.height / 2))


def test_flow_nodes_lie_in_their_lane(drawing: Drawing) -> None:
    for lane in drawing.all("lane"):
        box = drawing.boxes[lane.get("id")]
        refs = [ref.text for ref in lane.iterfind(f"{BPMN}flowNodeRef")]
        outside = [i for i in refs if not box.holds(drawing.boxes[i])]

        assert [i for i in outside if i != "submission"] == []  # spans the lanes of all who work in it


def test_flows_run_at_right_angles_from_border_to_border(drawing: Drawing) -> None:
    for flow in drawing.all("sequenceFlow"):
        points = drawing.lines[flow.get("id")]

        assert all(0 in (piece.width, piece.height) for piece in drawing.segments(flow.get("id")))
        assert drawing.boxes[flow.get("sourceRef")].on_border(points[0])
        assert drawing.boxes[flow.get("targetRef")].on_border(points[-1])


def test_no_flow_runs_through_a_shape(drawing: Drawing) -> None:
    crossed = [
        (flow.get("id"), node)
        for flow in drawing.all("sequenceFlow", "messageFlow")
        for node, box in _solid(drawing).items()
        if node not in (flow.get("sourceRef"), flow.get("targetRef"))
        for piece in drawing.segments(flow.get("id"))
        if piece.overlaps(box)
    ]

    assert crossed == []


def test_labels_cover_nothing(drawing: Drawing) -> None:
    labels = drawing.labels
    pieces = [(line, piece) for line in drawing.lines for piece in drawing.segments(line)]

    on_shapes = [
        (a, b)
        for a, label in labels.items()
        for b, box in _solid(drawing).items()
        if a != b and label.overlaps(box)
    ]
    on_labels = [(a, b) for a, b in combinations(labels, 2) if labels[a].overlaps(labels[b])]
    on_lines = [(a, b) for a, label in labels.items() for b, piece in pieces if piece.overlaps(label)]

    assert (on_shapes, on_labels, on_lines) == ([], [], [])


def _solid(drawing: Drawing) -> dict[str, Box]:
    nodes = (node for node in drawing.nodes if not node.tag.endswith("subProcess"))
    return {node.get("id"): drawing.boxes[node.get("id")] for node in nodes}
