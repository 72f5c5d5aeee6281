"""A plant with two departments, its people and its published leave diagram: plain functions, no surprises."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from service.models import Deployment, Instance, Membership, TaskStatus, Unit, User, UserTask
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.person import actors

DIAGRAM = Path(__file__).with_name("leave.bpmn").read_bytes()
#: 24:00 of Friday 12 April 2024, after 清明
DUE = "2024-04-12T24:00:00+08:00"

_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Plant:
    """Alice works; Bob and Bella head her workshop; Charlie is the plant's clerk and sees no requests."""

    alice: User
    bob: User
    bella: User
    charlie: User
    deployment: Deployment


def build(ctx: Context) -> Plant:
    """Write the plant's rows."""
    plant = Unit(code="plant", name="机械厂", level="厂", path="/plant/")
    ctx.session.add(plant)
    ctx.session.flush()
    workshop = Unit(code="workshop", name="一车间", level="车间", parent_id=plant.id, path="/plant/workshop/")
    ctx.session.add(workshop)
    ctx.session.flush()
    alice = _hire(ctx, "alice", "艾丽斯", workshop)
    bob = _hire(ctx, "bob", "鲍勃", workshop, "head")
    bella = _hire(ctx, "bella", "贝拉", workshop, "head")
    charlie = _hire(ctx, "charlie", "查理", plant, "clerk")
    deployment = deployments.publish(ctx, "leave", DIAGRAM, {})
    return Plant(alice=alice, bob=bob, bella=bella, charlie=charlie, deployment=deployment)


def acting(ctx: Context, user: User) -> Context:
    """The same transaction, with a person acting."""
    return replace(ctx, actor=actors.actor_of(ctx, user))


def at(ctx: Context, moment: datetime) -> Context:
    """The same transaction at another moment."""
    return replace(ctx, now=moment)


def start(ctx: Context, plant: Plant, process_id: str = "leave", **variables: Any) -> Instance:
    """Start a process as Alice, with her name as the employee."""
    return execution.start(
        acting(ctx, plant.alice),
        plant.deployment,
        process_id,
        business_key=f"leave:{next(_numbers)}",
        title="艾丽斯的请假",
        round_id=1,
        variables={"employee": "alice", "due": DUE} | variables,
    )


def only_open(ctx: Context, instance: Instance) -> UserTask:
    """Return the only open task of an instance."""
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    return ctx.session.scalars(query).one()


def _hire(ctx: Context, login: str, name: str, unit: Unit, role: str = "") -> User:
    user = User(
        login=login, name=name, password_hash="-", email=f"{login}@example.org", unit_id=unit.id,
        created_at=ctx.now,
    )  # fmt: skip
    ctx.session.add(user)
    ctx.session.flush()
    if role:
        key = f"{role}@{unit.code}"
        ctx.session.add(Membership(user_id=user.id, role=role, unit_id=unit.id, group_key=key))
        ctx.session.flush()
    return user
