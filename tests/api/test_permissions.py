"""Every operation of the API by every role, held against the table in ``permissions.py``."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.app import App
from service.models import (
    Attachment,
    Delegation,
    Incident,
    Nomination,
    Round,
    Signer,
    SignerPlace,
    TaskStatus,
    User,
    UserTask,
)
from service.programmes.award import awards
from service.programmes.registration import registrations
from service.programmes.registration.registrations import Given
from service.wire import Runtime
from service.workflow.context import Context
from tests.api.caller import Caller
from tests.api.conftest import app_of, token_of
from tests.api.permissions import ROLES, TABLE
from tests.demonstrated import keep_database

Stand = dict[str, str]

#: things that every demonstration has under the same names
FIXED: Stand = {
    "file_id": "1",
    "deployment_id": "1",
    "migration_id": "1",
    "programme": "changzhou-good-youth",
    "file": "eligibility.dmn",
    "stage": "submission",
    "code": "liyang",
    "year": "2024",
    "day": "2024-05-11",
    "slug": "none",
    "receipt": "0000000000000000",
}


@pytest.fixture
def stand_ins(service: Runtime) -> Stand:
    """What the names in paths stand for: things of one workplace in one district."""
    with service.wiring.transaction() as ctx:
        task = ctx.session.scalars(
            select(UserTask).where(UserTask.element_id == "workplace_league_opinion").order_by(UserTask.id)
        ).first()
        assert task is not None
        nomination = ctx.session.scalars(
            select(Nomination).where(Nomination.instance_id == task.instance_id)
        ).one()
        attachment = ctx.session.scalars(
            select(Attachment).where(Attachment.nomination_id == nomination.id)
        ).first()
        assert attachment is not None
        return FIXED | {
            "task_id": str(task.id),
            "instance_id": str(task.instance_id),
            "nomination_id": str(nomination.id),
            "attachment_id": str(attachment.id),
            "round_id": str(nomination.round_id),
            "award_id": str(grant_another(ctx, nomination)),
            "registration_id": str(register(ctx, nomination)),
            **add_to_task(ctx, task, nomination.round_id),
        }


def grant_another(ctx: Context, nomination: Nomination) -> int:
    """Give the title to somebody else of the same workplace."""
    others = select(Nomination).where(
        Nomination.unit_id == nomination.unit_id, Nomination.id != nomination.id
    )
    award = awards.grant(ctx, ctx.session.scalars(others.order_by(Nomination.id).limit(1)).one())
    ctx.session.flush()
    return award.id


def register(ctx: Context, nomination: Nomination) -> int:
    """Let somebody without an account ask to be nominated at the same workplace."""
    given = Given(
        name="演示-自荐人", contact="13800000001", workplace="演示厂", unit_id=nomination.unit_id, agrees=True
    )
    registration, _code = registrations.register(ctx, ctx.session.get_one(Round, nomination.round_id), given)
    ctx.session.flush()
    return registration.id


def add_to_task(ctx: Context, task: UserTask, round_id: int) -> Stand:
    """Add what hangs on a task: an incident, a delegation of its holder, an opinion asked of a colleague."""
    league, party = (
        ctx.session.scalars(select(User).where(User.login == login)).one()
        for login in ("tuanzhibu", "dangzhibu")
    )
    incident = Incident(
        round_id=round_id, instance_id=task.instance_id, user_task_id=task.id, element_id=task.element_id,
        kind="nobody-resolved", message="没有人可以办理", opened_at=ctx.now,
    )  # fmt: skip
    delegation = Delegation(
        principal=league, delegate=party, starts_at=ctx.now - timedelta(days=9), reason="出差",
        ends_at=ctx.now + timedelta(minutes=1), created_at=ctx.now,
    )  # fmt: skip
    waiting = UserTask(
        instance_id=task.instance_id, key="signed", element_id=task.element_id, name=task.name,
        title=task.title, status=TaskStatus.OPEN, assignee_id=league.id, created_at=ctx.now, priority=50,
    )  # fmt: skip
    signer = Signer(task=waiting, user=party, place=SignerPlace.BEFORE, question="请核对", asked_at=ctx.now)
    ctx.session.add_all([incident, delegation, waiting, signer])
    ctx.session.flush()
    return {
        "incident_id": str(incident.id),
        "delegation_id": str(delegation.id),
        "signer_id": str(signer.id),
    }


def operations(app: App) -> list[str]:
    """Return every operation of the API as ``METHOD /path/{name}``."""
    found = []
    for rule in app.url_map.iter_rules():
        path = rule.rule
        if not path.startswith("/api/"):
            continue
        for name in rule.arguments:
            start = path[: path.index(name + ">")].rindex("<")
            path = path[:start] + "{" + name + "}" + path[path.index(name + ">") + len(name) + 1 :]
        found += [
            f"{method} {path.removeprefix('/api/v1')}"
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
    return sorted(found)


def test_table_names_every_operation(app: App) -> None:
    assert sorted(TABLE) == operations(app)


def test_every_role_gets_what_the_table_says(service: Runtime, stand_ins: Stand, tmp_path: Path) -> None:
    app = app_of(service)
    callers = {role: Caller(app.test_client(), token_of(service, login)) for role, login in ROLES.items()}
    restore = keep_database(service, tmp_path / "kept.db")

    found = {}
    for operation, (body, _expected) in TABLE.items():
        method, path = operation.split(" ")
        statuses = []
        for role, caller in callers.items():
            reply = caller.send(method, path.format(**stand_ins), **options_of(method, body, stand_ins))
            statuses.append(f"{role}{reply.status_code}")
            restore()
        found[operation] = " ".join(statuses)

    assert found == {operation: expected for operation, (_body, expected) in TABLE.items()}


def options_of(method: str, body: dict[str, Any] | None, stand_ins: Stand) -> dict[str, Any]:
    """Return a fresh request: what stands for an id filled in, a file opened, any version accepted."""
    options: dict[str, Any] = {"headers": {"If-Match": "*"} if method in ("PUT", "DELETE") else {}}
    if body is not None and "file" in body:
        options["data"] = {**body, "file": (BytesIO(b"no photo"), body["file"])}
    elif body is not None:
        options["json"] = json.loads(json.dumps(body).replace('"{task_id}"', stand_ins["task_id"]))
    return options
