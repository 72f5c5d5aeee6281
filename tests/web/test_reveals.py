from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from service.models import Consent, DisclosureRow, HistoryEvent, Nomination
from service.programmes.privacy import disclosures
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]


def test_a_reveal_shows_the_value_and_is_written_down(
    browse: Browse, task_at: Callable[..., int], service: Runtime
) -> None:
    browser = browse("liyang")
    page = browser.get(f"/tasks/{task_at('recommender_opinion')}")
    address = next(a for a in page.all(r'<form method="post" action="(/reveals/[^"]+)"') if "id_number" in a)

    shown = browser.post(address, {"reason": "核对身份"}, headers={"HX-Request": "true"})

    with service.wiring.reading() as ctx:
        event = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == "reveals")).one()
        told = disclosures.list_of(ctx, ctx.session.get_one(Nomination, int(address.split("/")[3])))
        others = ctx.session.scalars(select(Nomination.id)).all()
        rows = ctx.session.scalars(select(DisclosureRow.nomination_id)).all()
    assert [(row.who, row.purpose) for row in told] == [("演示-溧阳团委经办", "核对身份")]
    assert len(rows) == 1 < len(others)
    masked = page.all(r'class="masked">(\d{6}\*+\w{4})<')[0]
    number = shown.all(r'<output class="masked">(\w{18})</output>')[0]
    assert (number[:6], number[-4:]) == (masked[:6], masked[-4:])
    assert (event.actor_name, event.details["reason"]) == ("演示-溧阳团委经办", "核对身份")
    assert number not in str(event.details)


def test_a_reveal_without_a_reason_shows_nothing(
    browse: Browse, task_at: Callable[..., int], service: Runtime
) -> None:
    browser = browse("liyang")
    address = browser.get(f"/tasks/{task_at('recommender_opinion')}").all(r'action="(/reveals/[^"]+)"')[0]

    assert browser.post(address, {"reason": " "}).status == 422
    with service.wiring.reading() as ctx:
        assert ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == "reveals")).all() == []


def test_a_stranger_reveals_nothing(browse: Browse, task_at: Callable[..., int]) -> None:
    page = browse("liyang").get(f"/tasks/{task_at('recommender_opinion')}")
    address = page.all(r'action="(/reveals/[^"]+)"')[0]

    assert browse("wujin").post(address, {"reason": "好奇"}).status == 404


def test_nobody_sees_a_number_in_full_after_the_nominee_withdrew_that_consent(
    browse: Browse, service: Runtime, task_at: Callable[..., int]
) -> None:
    number = task_at("recommender_opinion")
    page = browse("liyang").get(f"/tasks/{number}")
    address = next(a for a in page.all(r'<form method="post" action="(/reveals/[^"]+)"') if "id_number" in a)
    nomination = int(address.split("/")[3])
    with service.wiring.reading() as ctx:
        given = select(Consent.id).where(Consent.nomination_id == nomination, Consent.kind == "sensitive")
        consent = ctx.session.scalars(given).one()
    browse("shiwei").post(
        f"/nominations/{nomination}/consents/{consent}/withdraw", {"reason": "本人书面要求"}
    )

    refused = browse("liyang").post(address, {"reason": "核对证件"})

    assert refused.status == 409
    assert "已撤回处理敏感个人信息的同意，完整号码不再显示" in refused.text
