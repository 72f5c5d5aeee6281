from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from service.clock import MovableClock
from service.models import CalendarDay, CalendarYear, HistoryEvent, Incident, Membership, Unit, User, UserTask
from service.web.frame import labels
from service.wire import Runtime
from service.workflow import history
from service.workflow.instance import incidents
from tests.web.browser import Browser

ROOT = Path(__file__).resolve().parents[3]
Browse = Callable[..., Browser]
UserIdOf = Callable[[str], int]
Look = Callable[[Any], list[Any]]
ADMIN_ONLY = ["/admin/units", "/admin/units/3", "/admin/people", "/admin/people/new", "/admin/audit"]
ORGANISER_TOO = ["/admin", "/admin/calendar", "/admin/incidents", "/admin/personal-data"]


@pytest.fixture
def look(service: Runtime) -> Look:
    """Read rows as they are now, and let the database go again: pages of the test write in between."""

    def read(query: Any) -> list[Any]:
        with service.wiring.reading() as ctx:
            return list(ctx.session.scalars(query))

    return read


@pytest.mark.parametrize("path", ADMIN_ONLY + ORGANISER_TOO)
def test_administration_is_closed_to_others(browse: Browse, path: str) -> None:
    organiser = 200 if path in ORGANISER_TOO else 403

    statuses = [browse(login).get(path).status for login in ("admin", "shiwei", "liyang", "tuanzhibu", "")]

    assert statuses == [200, organiser, 403, 403, 302]


def test_an_account_gets_a_password_shown_once(browse: Browse, look: Look) -> None:
    admin = browse("admin")
    unit = look(select(Unit.id).where(Unit.code == "liyang"))[0]
    data = {"login": "New.Person", "name": "新人", "unit": str(unit), "role": "recommender", "email": ""}

    page = admin.post("/admin/people/new", data)

    password = page.all(r'<code class="fs-3 user-select-all">([^<]+)</code>')[0]
    user = look(select(User).where(User.login == "new.person"))[0]
    assert page.status == 201
    assert password not in admin.get(f"/admin/people/{user.id}").html
    newcomer = browse()
    newcomer.post("/login", {"login": "new.person", "password": password})
    assert "新人" in newcomer.get("/account").text
    own = {"old": password, "new": "xin-mi-ma-2024", "again": "xin-mi-ma-2024"}
    assert newcomer.post("/account/password", own).location == "/"
    assert newcomer.get("/nominations/1").status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("login", "liyang"), ("login", "空 格"), ("name", " "), ("unit", "0"), ("email", "x")],
)
def test_a_wrong_field_of_an_account_is_named(browse: Browse, field: str, value: str) -> None:
    data = {"login": "newcomer", "name": "新人", "unit": "1", "email": "", field: value}

    page = browse("admin").post("/admin/people/new", data)

    assert page.status == 422
    assert page.all(r'class="form-\w+ is-invalid" id="f-(\w+)"') == [field]


def test_a_deactivated_account_is_logged_out_and_its_roles_warned_of(
    browse: Browse, user_id_of: UserIdOf
) -> None:
    liyang, admin = browse("liyang"), browse("admin")
    number = user_id_of("liyang")

    page = admin.post(f"/admin/people/{number}/active", {"active": "0"}, follow_redirects=True)

    assert "现在没有人担任，有 0 项待办无人办理" in page.text
    assert liyang.get("/").status == 302


def test_nobody_deactivates_himself(browse: Browse, user_id_of: UserIdOf) -> None:
    assert browse("admin").post(f"/admin/people/{user_id_of('admin')}/active", {"active": "0"}).status == 409


def test_a_new_password_ends_the_sessions_of_the_old_one(browse: Browse, user_id_of: UserIdOf) -> None:
    liyang, admin = browse("liyang"), browse("admin")

    page = admin.post(f"/admin/people/{user_id_of('liyang')}/password")

    assert "一次性密码" in page.text
    assert liyang.get("/").status == 302


def test_a_role_is_granted_once_and_revoked_with_a_warning(
    browse: Browse, user_id_of: UserIdOf, look: Look
) -> None:
    admin, number = browse("admin"), user_id_of("gongan")
    police = look(select(Membership).where(Membership.role == "police"))[0]

    again = admin.post(f"/admin/people/{number}/roles", {"role": "police", "unit": str(police.unit_id)})
    wrong = admin.post(f"/admin/people/{number}/roles", {"role": "emperor", "unit": str(police.unit_id)})
    gone = admin.post(f"/admin/people/{number}/roles/{police.id}/revoke", follow_redirects=True)

    assert (again.status, wrong.status) == (409, 422)
    assert "“公安协查”现在没有人担任，有 0 项待办无人办理" in gone.text
    assert look(select(Membership).where(Membership.role == "police")) == []


def test_the_last_administrator_stays(browse: Browse, user_id_of: UserIdOf, look: Look) -> None:
    role = look(select(Membership.id).where(Membership.role == "admin"))[0]
    number = user_id_of("admin")

    page = browse("admin").post(f"/admin/people/{number}/roles/{role}/revoke")

    assert page.status == 409
    assert "最后一位系统管理员" in page.text


