"""Who wants to put himself forward and has no account registers, is confirmed, and begins his nomination."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import HistoryEvent, Nomination, Notification, Registration, Stage, Unit, User
from service.programmes.account import accounts
from service.programmes.registration import confirmations, links, matches, registrations
from service.programmes.round import rounds, starts
from service.workflow import history
from service.workflow.person import logins
from tests.at_once import list_refusals
from tests.programmes.registration.registering import (
    MAIL,
    NAME,
    PASSWORD,
    PHONE,
    confirm,
    read,
    refuse,
    register,
    unit_of,
)
from tests.programmes.story import ORGANISER, RECOMMENDER, WORKPLACE, Story

GEHU = "wujin-gehu"


turn_away = partial(refuse, reason="重复")


def kinds(story: Story) -> list[str]:
    with story.wiring.reading() as ctx:
        query = select(HistoryEvent.kind).where(HistoryEvent.stream == "privacy")
        return list(ctx.session.scalars(query.order_by(HistoryEvent.id)))


@pytest.mark.usefixtures("both_databases")
def test_from_the_registration_to_the_nomination(round_2024: Story) -> None:
    number = register(round_2024)[0]

    token = confirm(round_2024, number)
    with round_2024.wiring.transaction() as ctx:
        login = links.use(ctx, token, PASSWORD).login
    with round_2024.wiring.transaction() as ctx:
        assert logins.log_in(ctx, login, PASSWORD).name == NAME
    with round_2024.acting(login) as ctx:
        own = starts.find_own_unit(ctx, round_2024.entry(ctx))
        assert own is not None
        assert (own.code, ctx.actor.groups) == (WORKPLACE, {f"nominee@{WORKPLACE}"})
    nomination = round_2024.start(source="self", by=login, name=NAME)

    with round_2024.wiring.reading() as ctx:
        begun = ctx.session.get_one(Nomination, nomination)
        assert (begun.source, begun.nominee_id) == ("self", read(round_2024, number).user_id)
        assert list(history.verify(ctx.session)) == []
    assert kinds(round_2024) == ["registration.received", "registration.confirmed", "registration.link_used"]


def test_what_is_kept_is_encrypted_and_found_by_number_and_code_together(round_2024: Story) -> None:
    registration, number, code = register(round_2024)
    other = register(round_2024, name="演示-别人")[1]

    with round_2024.wiring.reading() as ctx:
        found = registrations.find(ctx, f" {number} ", code.replace("-", "").upper())
        assert (found.id, found.name, found.contact) == (registration, NAME, PHONE)
        raw = ctx.session.connection().exec_driver_sql("SELECT name, contact, code_index FROM registration")
        assert NAME not in str(raw.all())
        for wrong in ((number, "falsch"), (other, code), ("00000000", code), (number, "")):
            with pytest.raises(NotFound, match="登记号或查询码不对"):
                registrations.find(ctx, *wrong)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"name": " "}, {"name": "请填写姓名"}),
        ({"name": "名" * 41}, {"name": "姓名最多 40 个字"}),
        ({"contact": "12345"}, {"contact": "请填写 11 位手机号码，或电子邮箱地址"}),
        ({"contact": "a@b"}, {"contact": "请填写 11 位手机号码，或电子邮箱地址"}),
        ({"contact": "a\u202e@b.cn"}, {"contact": "请填写 11 位手机号码，或电子邮箱地址"}),
        ({"contact": "x,somebody@b.cn"}, {"contact": "请填写 11 位手机号码，或电子邮箱地址"}),
        ({"unit": "", "workplace": ""}, {"workplace": "请填写工作单位"}),
        ({"workplace": "厂 320404199001010018"}, {"workplace": "请不要填写身份证号，登记不需要"}),
        ({"name": "３２０４０４ 19900101 0018"}, {"name": "请不要填写身份证号，登记不需要"}),
        ({"unit": "cz"}, {"workplace": "请重新查找并选择工作单位；名单中没有的，选“名单中没有”"}),
        ({"agrees": False}, {"agrees": "须同意后才能登记；不同意的，请由所在单位推荐"}),
    ],
)
def test_what_is_missing_is_said(round_2024: Story, given: dict[str, str], fields: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        register(round_2024, **given)

    assert refused.value.fields == fields


def test_what_is_missing_is_said_in_the_order_of_the_page(round_2024: Story) -> None:
    with pytest.raises(Invalid) as refused:
        register(round_2024, name="", contact="", unit="", workplace="", agrees=False)

    assert list(refused.value.fields) == ["name", "contact", "workplace", "agrees"]


@pytest.mark.parametrize("written", ["138 0000 0001", "+8613800000001", "１３８０００００００１"])
def test_a_number_is_the_same_however_it_is_written(round_2024: Story, written: str) -> None:
    first = register(round_2024)[0]

    again = register(round_2024, contact=written)[0]

    assert read(round_2024, again).contact == PHONE
    with round_2024.acting(ORGANISER) as ctx:
        rows = [ctx.session.get_one(Registration, number) for number in (first, again)]
        known = matches.find(ctx, rows)
        assert [[match.id for match in known[row.id]] for row in rows] == [[again], [first]]


def test_who_may_be_the_same_is_told(round_2024: Story) -> None:
    registration = register(round_2024, contact=MAIL.upper())[0]
    with round_2024.wiring.transaction() as ctx:
        workplace, elsewhere = unit_of(ctx), unit_of(ctx, GEHU)
        accounts.create(ctx, login="same-name", name=NAME, unit=workplace)
        accounts.create(ctx, login="same-mail", name="演示-改名", unit=elsewhere, email=MAIL)
        accounts.create(ctx, login="name-elsewhere", name=NAME, unit=elsewhere)
    nomination = round_2024.start(name=NAME)
    round_2024.start(unit=GEHU, name=NAME)

    with round_2024.acting(ORGANISER) as ctx:
        known = matches.find(ctx, [ctx.session.get_one(Registration, registration)])

    assert [(match.kind, match.called) for match in known[registration]] == [
        ("account", "same-name"),
        ("account", "same-mail"),
        ("nomination", NAME),
    ]
    assert known[registration][-1].id == nomination


def test_units_are_found_by_a_part_of_their_name_and_only_where_somebody_recommends(
    round_2024: Story,
) -> None:
    with round_2024.wiring.reading() as ctx:
        entry = round_2024.entry(ctx)
        name = unit_of(ctx).name
        root = ctx.session.scalars(select(Unit.name).where(Unit.code == "cz")).one()

        assert [unit.code for unit in registrations.find_units(ctx, entry, name[2:8])] == [WORKPLACE]
        assert registrations.find_units(ctx, entry, name[:1]) == []
        assert registrations.find_units(ctx, entry, "%%") == []
        assert "cz" not in [unit.code for unit in registrations.find_units(ctx, entry, root)]


@pytest.mark.parametrize(
    ("unit", "seen"),
    [
        (WORKPLACE, {ORGANISER: True, RECOMMENDER: True, "wujin": False, "tuanzhibu": False, "admin": None}),
        ("", {ORGANISER: True, RECOMMENDER: False, "wujin": False, "tuanzhibu": False, "admin": None}),
    ],
)
def test_who_decides(round_2024: Story, unit: str, seen: dict[str, bool | None]) -> None:
    """True decides, None only reads, False does not find it."""
    registration = register(round_2024, unit=unit)[0]

    found = {}
    for login in seen:
        with round_2024.acting(login) as ctx:
            try:
                row = confirmations.get(ctx, round_2024.entry(ctx), registration)
                found[login] = confirmations.may_decide(ctx, row) or None
            except NotFound:
                found[login] = False

    assert found == seen


def test_waiting_registrations_are_counted_for_who_decides(round_2024: Story) -> None:
    register(round_2024)
    register(round_2024, unit="", name="演示-别处")

    counts = {}
    for login in (ORGANISER, RECOMMENDER, "wujin", "tuanzhibu", "admin"):
        with round_2024.acting(login) as ctx:
            counts[login] = [count for _entry, count in confirmations.list_waiting(ctx)]

    assert counts == {ORGANISER: [2], RECOMMENDER: [1], "wujin": [], "tuanzhibu": [], "admin": []}


def test_who_decides_is_told_once_until_none_is_left(round_2024: Story) -> None:
    first = register(round_2024)[0]
    register(round_2024, name="演示-第二人")
    told = notified(round_2024)
    for registration in (first, first + 1):
        refuse(round_2024, registration, "请由单位推荐")

    register(round_2024, name="演示-第三人")

    assert sorted(told) == sorted([RECOMMENDER, ORGANISER])
    assert notified(round_2024) == told * 2


def notified(story: Story) -> list[str]:
    """Return who was told that registrations wait, in the order he was."""
    with story.wiring.reading() as ctx:
        query = select(User.login).join(Notification, Notification.user_id == User.id)
        query = query.where(Notification.kind == "registration.waiting")
        return list(ctx.session.scalars(query.order_by(Notification.id)))


def test_an_administrator_reads_and_does_not_decide(round_2024: Story) -> None:
    registration = register(round_2024)[0]

    with pytest.raises(Forbidden, match="由主办单位"):
        confirm(round_2024, registration, by="admin")


@pytest.mark.parametrize(
    ("act", "again"),
    [
        (confirm, confirm),
        (confirm, partial(refuse, reason="重复")),
        (partial(refuse, reason="重复"), confirm),
    ],
)
def test_decided_once_and_for_all(
    round_2024: Story, act: Callable[..., object], again: Callable[..., object]
) -> None:
    registration = register(round_2024)[0]
    act(round_2024, registration, by=ORGANISER)

    with pytest.raises(Conflict, match=r"这份登记已由演示-.*办理（(已|不予)确认），不必再办。"):
        again(round_2024, registration, by=RECOMMENDER)


@pytest.mark.usefixtures("both_databases")
def test_of_two_who_confirm_at_once_one_learns_who_was_faster(round_2024: Story) -> None:
    registration = register(round_2024)[0]

    refusals = list_refusals(
        [partial(confirm, round_2024, registration, by=login) for login in (ORGANISER, RECOMMENDER)]
    )

    assert sorted(type(refused).__name__ for refused in refusals) == ["Conflict", "NoneType"]
    with round_2024.wiring.reading() as ctx:
        assert len(ctx.session.scalars(select(User).where(User.name == NAME)).all()) == 1


def test_a_workplace_written_freely_is_found_by_the_organiser(round_2024: Story) -> None:
    registration = register(round_2024, unit="", workplace="演示新厂")[0]

    with pytest.raises(Invalid) as refused:
        confirm(round_2024, registration, by=ORGANISER, unit="")
    confirm(round_2024, registration, by=ORGANISER)

    assert list(refused.value.fields) == ["unit"]
    row = read(round_2024, registration)
    assert (row.workplace, row.status) == ("演示新厂", "confirmed")
    assert row.user is not None
    assert row.user.unit_id == row.unit_id


def test_a_recommender_confirms_for_his_own_branch_only(round_2024: Story) -> None:
    registration = register(round_2024)[0]

    with pytest.raises(Invalid, match="请选择工作单位"):
        confirm(round_2024, registration, unit=GEHU)


def test_no_account_after_the_close_unless_the_unit_has_more_time(round_2024: Story) -> None:
    registration = register(round_2024)[0]
    round_2024.pass_until("2024-03-26 09:00")

    with pytest.raises(Conflict, match="申报已经截止"):
        confirm(round_2024, registration)
    with pytest.raises(Conflict, match="不在开放时间内"):
        register(round_2024)
    with round_2024.acting(ORGANISER) as ctx:
        until = round_2024.clock() + timedelta(days=2)
        rounds.extend(ctx, round_2024.entry(ctx), unit_of(ctx), Stage.SUBMISSION, until, "台风")
    confirm(round_2024, registration)

    assert read(round_2024, registration).status == "confirmed"
