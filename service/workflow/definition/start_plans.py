"""When and at what a published diagram begins instances by itself; a row a start event of its newest."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select

from service import engine
from service.engine import Diagram
from service.engine.records import Environment, ProcessInfo
from service.models import Deployment, Instance, StartSubscription, StartTimer
from service.workflow import subjects
from service.workflow.context import Context


class Unplanned(NamedTuple):
    """A timer start event whose time cannot be worked out."""

    element_id: str
    text: str  #: as written
    reason: str


def replace_plans(ctx: Context, deployment: Deployment, diagram: Diagram) -> list[Unplanned]:
    """Retire what began instances of a key's older versions: from now on only the newest version does.

    Returns what could not be planned: a time that cannot be worked out before anything runs.
    """
    subjects.forget_starts(ctx)
    older = select(Deployment.id).where(Deployment.key == deployment.key)
    for table in (StartTimer, StartSubscription):
        ctx.session.execute(
            delete(table).where(table.deployment_id.in_(older)),
            execution_options={"synchronize_session": False},
        )
    unplanned = []
    for process in diagram.processes.values():
        _add_plain_starts(ctx, deployment, process)
        for trigger in process.start_triggers:
            place = {"process_id": process.id, "element_id": trigger.element_id}
            if trigger.kind != "timer" and ctx.domain.begins(process.id):
                continue
            if trigger.kind != "timer":
                heard = {"key": deployment.key, "kind": trigger.kind, "name": trigger.name}
                heard["subject"] = subjects.noun_of(process, trigger.element_id)
                ctx.session.add(StartSubscription(deployment_id=deployment.id, **place, **heard))
                continue
            try:
                due_at = find_next(ctx, deployment, diagram, process.id, trigger.element_id)
            except ValueError as error:
                unplanned.append(Unplanned(trigger.element_id, trigger.name, str(error)))
                continue
            if due_at is not None:
                ctx.session.add(
                    StartTimer(deployment_id=deployment.id, due_at=due_at, try_at=due_at, **place)
                )
    return unplanned


def _add_plain_starts(ctx: Context, deployment: Deployment, process: ProcessInfo) -> None:
    """Note the start events that wait for nothing but a new subject."""
    waiting = {trigger.element_id for trigger in process.start_triggers}
    for element_id in process.start_events:
        noun = subjects.noun_of(process, element_id)
        if noun and element_id not in waiting:
            ctx.session.add(
                StartSubscription(
                    deployment_id=deployment.id,
                    key=deployment.key,
                    process_id=process.id,
                    element_id=element_id,
                    kind=subjects.PLAIN,
                    name="",
                    subject=noun,
                )
            )


def find_next(
    ctx: Context,
    deployment: Deployment,
    diagram: Diagram,
    process_id: str,
    element_id: str,
    last: datetime | None = None,
) -> datetime | None:
    """Return the next occurrence of a timer start event after ``last``; None when the series is over."""
    # nothing runs yet, and the domain answers for an instance: one that is never written
    nobody = Instance(deployment_id=deployment.id, process_id=process_id, business_key="", round_id=None)
    env = Environment(
        now=ctx.now, zone=ctx.domain.zone(ctx, nobody), functions=ctx.domain.functions(ctx, nobody)
    )
    return engine.next_start(
        diagram, process_id, element_id, env, published_at=deployment.deployed_at, last=last
    )
