"""The organiser's tasks of an objection's case: what is reported, and who reported it, masked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.models import Nomination, NominationStatus, Round
from service.programmes.publication import notices, objections
from service.wire import Runtime
from tests.web.browser import Browser

REPORT = {"name": "钱一一", "contact": "13900005678", "facts": "所填获奖情况与实际不符，未获该奖。"}


@pytest.fixture
def case(service: Runtime, task_at: Callable[..., int]) -> int:
    """An objection against a candidate of a running notice waits to be registered."""
    with service.wiring.transaction() as ctx:
        candidate = ctx.session.scalars(select(Nomination).where(Nomination.id_number.is_not(None))).first()
        assert candidate is not None
        candidate.status = NominationStatus.SELECTED
        ctx.session.flush()
        notice = notices.open_candidates(ctx, ctx.session.get_one(Round, candidate.round_id))
        notice.closes_at = ctx.now + timedelta(days=7)
        objections.lodge(ctx, notice, candidate.id, REPORT)
    return task_at("register")


def test_the_organiser_reads_the_report_and_not_yet_who_sent_it(
    browse: Callable[..., Browser], case: int
) -> None:
    page = browse("shiwei").get(f"/tasks/{case}")

    assert page.status == 200
    assert REPORT["facts"] in page.text
    assert page.all(r'class="masked">([^<]+)<') == ["****", "139****5678"]


def test_who_reported_is_shown_by_a_logged_click(browse: Callable[..., Browser], case: int) -> None:
    browser = browse("shiwei")
    address = browser.get(f"/tasks/{case}").all(r'action="(/reveals/objection/\d+/name)"')[0]

    shown = browser.post(address, {"reason": "联系核实"})

    assert shown.all(r'<output class="masked">([^<]+)</output>') == ["钱一一"]


def test_nobody_else_sees_the_case(browse: Callable[..., Browser], case: int) -> None:
    address = browse("shiwei").get(f"/tasks/{case}").all(r'action="(/reveals/objection/\d+/name)"')[0]

    for login in ("tuanzhibu", "liyang", "xiaoming"):
        assert browse(login).get(f"/tasks/{case}").status == 404
        assert browse(login).post(address, {"reason": "好奇"}).status == 404
