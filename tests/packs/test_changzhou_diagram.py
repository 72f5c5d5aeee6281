"""Every element of the Changzhou diagram says who, with what form, until when and what may come of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.packs.drawing import BPMN, Drawing

ROOT = Path(__file__).parents[2]
PACK = ROOT / "processes" / "changzhou-good-youth"
FORMS = ROOT / "forms" / "changzhou-good-youth"
DRAWING = Drawing(PACK / "changzhou-good-youth.bpmn")
USER_TASKS = {task.get("id"): task for task in DRAWING.all("userTask")}


@pytest.mark.parametrize("task_id", USER_TASKS)
def test_user_task_is_complete(task_id: str) -> None:
    task = USER_TASKS[task_id]
    outcomes = DRAWING.properties(task)["outcomes"]

    assert (FORMS / f"{DRAWING.extension(task, 'formDefinition', 'formId').split('.')[1]}.form").exists()
    assert DRAWING.extension(task, "assignmentDefinition", "candidateGroups")
    assert DRAWING.extension(task, "taskSchedule", "dueDate").startswith("=")
    assert DRAWING.documentation(task)
    assert [part for part in outcomes.split(",") if not re.fullmatch(r"[a-z_]+:\S+", part)] == []


def test_service_tasks_name_a_topic() -> None:
    topics = {
        task.get("id"): DRAWING.extension(task, "taskDefinition", "type")
        for task in DRAWING.all("serviceTask")
    }

    assert [task for task, topic in topics.items() if not re.fullmatch(r"[a-z]+\.[a-z_]+", topic or "")] == []


def test_outcomes_read_by_gateways_are_offered() -> None:
    read = {
        value
        for condition in DRAWING.all("conditionExpression")
        for value in re.findall(r'outcome = "([^"]+)"', condition.text)
    }
    offered = {
        pair.split(":")[0]
        for task in USER_TASKS.values()
        for pair in DRAWING.properties(task)["outcomes"].split(",")
    }

    assert read - offered == set()


def test_deciding_gateways_ask_and_their_flows_answer() -> None:
    for gateway in DRAWING.all("exclusiveGateway"):
        flows = [f for f in DRAWING.all("sequenceFlow") if f.get("sourceRef") == gateway.get("id")]

        assert gateway.get("name", "").endswith("？")
        assert gateway.get("default") in [flow.get("id") for flow in flows]
        assert all(flow.get("name") for flow in flows)


def test_ends_and_events_are_named() -> None:
    events = [node for node in DRAWING.nodes if node.tag.endswith("Event")]

    assert [event.get("id") for event in events if not event.get("name")] == []


def test_ids_are_spoken_and_unique() -> None:
    ids = [element.get("id") for element in DRAWING.root.iter() if element.get("id")]

    assert [i for i in ids if not re.fullmatch(r"[a-z][a-z0-9_]*", i)] == []
    assert len(ids) == len(set(ids))


def test_lanes_hold_every_flow_node_once() -> None:
    for process in DRAWING.all("process"):
        lanes = list(process.iter(f"{BPMN}flowNodeRef"))
        nodes = [node for node in DRAWING.nodes if process in node.iterancestors()]

        # a process that is called has no roles of its own: the caller's lane is its place
        assert sorted(ref.text for ref in lanes) == sorted(node.get("id") for node in nodes) or (
            process.get("id"),
            lanes,
        ) == ("notice", [])
