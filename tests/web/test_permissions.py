"""Every view of the pages by every role, held against the table in ``permissions.py``."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.app import App
from service.clock import MovableClock
from service.models import (
    Attachment,
    Delegation,
    Incident,
    Nomination,
    Registration,
    Round,
    Signer,
    SignerPlace,
    Unit,
    User,
    UserTask,
)
from service.programmes.award import awards, follow_ups
from service.programmes.registration import confirmations, registrations
from service.programmes.registration.registrations import Given
from service.wire import Runtime
from service.workflow.context import Context
from tests.demonstrated import keep_database
from tests.web.browser import Browser
from tests.web.conftest import by_wall
from tests.web.permissions import BODIES, ROLES, TABLE

Stand = dict[str, str]


@pytest.fixture
def stand_ins(service: Runtime, wall: MovableClock, task_at: Callable[..., int]) -> Stand:
    """What the names in the paths stand for: things of one workplace in one district, and an absence."""
    task_id = task_at("recommender_opinion")
    with by_wall(service, wall).wiring.transaction() as ctx:  # a link is good for a time on the wall's clock
        task = ctx.session.get_one(UserTask, task_id)
        about = select(Nomination).where(Nomination.instance_id == task.instance_id)
        nomination = ctx.session.scalars(about).one()
        files = select(Attachment.id).where(Attachment.nomination_id == nomination.id)
        colleague, league = _user(ctx, "tuanzhibu"), _user(ctx, "dangzhibu")
        incident = Incident(
            round_id=task.round_id, instance_id=task.instance_id, user_task_id=task.id, opened_at=ctx.now,
            element_id=task.element_id, kind="nobody-resolved", message="没有人可以办理",
        )  # fmt: skip
        delegation = Delegation(
            principal=league, delegate=colleague, starts_at=ctx.now - timedelta(days=9), reason="出差",
            ends_at=ctx.now + timedelta(days=1), created_at=ctx.now,
        )  # fmt: skip
        ctx.session.add_all([incident, delegation])
        ctx.session.flush()
        waiting = ctx.session.get_one(UserTask, task_at("workplace_league_opinion"))
        signer = Signer(
            task=waiting, user=league, place=SignerPlace.BEFORE, question="请核对", asked_at=ctx.now
        )
        ctx.session.add(signer)
        ctx.session.flush()
        held = select(Nomination).where(Nomination.instance_id == waiting.instance_id)
        award = awards.grant(ctx, ctx.session.scalars(held).one())
        ctx.session.flush()
        written = follow_ups.write(
            ctx,
            award,
            follow_ups.Entry(track="publicity", item="集中宣推", day=date(2024, 3, 1), text="上报刊。"),
        )
        workplace = ctx.session.scalars(select(Unit).where(Unit.code == "liyang-qingfeng")).one()
        return {
            "award": str(award.id),
            "entry": str(written.id),
            "code": award.code,
            "task": str(task.id),
            "instance": str(task.instance_id),
            "nomination": str(nomination.id),
            "attachment": str(ctx.session.scalars(files).first()),
            "user": str(league.id),
            "incident": str(incident.id),
            "delegation": str(delegation.id),
            "signer": str(signer.id),
            "unit": str(workplace.id),
            "registration": str(_register(ctx, workplace).id),
            "link": str(_confirm(ctx, _register(ctx, workplace))),
        }


def _register(ctx: Context, workplace: Unit) -> Registration:
    given = Given(
        name="演示-自荐人", contact="13800000001", workplace="青锋", unit_id=workplace.id, agrees=True
    )
    return registrations.register(ctx, ctx.session.get_one(Round, 1), given)[0]


def _confirm(ctx: Context, registration: Registration) -> str | None:
    confirmations.confirm(ctx, registration, registration.unit)
    return registration.link


def _user(ctx: Context, login: str) -> User:
    return ctx.session.scalars(select(User).where(User.login == login)).one()


def test_every_role_gets_what_the_table_says(
    app: App, service: Runtime, stand_ins: Stand, tmp_path: Path
) -> None:
    restore = keep_database(service, tmp_path / "kept.db")

    found = {}
    for view in TABLE:
        statuses = []
        for login in ROLES:
            statuses.append(call(Browser(app, login), view, stand_ins))
            if not view.startswith("GET"):
                restore()
        found[view] = tuple(statuses)

    assert found == TABLE


def test_the_table_names_every_view(app: App, stand_ins: Stand) -> None:
    adapter = app.url_map.bind("localhost")
    rows = [view.format(**stand_ins).split(" ") for view in TABLE]

    named = {(method, adapter.match(path.partition("?")[0], method=method)[0]) for method, path in rows}

    assert named == views_of(app)


def views_of(app: App) -> set[tuple[str, str]]:
    """Return every (method, endpoint) of the pages; the API has a table of its own."""
    return {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def call(browser: Browser, view: str, stand_ins: Stand) -> int:
    """Call a view as a page does, with its token and what belongs to it."""
    method, path = view.format(**stand_ins).split(" ")
    options: dict[str, Any] = json.loads(json.dumps(BODIES.get(view, {})))
    for key, value in options.get("data", {}).items():
        options["data"][key] = value.format(**stand_ins)
    headers = {} if method == "GET" else {"X-CSRFToken": browser.token}
    with browser.client.open(path, method=method, headers=headers, **options) as response:
        return response.status_code
