"""The organiser's side of 自荐登记: the list, the decision, the link to hand over."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from service.models import HistoryEvent, Registration, RegistrationStatus
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser, count_statements
from tests.web.registration.conftest import GIVEN, Registered

Browse = Callable[..., Browser]
Register = Callable[..., Registered]
LIST = "/rounds/1/registrations"


def test_who_decides_is_told_on_the_round_and_in_the_inbox(
    browse: Browse, register: Register, unit_id: int
) -> None:
    register(unit=str(unit_id))
    register()
    words = "份自荐登记待确认，确认后本人才能登录申报。"

    counted = {
        login: (
            browse(login).get("/rounds/1").all(rf"(\d+) {words}"),
            browse(login).get("/").all(r"自荐登记待确认</strong>.*?(\d+) 件"),
        )
        for login in ("shiwei", "liyang", "wujin", "tuanzhibu", "admin")
    }

    assert counted == {
        "shiwei": (["2"], ["2"]),
        "liyang": (["1"], ["1"]),
        "wujin": ([], []),
        "tuanzhibu": ([], []),
        "admin": (["2"], []),
    }


def test_one_from_the_tree_is_confirmed_from_the_list(
    browse: Browse, register: Register, unit_id: int, ctx: Context
) -> None:
    registered = register(unit=str(unit_id))
    organiser = browse("liyang")
    action = f"{LIST}/{registered.id}/confirm"
    assert f'action="{action}"' in organiser.get(LIST).html

    sent = organiser.post(action, {"unit": str(unit_id)})

    page = organiser.get(sent.location)
    row = ctx.session.get_one(Registration, registered.id)
    assert row.status == RegistrationStatus.CONFIRMED
    assert f"http://localhost/public/registrations/link/{row.link}" in page.html
    assert f"zj{row.number}" in page.text
    assert "没有待确认的登记" in organiser.get(LIST).text
    assert registered.number in organiser.get(f"{LIST}?status=confirmed").text


def test_one_who_may_be_known_is_looked_at_first(browse: Browse, register: Register, unit_id: int) -> None:
    first, second = register(unit=str(unit_id)), register(unit=str(unit_id))

    listed = browse("shiwei").get(LIST)
    page = browse("shiwei").get(f"{LIST}/{second.id}")

    assert listed.text.count("可能重复") == 2
    assert f"{LIST}/{first.id}/confirm" not in listed.html
    assert f"同名、同一联系方式另有登记： {first.number}" in page.text


def test_a_unit_written_freely_is_chosen_by_who_confirms(
    browse: Browse, register: Register, unit_id: int, ctx: Context
) -> None:
    registered = register()
    organiser, address = browse("shiwei"), f"{LIST}/{registered.id}"
    option = organiser.get(address).all(r'<option value="([^"]*（liyang-qingfeng）)">')[0]

    wrong = organiser.post(f"{address}/confirm", {"unit": "没有这个厂"})
    sent = organiser.post(f"{address}/confirm", {"unit": option})

    assert (wrong.status, 'value="没有这个厂"' in wrong.html) == (422, True)
    assert "请从列表中选择单位；没有的，先请系统管理员添加这个单位" in wrong.text
    assert sent.location == address
    assert ctx.session.get_one(Registration, registered.id).unit_id == unit_id
    assert f"登记时填写：{GIVEN['workplace']}" in organiser.get(address).text


def test_the_second_to_decide_learns_who_was_faster(
    browse: Browse, register: Register, unit_id: int, ctx: Context
) -> None:
    registered = register(unit=str(unit_id))
    address = f"{LIST}/{registered.id}"
    browse("liyang").post(f"{address}/confirm", {"unit": str(unit_id)})

    late = browse("shiwei").post(f"{address}/refuse", {"reason": "材料不实"})

    assert late.status == 409
    assert "这份登记已由演示-溧阳团委经办办理（已确认），不必再办。" in late.text
    assert ctx.session.get_one(Registration, registered.id).status == RegistrationStatus.CONFIRMED


def test_a_refusal_needs_a_reason(browse: Browse, register: Register) -> None:
    registered = register()

    page = browse("shiwei").post(f"{LIST}/{registered.id}/refuse", {"reason": " "})

    assert (page.status, "请写明不予确认的原因。" in page.text) == (422, True)


def test_a_link_is_given_anew(browse: Browse, register: Register, unit_id: int, ctx: Context) -> None:
    registered = register(unit=str(unit_id))
    organiser, address = browse("shiwei"), f"{LIST}/{registered.id}"
    organiser.post(f"{address}/confirm", {"unit": str(unit_id)})
    first = organiser.get(address).all(r"/public/registrations/link/([^<]+)</code>")

    organiser.post(f"{address}/link")

    second = organiser.get(address).all(r"/public/registrations/link/([^<]+)</code>")
    assert second == [ctx.session.get_one(Registration, registered.id).link]
    assert first != second
    assert browse().get(f"/public/registrations/link/{first[0]}").status == 404


def test_the_contact_is_shown_by_a_noted_click(browse: Browse, register: Register, ctx: Context) -> None:
    registered = register()
    organiser, address = browse("shiwei"), f"{LIST}/{registered.id}"

    page = organiser.get(address)
    shown = organiser.post(f"{address}/contact", {"reason": "核对身份"})

    assert GIVEN["contact"] not in page.html
    assert GIVEN["contact"] in shown.html
    event = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == "reveals")).one()
    assert event.details["of"] == f"registration:{registered.number}"


def test_an_administrator_only_reads(browse: Browse, register: Register, unit_id: int) -> None:
    registered = register(unit=str(unit_id))
    administrator = browse("admin")

    page = administrator.get(f"{LIST}/{registered.id}")

    assert "系统管理员只能查看" in page.text
    assert f"{LIST}/{registered.id}/confirm" not in page.html + administrator.get(LIST).html


def test_the_list_costs_the_same_for_one_and_for_three(
    browse: Browse, register: Register, unit_id: int, service: Runtime
) -> None:
    organiser = browse("shiwei")
    counts = []
    for added in (1, 2):
        for _ in range(added):
            register(unit=str(unit_id))
        with count_statements(service.engine) as sent:
            organiser.get(LIST)
        counts.append(len(sent))

    assert counts[0] == counts[1]


def test_what_was_done_is_on_the_page_of_the_proof(browse: Browse, register: Register, unit_id: int) -> None:
    registered = register(unit=str(unit_id))
    browse("shiwei").post(f"{LIST}/{registered.id}/confirm", {"unit": str(unit_id)})

    page = browse("admin").get("/admin/audit")

    assert "收到自荐登记" in page.text
    assert "确认自荐登记" in page.text
