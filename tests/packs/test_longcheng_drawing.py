"""The Longcheng diagram looks drawn by a person: nothing overlaps, flows run at right angles."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from tests.packs.drawing import BPMN, Drawing

PACK = Path(__file__).parents[2] / "processes" / "longcheng-craftsmen"
DRAWING = Drawing(PACK / "longcheng-craftsmen.bpmn")
SOLID = {
    node.get("id"): DRAWING.boxes[node.get("id")]
    for node in DRAWING.nodes
    if not node.tag.endswith("subProcess")
}


def test_everything_is_drawn() -> None:
    shapes = {e.get("id") for e in [*DRAWING.nodes, *DRAWING.all("participant", "lane", "textAnnotation")]}
    edges = {e.get("id") for e in DRAWING.all("sequenceFlow", "messageFlow", "association")}

    assert set(DRAWING.boxes) == shapes
    assert set(DRAWING.lines) == edges


def test_no_two_shapes_overlap() -> None:
    shown = [*DRAWING.nodes, *DRAWING.all("textAnnotation")]
    loose = [e for e in shown if not e.tag.endswith(("subProcess", "boundaryEvent"))]
    pairs = combinations([e.get("id") for e in loose], 2)

    assert [(a, b) for a, b in pairs if DRAWING.boxes[a].overlaps(DRAWING.boxes[b])] == []


def test_sub_processes_hold_their_elements_and_nothing_else() -> None:
    for scope in DRAWING.all("subProcess"):
        box = DRAWING.boxes[scope.get("id")]
        inside = {n.get("id") for n in DRAWING.nodes if scope in list(n.iterancestors())}
        attached = {b.get("id") for b in DRAWING.all("boundaryEvent")}
        others = {n.get("id") for n in DRAWING.nodes} - inside - attached - {scope.get("id")}

        assert [i for i in inside if not box.holds(DRAWING.boxes[i])] == []
        assert [i for i in others if box.overlaps(DRAWING.boxes[i])] == []


def test_boundary_events_sit_on_the_border() -> None:
    for event in DRAWING.all("boundaryEvent"):
        box, host = DRAWING.boxes[event.get("id")], DRAWING.boxes[event.get("attachedToRef")]

        assert host.on_border((box.x + box.width / 2, box.y + box.height / 2))


def test_flow_nodes_lie_in_their_lane() -> None:
    for lane in DRAWING.all("lane"):
        box = DRAWING.boxes[lane.get("id")]
        refs = [ref.text for ref in lane.iterfind(f"{BPMN}flowNodeRef")]
        outside = [i for i in refs if not box.holds(DRAWING.boxes[i])]

        assert [i for i in outside if i != "submission"] == []  # spans the lanes of all who work in it


def test_flows_run_at_right_angles_from_border_to_border() -> None:
    for flow in DRAWING.all("sequenceFlow"):
        points = DRAWING.lines[flow.get("id")]

        assert all(0 in (piece.width, piece.height) for piece in DRAWING.segments(flow.get("id")))
        assert DRAWING.boxes[flow.get("sourceRef")].on_border(points[0])
        assert DRAWING.boxes[flow.get("targetRef")].on_border(points[-1])


def test_no_flow_runs_through_a_shape() -> None:

    crossed = [
        (flow.get("id"), node)
        for flow in DRAWING.all("sequenceFlow", "messageFlow")
        for node, box in SOLID.items()
        if node not in (flow.get("sourceRef"), flow.get("targetRef"))
        for piece in DRAWING.segments(flow.get("id"))
        if piece.overlaps(box)
    ]

    assert crossed == []


def test_labels_cover_nothing() -> None:
    labels = DRAWING.labels
    pieces = [(line, piece) for line in DRAWING.lines for piece in DRAWING.segments(line)]

    on_shapes = [
        (a, b) for a, label in labels.items() for b, box in SOLID.items() if a != b and label.overlaps(box)
    ]
    on_labels = [(a, b) for a, b in combinations(labels, 2) if labels[a].overlaps(labels[b])]
    on_lines = [(a, b) for a, label in labels.items() for b, piece in pieces if piece.overlaps(label)]

    assert (on_shapes, on_labels, on_lines) == ([], [], [])
