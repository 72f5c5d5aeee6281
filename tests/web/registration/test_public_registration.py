"""The public's side of 自荐登记: registering, looking up, the first password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from service.clock import MovableClock
from service.models import Registration, Round, Stage, User
from service.programmes import wiring as programmes
from service.programmes.domain import Programmes
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser
from tests.web.registration.conftest import FORM, GIVEN, STATUS, Registered

Browse = Callable[..., Browser]
Register = Callable[..., Registered]
PASSWORD = "chang-mi-ma-2024"


def confirm(browse: Browse, registered: Registered, unit_id: int, by: str = "shiwei") -> str:
    """Confirm a registration; returns the address of the link."""
    address = f"/rounds/1/registrations/{registered.id}"
    organiser = browse(by)
    assert organiser.post(f"{address}/confirm", {"unit": str(unit_id)}).location == address
    return organiser.get(address).all(r"http://localhost(/public/registrations/link/[^<]+)</code>")[0]


def test_the_way_to_the_page_is_shown_while_one_may_register(browse: Browse, service: Runtime) -> None:
    pages = ("/public", "/public/registrations", "/login")
    link = "/public/registrations"

    shown = [link in browse().get(path).html for path in pages]
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Round, 1).stage = Stage.QUALIFICATION

    assert shown == [True, True, True]
    assert [FORM in browse().get(path).html for path in pages] == [False, False, False]
    assert "先做自荐登记" not in browse().get("/login").text
    assert "登记不在开放时间内" in browse().get(FORM).text
    assert browse().post(FORM, GIVEN).status == 409


def test_a_programme_that_lets_nobody_register_has_no_page(
    browse: Browse, service: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs["changzhou-good-youth"]
    off = {**pack.programme.switches, "self_registration": False}
    shut = replace(pack, programme=replace(pack.programme, switches=off))
    monkeypatch.setitem(domain.packs, pack.key, shut)  # type: ignore[arg-type]

    statuses = [browse().get(FORM).status, browse().post(FORM, GIVEN).status]
    statuses.append(browse("shiwei").get("/rounds/1/registrations").status)

    assert statuses == [404, 404, 404]
    assert "自荐登记" not in browse("shiwei").get("/rounds/1").text


def test_a_registration_is_taken_and_its_code_shown_once(register: Register, ctx: Context) -> None:
    registered = register()

    again = registered.browser.get("/public/registrations/receipt")
    row = ctx.session.get_one(Registration, registered.id)
    assert (row.name, row.contact, row.workplace, row.unit_id) == (*list(GIVEN.values())[:3], None)
    days = programmes.get_pack(ctx, "changzhou-good-youth").programme.not_awarded_days
    assert f"本次评选结果公布 {days} 日后清除登记内容。" in row.consent
    assert registered.code not in again.html
    assert "回执已经显示过" in again.text


def test_what_is_refused_comes_back_as_it_was_written(browse: Browse, unit_id: int, ctx: Context) -> None:
    given = {"name": "演示-自荐人", "contact": "12345", "workplace": "青锋", "unit": str(unit_id)}

    page = browse().post(FORM, given)

    assert page.status == 422
    assert "请填写 11 位手机号码，或电子邮箱地址" in page.text
    assert "须同意后才能登记" in page.text
    assert 'value="12345"' in page.html
    assert f'value="{unit_id}" checked' in page.html
    assert ctx.session.scalar(select(func.count()).select_from(Registration)) == 0


def test_units_are_offered_while_one_writes_and_without_scripts(browse: Browse, unit_id: int) -> None:
    offered = f'name="unit" value="{unit_id}"'

    fragment = browse().get(f"{FORM}/units?workplace=青锋")
    found = browse().post(FORM, {**GIVEN, "workplace": "青锋", "find": "1"})
    nothing = browse().get(f"{FORM}/units?workplace=不存在的厂")

    assert offered in fragment.html
    assert "<html" not in fragment.html
    assert (found.status, offered in found.html, 'value="演示-自荐人"' in found.html) == (200, True, True)
    assert "单位名单中没有找到" in nothing.text


def test_the_answer_is_the_same_whoever_is_known_already(
    register: Register, browse: Browse, unit_id: int, ctx: Context
) -> None:
    known = ctx.session.scalars(select(User).where(User.login == "tuanzhibu")).one()
    texts = []
    for given in (GIVEN, GIVEN, {**GIVEN, "name": known.name, "unit": str(unit_id)}):
        registered = register(**given)
        page = registered.look_up().text
        texts.append(page.replace(registered.number, "NUMBER"))

    assert texts[0] == texts[1] == texts[2]
    wrong = [
        browse().post(STATUS, {"number": registered.number, "code": "aaaa-aaaa-aaaa-aaaa"}),
        browse().post(STATUS, {"number": "12345678", "code": registered.code}),
    ]
    assert [page.status for page in wrong] == [404, 404]
    assert {page.text.count("登记号或查询码不对，请核对后再查。") for page in wrong} == {1}


def test_robots_are_turned_away(browse: Browse, ctx: Context) -> None:
    robot = browse().post(FORM, {**GIVEN, "website": "http://spam.invalid"})
    stranger = browse().client.post(FORM, data=GIVEN)

    assert (robot.status, stranger.status_code, stranger.location) == (422, 302, "/login")
    assert ctx.session.scalar(select(func.count()).select_from(Registration)) == 0


@pytest.mark.parametrize(
    ("path", "given", "allowed"),
    [(FORM, GIVEN, 10), (STATUS, {"number": "1", "code": "1"}, 10), ("/public/registrations/link/x", {}, 10)],
)
def test_an_address_may_not_try_without_end(
    browse: Browse, path: str, given: dict[str, str], allowed: int
) -> None:
    browser = browse()
    limited = [browser.post(path, given).status == 429 for _ in range(allowed + 1)]

    assert limited == [False] * allowed + [True]


def test_units_may_not_be_asked_for_without_end(browse: Browse) -> None:
    browser = browse()

    limited = [browser.get(f"{FORM}/units?workplace=青").status == 429 for _ in range(61)]

    assert limited == [False] * 60 + [True]


def test_the_link_is_found_by_number_and_code_and_used_once(
    browse: Browse, register: Register, unit_id: int
) -> None:
    registered = register()
    waiting = registered.look_up()
    address = confirm(browse, registered, unit_id)
    confirmed = registered.look_up()
    visitor = registered.browser
    wrong = visitor.post(address, {"new": PASSWORD, "again": "anders"})
    short = visitor.post(address, {"new": "kurz", "again": "kurz"})

    used = visitor.post(address, {"new": PASSWORD, "again": PASSWORD})
    login = visitor.get(used.location)
    begun = visitor.post("/login", {"login": f"zj{registered.number}", "password": PASSWORD, "next": "/"})
    again = browse().get(address)

    assert "待确认" in waiting.text
    assert f'href="{address}"' in confirmed.html
    assert [page.status for page in (wrong, short, used, begun, again)] == [422, 422, 302, 302, 409]
    assert "两次输入的密码不一致" in wrong.text
    assert used.location == "/login?next=/nominations/new?round%3D1"
    assert f"请用用户名 zj{registered.number} 登录" in login.text
    assert "已经用过，账号已经开通，请直接登录" in again.text
    assert "密码已设置，请登录后发起申报" in registered.look_up().text
    assert "个人自荐" in visitor.get("/nominations/new?round=1").text


def test_a_refusal_is_told_with_its_reason(browse: Browse, register: Register) -> None:
    registered = register()

    browse("shiwei").post(
        f"/rounds/1/registrations/{registered.id}/refuse", {"reason": "您已有账号，请直接登录"}
    )

    page = registered.look_up()
    assert "不予确认" in page.text
    assert "您已有账号，请直接登录" in page.text


def test_who_waits_too_long_is_told_whom_to_ask(
    browse: Browse, register: Register, unit_id: int, wall: MovableClock
) -> None:
    registered = register()
    address = confirm(browse, registered, unit_id)
    wall.move(days=14)

    page, link = registered.look_up(), browse().get(address)

    assert "设置密码的链接已经过期，请联系主办单位" in page.text
    assert (link.status, "这个链接已经过期，请联系主办单位重发。" in link.text) == (409, True)
