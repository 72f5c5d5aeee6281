"""Withdrawing from a nomination's page: what it means is said first, and a reason is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.models import Nomination, UserTask
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def number(service: Runtime, task_at: Callable[..., int]) -> int:
    """A nomination that waits for its recommender."""
    with service.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_at("recommender_opinion"))
        return ctx.session.scalars(
            select(Nomination.id).where(Nomination.instance_id == task.instance_id)
        ).one()


def test_unit_withdraws_its_nominee_with_a_reason(browse: Browse, number: int) -> None:
    browser, address = browse("liyang"), f"/nominations/{number}/withdraw"
    before = browser.get(f"/nominations/{number}")
    asked = browser.get(address)

    refused = browser.post(address, {"reason": " "})
    done = browser.post(address, {"reason": "本人调离常州"}, follow_redirects=True)

    assert before.all(f'href="({address})"') == [address]
    assert "占用的名额退还，不能恢复" in asked.text
    assert (refused.status, "请填写退出原因。" in refused.text) == (422, True)
    assert "已办理退出。" in done.text
    assert "本人调离常州" in done.text
    assert done.all(f'href="({address})"') == []


def test_who_has_ended_is_told_so(browse: Browse, number: int) -> None:
    browser, address = browse("shiwei"), f"/nominations/{number}/withdraw"
    browser.post(address, {"reason": "本人调离常州"})

    again = browser.get(address)

    assert (again.status, "这份申报已经办结，不能再退出。" in again.text) == (409, True)
