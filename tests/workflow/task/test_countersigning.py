"""会签, 或签 and 票签 as a diagram draws them, and how the page counts who has signed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.models import InstanceStatus, TaskStatus, UserTask
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.task import countersigning, user_tasks
from tests.workflow import plant as plants
from tests.workflow.plant import Plant

DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions">
<bpmn:process id="sign" isExecutable="true">
<bpmn:startEvent id="begin"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
<bpmn:userTask id="decide" name="集体研究"><bpmn:extensionElements>
<zeebe:assignmentDefinition candidateGroups="=[signer]" />
<zeebe:properties><zeebe:property name="outcomes" value="approve:同意,reject:不同意" />
<zeebe:property name="signing" value="{kind}" /></zeebe:properties></bpmn:extensionElements>
<bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics
 inputCollection="=signers" inputElement="signer" outputCollection="votes" outputElement="=outcome" />
</bpmn:extensionElements><bpmn:completionCondition>{enough}</bpmn:completionCondition>
</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
<bpmn:endEvent id="done"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
<bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="decide" />
<bpmn:sequenceFlow id="b" sourceRef="decide" targetRef="done" />
</bpmn:process></bpmn:definitions>"""
ENOUGH = {
    "all": '=count(votes[item = "reject"]) > 0',
    "any": "=numberOfCompletedInstances >= 1",
    "vote": '=count(votes[item = "approve"]) * 3 >= numberOfInstances * 2',
}


def begin(ctx: Context, plant: Plant, kind: str) -> list[UserTask]:
    xml = DIAGRAM.format(kind=kind, enough=ENOUGH[kind].replace(">", "&gt;"))
    deployment = deployments.publish(ctx, f"sign-{kind}", xml.encode(), {})
    people = [plant.bob, plant.bella, plant.charlie]
    instance = execution.start(
        ctx, deployment, "sign", business_key="sign:1", title="集体研究", round_id=None,
        variables={"signers": [f"user:{person.id}" for person in people]},
    )  # fmt: skip
    query = select(UserTask).where(UserTask.instance_id == instance.id)
    return list(ctx.session.scalars(query.order_by(UserTask.id)))


def sign(ctx: Context, plant: Plant, tasks: list[UserTask], *outcomes: str) -> str:
    people = [plant.bob, plant.bella, plant.charlie]
    for person, task, outcome in zip(people, tasks, outcomes, strict=False):
        user_tasks.complete(plants.acting(ctx, person), task.id, outcome, {})
    return str(tasks[0].instance.status)


@pytest.mark.parametrize(
    ("kind", "outcomes", "status"),
    [
        ("all", ["approve", "approve"], InstanceStatus.ACTIVE),
        ("all", ["approve", "approve", "approve"], InstanceStatus.COMPLETED),
        ("all", ["reject"], InstanceStatus.COMPLETED),
        ("any", ["approve"], InstanceStatus.COMPLETED),
        ("vote", ["approve"], InstanceStatus.ACTIVE),
        ("vote", ["approve", "approve"], InstanceStatus.COMPLETED),
        ("vote", ["reject", "approve"], InstanceStatus.ACTIVE),
    ],
)
def test_so_many_sign_as_the_diagram_says(
    ctx: Context, plant: Plant, kind: str, outcomes: list[str], status: str
) -> None:
    tasks = begin(ctx, plant, kind)

    assert sign(ctx, plant, tasks, *outcomes) == status


def test_those_still_open_are_closed_when_enough_have_signed(ctx: Context, plant: Plant) -> None:
    tasks = begin(ctx, plant, "any")

    sign(ctx, plant, tasks, "approve")

    assert [task.status for task in tasks] == [
        TaskStatus.COMPLETED,
        TaskStatus.CANCELLED,
        TaskStatus.CANCELLED,
    ]


def test_page_counts_who_has_signed(ctx: Context, plant: Plant) -> None:
    tasks = begin(ctx, plant, "all")
    sign(ctx, plant, tasks, "approve")

    found = countersigning.tally(ctx, tasks[1])

    assert found is not None
    assert (found.kind, found.done) == ("all", 1)
    assert [(one.who, one.outcome) for one in found.signatures] == [
        ("鲍勃", "approve"),
        ("贝拉", ""),
        ("查理", ""),
    ]


def test_step_of_one_person_has_no_tally(ctx: Context, plant: Plant) -> None:
    task = plants.only_open(ctx, plants.start(ctx, plant))

    assert countersigning.tally(ctx, task) is None
