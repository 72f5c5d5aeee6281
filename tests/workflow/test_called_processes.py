"""What people do in a process that another calls: offered, completed and sent back like any other step."""

from __future__ import annotations

import pytest

from service.models import Instance, InstanceStatus
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.task import returns, user_tasks
from tests.engine.sketch import draw
from tests.workflow.plant import Plant, acting, only_open

pytestmark = pytest.mark.usefixtures("both_databases")

CALLING = "start s\nuser ask groups=head@workshop\ncall look process=looking\nend e\ns -> ask -> look -> e"
LOOKING = (
    "start s2\nuser count groups=clerk@plant\nuser check groups=clerk@plant\nend e2\n"
    "s2 -> count -> check -> e2"
)


def begin(ctx: Context, plant: Plant) -> Instance:
    deployment = deployments.publish(ctx, "plant", draw(stocktaking=CALLING, looking=LOOKING), {})
    instance = execution.start(
        acting(ctx, plant.alice), deployment, "stocktaking",
        business_key="stock:1", title="盘点", round_id=1, variables={},
    )  # fmt: skip
    user_tasks.complete(acting(ctx, plant.bob), only_open(ctx, instance).id, "complete", {})
    return instance


def test_people_work_in_a_called_process(ctx: Context, plant: Plant) -> None:
    instance = begin(ctx, plant)

    for step in ("count", "check"):
        task = only_open(ctx, instance)
        assert task.element_id == step
        user_tasks.complete(acting(ctx, plant.charlie), task.id, "complete", {})

    assert instance.status == InstanceStatus.COMPLETED


def test_step_of_a_called_process_is_sent_back_within_it(ctx: Context, plant: Plant) -> None:
    instance = begin(ctx, plant)
    user_tasks.complete(acting(ctx, plant.charlie), only_open(ctx, instance).id, "complete", {})
    task = only_open(ctx, instance)

    assert [name for name, _ in returns.list_earlier(ctx, task)] == ["count"]
    returns.send_back(acting(ctx, plant.charlie), task.id, "count", "数目不对")

    assert only_open(ctx, instance).element_id == "count"
