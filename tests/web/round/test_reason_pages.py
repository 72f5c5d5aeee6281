"""A nomination's page says why he is put forward all the same: with the finding, or for itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.models import Finding, Nomination, UserTask
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]
HEADING = r"<h3[^>]*>(破格理由|裁定说明|情况说明|超额推荐理由)</h3>"


@pytest.fixture
def nominated(service: Runtime, task_at: Callable[..., int]) -> int:
    """A nomination that waits for its recommender."""
    with service.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_at("recommender_opinion"))
        query = select(Nomination.id).where(Nomination.instance_id == task.instance_id)
        return ctx.session.scalars(query).one()


def test_stated_reason_stands_with_the_finding_it_answers(
    browse: Browse, nominated: int, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        query = select(Finding).where(Finding.nomination_id == nominated, Finding.rule == "N08")
        finding = ctx.session.scalars(query).one()
        nomination = ctx.session.get_one(Nomination, nominated)
        finding.reason = nomination.stated_reason = "事迹仍在延续。"

    page = browse("liyang").get(f"/nominations/{nominated}")

    assert page.html.count("事迹仍在延续。") == 1
    assert "说明：事迹仍在延续。" in page.text
    assert page.all(HEADING) == []


def test_reason_that_answers_no_finding_has_a_heading_of_its_own(
    browse: Browse, nominated: int, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        nomination = ctx.session.get_one(Nomination, nominated)
        nomination.stated_reason, nomination.over_reason = "材料属实。", "承担专班任务。"
        nomination.overruling = "主办单位裁定符合条件（不足5年）：社保可证。"

    page = browse("liyang").get(f"/nominations/{nominated}")

    assert page.all(HEADING) == ["裁定说明", "情况说明", "超额推荐理由"]
    assert "主办单位裁定符合条件（不足5年）：社保可证。" in page.text
