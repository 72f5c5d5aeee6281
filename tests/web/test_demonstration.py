from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from service.app import App
from service.gate import Gate
from service.models import Round
from tests.web.browser import Browser
from tests.web.conftest import PROGRAMME

BAR = "演示时钟"


def test_a_real_service_has_no_bar_and_no_way_to_the_clock(browse: Callable[..., Browser]) -> None:
    browser = browse("shiwei")

    assert BAR not in browser.get("/").html
    for path in ("next-day", "next-due", "date"):
        assert browser.post(f"/demonstration/{path}", {"day": "2024-03-25"}).status == 404


def test_the_clock_moves_by_a_day(demonstration_app: App) -> None:
    browser = Browser(demonstration_app, "liyang")

    moved = browser.post("/demonstration/next-day", {"next": "/messages"})

    assert moved.location == "/messages"
    assert browser.get("/messages").all(r'class="demo-clock-time">([^<]+)<') == ["2024年3月16日 09:00"]


def test_the_clock_moves_to_what_is_due_next_and_tells_of_it_once(demonstration_app: App) -> None:
    browser = Browser(demonstration_app, "liyang")

    browser.post("/demonstration/next-due")

    page = browser.get("/")
    assert page.all(r'class="demo-clock-time">([^<]+)<') == ["2024年3月19日 09:00"]
    assert "催办提醒" in page.text
    assert "催办提醒" not in browser.get("/").text


def test_a_stage_closes_by_itself_when_its_day_ends(demonstration_app: App) -> None:
    browser = Browser(demonstration_app, "liyang")
    waiting = len(browser.get("/").all(r'<td class="title">'))

    browser.post("/demonstration/date", {"day": "2024-03-25"})

    page = browser.get("/")
    assert page.all(r'class="demo-clock-time">([^<]+)<') == ["2024年3月25日 24:00"]
    assert (waiting, len(page.all(r'<td class="title">'))) == (2, 0)


def test_the_clock_never_goes_back(demonstration_app: App) -> None:
    browser = Browser(demonstration_app, "liyang")

    browser.post("/demonstration/date", {"day": "2024-03-01"})

    page = browser.get("/")
    assert "演示时钟只能向前拨" in page.text
    assert page.all(r'class="demo-clock-time">([^<]+)<') == ["2024年3月15日 09:00"]


def test_a_day_that_is_none_is_refused(demonstration_app: App) -> None:
    assert Browser(demonstration_app, "liyang").post("/demonstration/date", {"day": "x"}).status == 422


def test_the_log_in_page_lists_the_accounts_and_fills_one_in(demonstration_app: App) -> None:
    page = Browser(demonstration_app).get("/login?as=liyang")

    assert "推荐单位团组织经办" in page.text
    assert " ".join(page.all(r"<code>([a-z]+)</code>")) == (
        "xiaoming tuanzhibu dangzhibu liyang shiwei gongan hangye huishen renshe gongxin fuzeren danwei admin"
    )
    assert page.all(r'name="login"[^>]*value="([^"]*)"') == ["liyang"]


def test_a_round_opened_in_a_demonstration_lives_on_its_clock(demonstration_app: App) -> None:
    runtime, asked = demonstration_app.runtime, {"programme": PROGRAMME, "label": "第二期", "year": "2024"}

    opened = Browser(demonstration_app, "shiwei").post("/rounds/new", asked)

    Gate(runtime.settings, runtime.engine)()
    with runtime.wiring.reading() as ctx:
        assert list(ctx.session.scalars(select(Round.demonstration))) == [True, True]
    assert opened.location == "/rounds/2"


def test_moving_the_clock_needs_a_log_in_and_a_post(demonstration_app: App) -> None:
    assert Browser(demonstration_app).post("/demonstration/next-day").status == 302
    assert Browser(demonstration_app, "liyang").get("/demonstration/next-day").status == 405


def test_a_refused_request_still_gets_its_page(demonstration_app: App) -> None:
    browser = Browser(demonstration_app, "liyang")

    refused = browser.client.post("/demonstration/next-day")

    assert refused.status_code == 400
    assert "没有生效" in refused.get_data(as_text=True)
