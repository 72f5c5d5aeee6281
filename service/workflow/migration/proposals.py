"""Proposing a plan between two published versions, with where something is open."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

from sqlalchemy import ColumnElement, func, select

from service.engine import Diagram, migration
from service.engine.records import Element, Instruction, Plan
from service.errors import Conflict, Invalid
from service.models import Deployment, Instance, InstanceStatus, Job, SubscriptionRow, TaskStatus, UserTask
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.migration.records import Choice, PlanRow, Proposal, Request

KEPT_REDRAWS: Final = 4
_redraws: dict[tuple[str, str, str], migration.Redraw] = {}


def propose(ctx: Context, source: Deployment, target: Deployment) -> Proposal:
    """Propose what becomes of everything in the old version."""
    require_another(source, target)
    old, new = _diagram(ctx, source), _diagram(ctx, target)
    plan, counted = migration.propose(old, new), count_open(ctx, source)
    rows = [_row(element, process, plan, counted) for process, element in _elements(old)]
    return Proposal(
        source=source.version,
        target=target.version,
        rows=tuple(sorted(rows, key=lambda row: -row.open)),
        choices=tuple(_choices(new)),
        instances=count_running(ctx, source),
    )


def prepare(ctx: Context, source: Deployment, target: Deployment, plan: Plan) -> migration.Redraw:
    """Return what moving by a plan needs of two versions; the last few are kept for the next instance."""
    key = (source.content_hash, target.content_hash, json.dumps(migration.to_json(plan)))
    redraw = _redraws.get(key)
    if redraw is None:
        redraw = migration.Redraw(_diagram(ctx, source), _diagram(ctx, target), plan)
        if len(_redraws) >= KEPT_REDRAWS:
            _redraws.pop(next(iter(_redraws)), None)
        _redraws[key] = redraw
    return redraw


def hash_of(ctx: Context, source: Deployment, target: Deployment, request: Request) -> str:
    """Return the hash of all that was chosen."""
    return migration.hash_of(
        _diagram(ctx, source), _diagram(ctx, target), request.plan, recompute=request.recompute,
        before=request.before, versions=[source.content_hash, target.content_hash],
    )  # fmt: skip


def require_another(source: Deployment, target: Deployment) -> None:
    """Refuse to move from a version to itself, or to what belongs to something else."""
    if source.key != target.key or source.id == target.id:
        raise Conflict("请选择同一活动的另一版流程图。")


def require_known(ctx: Context, source: Deployment, request: Request) -> None:
    """Refuse to ask for instances before an element that the old version does not have."""
    if request.before is not None and request.before not in migration.list_places(_diagram(ctx, source)):
        raise Invalid(
            f"原来的流程图里没有「{request.before}」。", fields={"before": "请从原来的流程图里选择"}
        )


def count_running(ctx: Context, source: Deployment) -> int:
    """Return how many instances run a version."""
    query = select(func.count()).select_from(Instance).where(*running(source))
    return ctx.session.scalar(query) or 0


def running(source: Deployment) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of instances that run a version."""
    return (Instance.deployment_id == source.id, Instance.status == InstanceStatus.ACTIVE)


def count_open(ctx: Context, source: Deployment) -> Counter[str]:
    """Return in how many instances of a version something is open at each element."""
    counted: Counter[str] = Counter()
    ways = (
        (UserTask, (UserTask.status == TaskStatus.OPEN,)),
        (Job, (Job.element_id != "",)),
        (SubscriptionRow, ()),
    )
    for table, conditions in ways:
        query = (
            select(table.element_id, func.count(func.distinct(table.instance_id)))
            .join(Instance, Instance.id == table.instance_id)
            .where(*running(source), *conditions)
            .group_by(table.element_id)
        )
        for element_id, number in ctx.session.execute(query):
            counted[element_id] = max(counted[element_id], number)
    return counted


def _diagram(ctx: Context, deployment: Deployment) -> Diagram:
    return deployments.diagram_of(ctx, deployment.id, deployment.content_hash)


def _elements(diagram: Diagram) -> Iterator[tuple[str, Element]]:
    for process in diagram.processes.values():
        for element in process.elements.values():
            yield process.name, element


def _row(element: Element, process: str, plan: Plan, counted: Counter[str]) -> PlanRow:
    instruction = plan.get(element.id)
    return PlanRow(
        element_id=element.id,
        name=element.name,
        type=element.type,
        process=process,
        open=counted[element.id],
        instruction=instruction,
        how=_how(element, instruction),
    )


def _how(element: Element, instruction: Instruction | None) -> Literal["id", "name", ""]:
    if instruction is None:
        return ""
    return "id" if instruction.target == element.id else "name"


def _choices(diagram: Diagram) -> Iterator[Choice]:
    places = migration.list_places(diagram)
    for process, element in _elements(diagram):
        if element.id in places:
            yield Choice(
                element_id=element.id,
                name=element.name,
                type=element.type,
                process=process,
                may_move=migration.can_move_to(places[element.id].node),
            )
