"""The plant's leave diagram redrawn, and what its migration is asked for: plain functions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from service.engine.records import Plan
from service.models import Deployment, ItemStatus, Migration, MigrationItem
from service.scheduler import migrations
from service.scheduler.wiring import Wiring
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.migration import orders, proposals, trials
from service.workflow.migration.records import Report, Request
from tests.workflow.plant import DIAGRAM, Plant


def publish(ctx: Context, *changes: tuple[str, str]) -> Deployment:
    """Publish the leave diagram with texts replaced."""
    xml = DIAGRAM.decode()
    for before, after in changes:
        assert before in xml
        xml = xml.replace(before, after)
    return deployments.publish(ctx, "leave", xml.encode(), {})


def ask(ctx: Context, plant: Plant, target: Deployment, plan: Plan | None = None, **options: Any) -> Request:
    """Ask for what is proposed, with some of it said otherwise."""
    proposed = proposals.propose(ctx, plant.deployment, target).plan
    return Request(
        source=plant.deployment.version, target=target.version, plan={**proposed, **(plan or {})}, **options
    )


def try_out(ctx: Context, plant: Plant, target: Deployment, request: Request) -> Report:
    """Try a request out."""
    return trials.try_out(ctx, plant.deployment, target, request)


def order(ctx: Context, plant: Plant, target: Deployment, request: Request) -> Migration:
    """Order what was asked for."""
    wanted = proposals.hash_of(ctx, plant.deployment, target, request)
    return orders.order(ctx, plant.deployment, target, request, "改正审批人", plan_hash=wanted)


def do_all(wiring: Wiring) -> dict[str, int]:
    """Let the duty run until nothing is left."""
    total: dict[str, int] = {}
    while done := migrations.run_once(wiring):
        for label, count in done.items():
            total[label] = total.get(label, 0) + count
    return total


def statuses(ctx: Context) -> dict[int, tuple[ItemStatus, str]]:
    """What became of each instance, and why."""
    rows = ctx.session.execute(select(MigrationItem.instance_id, MigrationItem.status, MigrationItem.reason))
    return {row[0]: (ItemStatus(row[1]), row[2]) for row in rows}