def test_a_unit_is_added_renamed_and_taken_out_of_use(browse: Browse, look: Look) -> None:
    admin = browse("admin")
    parent = look(select(Unit.id).where(Unit.code == "liyang"))[0]
    data = {"code": "liyang-new", "name": "新单位", "level": "单位", "parent": str(parent)}

    added = admin.post("/admin/units", data)
    again = admin.post("/admin/units", data)
    unit = look(select(Unit).where(Unit.code == "liyang-new"))[0]
    admin.post(f"/admin/units/{unit.id}", {"name": "改了名", "level": "单位"})
    admin.post(f"/admin/units/{unit.id}/active", {"active": "0"})

    assert (added.status, again.status) == (302, 422)
    changed = look(select(Unit).where(Unit.code == "liyang-new"))[0]
    assert (changed.name, changed.path, changed.active) == ("改了名", "/cz/liyang/liyang-new/", False)
    assert admin.post(f"/admin/units/{parent}/active", {"active": "0"}).status == 409
    assert "改了名" not in browse("liyang").get("/nominations/new").text


def test_a_day_is_entered_and_removed(browse: Browse, look: Look) -> None:
    organiser = browse("shiwei")
    data = {"day": "2024-03-18", "working": "0", "source": "演示通知", "year": "2024"}

    organiser.post("/admin/calendar/days", data)
    refused = organiser.post("/admin/calendar/days", {**data, "source": ""})
    wrong = organiser.post("/admin/calendar/days", {**data, "day": "2024-13-01"})

    entered = look(select(CalendarDay))
    assert [(row.day.isoformat(), row.working) for row in entered] == [("2024-03-18", False)]
    assert (refused.status, wrong.status) == (422, 422)
    assert "2024年3月18日 休息 演示通知" in organiser.get("/admin/calendar?year=2024").text
    organiser.post("/admin/calendar/days/2024-03-18/remove")
    assert look(select(CalendarDay)) == []


def test_a_year_without_data_is_said_so_and_can_be_declared(browse: Browse, clock: MovableClock) -> None:
    clock.move_to(datetime(2026, 11, 1, tzinfo=UTC))
    organiser = browse("shiwei")
    before = organiser.get("/admin/calendar?year=2027").text

    organiser.post("/admin/calendar/years", {"year": "2027", "source": "国务院办公厅通知"})

    assert "2027 年没有放假调休数据" in before
    assert "即将用完" in before or "数据可用到 2026年12月31日" in before
    assert "数据可用到 2027年12月31日" in organiser.get("/admin/calendar?year=2027").text


@pytest.mark.parametrize("year", ["", "last", "1066"])
def test_a_year_that_is_none_declares_no_other(browse: Browse, look: Look, year: str) -> None:
    refused = browse("shiwei").post("/admin/calendar/years", {"year": year, "source": "国务院办公厅通知"})

    assert (refused.status, "请填写四位年份" in refused.text) == (422, True)
    assert look(select(CalendarYear)) == []


def test_an_incident_is_listed_and_retried(browse: Browse, service: Runtime, look: Look) -> None:
    with service.wiring.transaction() as system:
        task = system.session.scalars(select(UserTask).where(UserTask.element_id == "fill_in_form")).first()
        assert task is not None
        incidents.open_for_task(system, task.instance, task, kind="nobody-resolved", message="没有人办理。")
    organiser = browse("shiwei")
    number = look(select(Incident.id))[0]

    listed, everything = organiser.get("/admin/incidents"), browse("admin").get("/admin/incidents")
    retried = organiser.post(f"/admin/incidents/{number}/retry", {"next": "/rounds/1"})

    assert "没有人办理。" in listed.text
    assert "没有人办理。" in everything.text
    assert retried.location == "/rounds/1"
    assert look(select(Incident))[0].resolved_at is not None
    assert organiser.post(f"/admin/incidents/{number}/retry").status == 409


def test_the_audit_tells_in_english_what_was_done(browse: Browse, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        for kind in labels.AUDIT:
            history.record_in(ctx, "system", kind)

    response = browse("admin").client.get("/admin/audit", headers={"Accept-Language": "en"})
    text = response.get_data(as_text=True)

    told = re.findall(r'<td data-label="What"[^>]*>([^<]*)</td>', text)
    assert len(told) >= len(labels.AUDIT)
    assert [words for words in told if not words.isascii()] == []


def test_every_event_the_audit_lists_has_a_word() -> None:
    written = set()
    for path in (ROOT / "service").rglob("*.py"):
        written |= set(
            re.findall(
                r'"(?:exports|reveals|privacy|system|calendar|logins)", "([a-z_]+[.][a-z_.]+)"',
                path.read_text(),
            )
        )

    assert written - set(labels.AUDIT) == set()


def test_a_changed_event_shows_in_the_audit(browse: Browse, service: Runtime) -> None:
    admin = browse("admin")
    before = admin.get("/admin/audit").text
    with service.wiring.transaction() as system:
        first = system.session.scalars(select(HistoryEvent.id).order_by(HistoryEvent.id)).first()
        change = update(HistoryEvent).where(HistoryEvent.id == first)
        system.session.execute(change.values(actor_name="别人"))

    after = admin.get("/admin/audit").text

    assert "全部核验通过" in before
    assert "历史有 1 处断裂" in after
    assert "这条记录被改动过" in after
