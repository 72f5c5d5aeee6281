"""The page on a nomination's personal data: consents taken back, findings let stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from service.models import Consent, Nomination, ScanRuling, UserTask
from service.wire import Service
from tests.web.browser import Browser

Browse = Callable[..., Browser]
POST = "青锋精密机械有限公司 工程师（手机13812345678）"


@pytest.fixture
def number(service: Service, task_at: Callable[..., int]) -> int:
    """A nomination that waits for its recommender."""
    with service.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_at("recommender_opinion"))
        query = select(Nomination.id).where(Nomination.instance_id == task.instance_id)
        return ctx.session.scalars(query).one()


def test_consent_is_shown_in_its_words_and_taken_back(browse: Browse, service: Service, number: int) -> None:
    browser = browse("shiwei")
    page = browser.get(f"/nominations/{number}/privacy")
    [address, _] = page.all(r'action="(/nominations/\d+/consents/\d+/withdraw)"')

    refused = browser.post(address, {"reason": " "})
    done = browser.post(address, {"reason": "本人书面要求"}, follow_redirects=True)

    assert "本人同意公示和公布姓名、性别、工作单位及职务、申报类别。" in page.text
    assert (refused.status, "请写明撤回的说明。" in refused.text) == (422, True)
    assert "已登记撤回" in done.text
    with service.wiring.reading() as ctx:
        kinds = select(Consent.kind).where(Consent.nomination_id == number, Consent.withdrawn_at.is_not(None))
        assert list(ctx.session.scalars(kinds)) == ["publication"]

    again = browser.post(
        done.all(r'action="(/nominations/\d+/consents/\d+/again)"')[0], follow_redirects=True
    )
    assert "已登记重新同意" in again.text


def test_finding_is_shown_masked_on_both_pages_and_let_stand_by_the_organiser(
    browse: Browse, service: Service, number: int, task_at: Callable[..., int]
) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.execute(update(Nomination).where(Nomination.id == number).values(workplace_and_post=POST))
    task_page = browse("liyang").get(f"/tasks/{task_at('recommender_opinion')}")
    theirs = browse("liyang").get(f"/nominations/{number}/privacy")
    browser = browse("shiwei")
    [address] = browser.get(f"/nominations/{number}/privacy").all(r'action="(/nominations/\d+/findings/\w+)"')

    refused = browser.post(address, {"reason": "可"})
    done = browser.post(address, {"reason": "本人坚持照此公示"}, follow_redirects=True)

    assert "脱密扫描发现 1 处" in task_page.text
    assert "手机138****5678" in theirs.text
    assert theirs.all(r'action="(/nominations/\d+/findings/\w+)"') == []
    assert refused.status == 422
    assert "保留：本人坚持照此公示" in done.text
    with service.wiring.reading() as ctx:
        assert ctx.session.scalars(select(ScanRuling.nomination_id)).all() == [number]


def test_stranger_finds_no_page(browse: Browse, number: int) -> None:
    assert browse("wujin").get(f"/nominations/{number}/privacy").status == 404
