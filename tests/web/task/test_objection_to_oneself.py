"""The case of an objection to somebody who stands in for whoever looks into it: it is kept from him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.models import Nomination, NominationStatus, Objection, Round, User
from service.programmes.publication import notices, objections
from service.wire import Runtime
from service.workflow.context import Context
from service.workflow.person import actors, delegations
from tests.web.browser import Browser

REPORT = {"name": "钱一一", "contact": "13900005678", "facts": "所填获奖情况与实际不符，未获该奖。"}


@pytest.fixture
def case(service: Runtime, task_at: Callable[..., int]) -> int:
    """An objection to the very person who acts for whoever would register it."""
    with service.wiring.transaction() as ctx:
        candidate = ctx.session.scalars(select(Nomination).where(Nomination.id_number.is_not(None))).first()
        assert candidate is not None
        himself, absent = (
            ctx.session.scalars(select(User).where(User.login == login)).one()
            for login in ("xiaoming", "shiwei")
        )
        candidate.status, candidate.nominee_id = NominationStatus.SELECTED, himself.id
        ctx.session.flush()
        notice = notices.open_candidates(ctx, ctx.session.get_one(Round, candidate.round_id))
        notice.closes_at = ctx.now + timedelta(days=7)
        objections.lodge(ctx, notice, candidate.id, REPORT)
        delegations.begin(
            replace(ctx, actor=actors.actor_of(ctx, absent)),
            principal=absent,
            delegate_id=himself.id,
            reason="出差",
            starts_at=ctx.now,
            ends_at=ctx.now + timedelta(days=3),
        )
    return task_at("register")


def test_whom_it_is_about_reads_neither_report_nor_sender_in_the_place_of_another(
    browse: Callable[..., Browser], case: int, ctx: Context
) -> None:
    himself = browse("xiaoming")
    number, instance = ctx.session.execute(select(Objection.id, Objection.instance_id)).one()

    pages = [himself.get(f"/tasks/{case}"), himself.get(f"/instances/{instance}"), himself.get("/")]

    said = [*REPORT.values(), "139****5678"]
    assert [text for page in pages for text in said if text in page.html] == []
    for field in ("name", "contact"):
        assert himself.post(f"/reveals/objection/{number}/{field}", {"reason": "好奇"}).status == 404
