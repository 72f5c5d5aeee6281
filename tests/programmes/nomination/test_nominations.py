"""Beginning a nomination, seeing one, and never two of the same person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.models import Nomination, Unit, User
from service.programmes.nomination import claims, nominations, record
from service.programmes.nomination.claims import NominatedTwice
from service.programmes.nomination.nominations import Filter
from service.programmes.paper import exports
from service.programmes.round import quotas, rounds, starts
from service.workflow.context import ANONYMOUS, Context
from service.workflow.person import logins, people
from service.workflow.task import instances, task_access, user_tasks
from tests.programmes.story import Story

GEHU = "wujin-gehu"


@pytest.fixture
def nobody(round_2024: Story) -> Story:
    """The round with an account that holds nothing."""
    with round_2024.wiring.transaction() as ctx:
        unit = ctx.session.scalars(select(Unit).where(Unit.code == "cz")).one()
        logins.create_user(ctx, login="bianwai", name="演示-编外", password="xuanshu-demo", unit=unit)
    return round_2024


@pytest.mark.parametrize(
    ("by", "unit", "source"),
    [
        ("tuanzhibu", GEHU, "unit"),  # somebody else's workplace
        ("tuanzhibu", "liyang", "unit"),  # the unit above
        ("dangzhibu", "liyang-qingfeng", "unit"),  # the wrong role
        ("gongan", "liyang-qingfeng", "unit"),  # works at the organiser, and does not organise
        ("xiaoming", "liyang-qingfeng", "unit"),
        ("xiaoming", GEHU, "self"),  # another district's places
        ("tuanzhibu", "liyang-qingfeng", "self"),  # is nobody's nominee
        ("bianwai", "cz", "self"),
    ],
)
def test_start_is_refused_to_whom_it_is_not_for(nobody: Story, by: str, unit: str, source: str) -> None:
    with pytest.raises(Forbidden):
        nobody.start(unit, by=by, source=source)

    assert nobody.standing() == []


@pytest.mark.parametrize("by", ["tuanzhibu", "liyang", "shiwei"])
def test_start_is_open_to_the_workplace_and_those_above(round_2024: Story, by: str) -> None:
    nominee = round_2024.start(by=by)

    found = round_2024.read(nominee)
    assert (found.unit.code, found.recommender.code, found.nominee_id) == ("liyang-qingfeng", "liyang", None)


def test_start_by_a_role_granted_elsewhere_counts_where_it_was_granted(nobody: Story) -> None:
    with nobody.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == "bianwai")).one()
        unit = ctx.session.scalars(select(Unit).where(Unit.code == "liyang-qingfeng")).one()
        people.grant(ctx, user, "league", unit)

    assert nobody.read(nobody.start(by="bianwai")).unit.code == "liyang-qingfeng"
    with pytest.raises(Forbidden):
        nobody.start(GEHU, by="bianwai")


def test_start_without_a_category_of_the_programme_is_refused(round_2024: Story) -> None:
    with pytest.raises(Invalid) as refused:
        round_2024.start(category="astronauts")

    assert list(refused.value.fields) == ["category"]


def test_start_with_a_name_of_a_whole_page_is_refused(round_2024: Story) -> None:
    with pytest.raises(Invalid) as refused:
        round_2024.start(name="某" * 5_000)

    assert list(refused.value.fields) == ["name"]


def test_start_at_a_unit_out_of_use_or_without_places_is_refused(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        ctx.session.execute(update(Unit).where(Unit.code == GEHU).values(active=False))

    with pytest.raises(Conflict, match="已停用"):
        round_2024.start(GEHU)
    with pytest.raises(Invalid, match="没有分配名额"):
        round_2024.start("cz", by="shiwei")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"unit": GEHU}),  # two units
        ({}, {"source": "self"}),  # unit and self
        ({}, {"category": "work_safety"}),  # two categories
    ],
)
def test_x28_second_of_the_same_person_is_refused_naming_both_units(
    round_2024: Story, first: dict[str, str], second: dict[str, str]
) -> None:
    answers = round_2024.hand_in(round_2024.start(**first))
    other = round_2024.start(**second)

    with pytest.raises(NominatedTwice) as refused:
        round_2024.hand_in(other, **same_person(answers))

    theirs = "青锋精密机械有限公司（演示）（推荐单位：共青团溧阳市委）"
    mine = round_2024.read(other)
    assert refused.value.message.startswith(f"该同志已由{theirs}申报，")
    assert f"本次为{mine.unit.name}（推荐单位：{mine.recommender.name}）" in refused.value.message
    assert refused.value.fields == {"id_number": "已由青锋精密机械有限公司（演示）申报"}
    assert round_2024.waits_at(other) == ["fill_in_form"]
    assert mine.id_number is None


def test_somebody_who_fell_out_may_be_nominated_again(round_2024: Story) -> None:
    first = round_2024.start()
    answers = round_2024.hand_in(first)
    round_2024.complete(first, "workplace_league_opinion", "reject", text="另有人选。")

    second = round_2024.start(GEHU)
    round_2024.hand_in(second, **same_person(answers))

    assert [round_2024.status(n) for n in (first, second)] == ["declined", "recommending"]


def test_a_form_sent_back_may_be_handed_in_again(round_2024: Story) -> None:
    nominee = round_2024.start()
    answers = round_2024.hand_in(nominee)
    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请补充。")

    round_2024.hand_in(nominee, **same_person(answers))

    assert round_2024.waits_at(nominee) == ["workplace_league_opinion"]


@pytest.mark.usefixtures("both_databases")
def test_x28_two_who_submit_the_same_person_at_once_are_not_both_let_through(round_2024: Story) -> None:
    first, second = round_2024.start(), round_2024.start(GEHU)
    person = round_2024.person(date(1995, 8, 1))
    for nominee in (first, second):
        round_2024.attach(nominee)

    def submit(nominee: int, before: Callable[[], object]) -> None:
        with round_2024.wiring.transaction() as ctx:
            nomination = ctx.session.get_one(Nomination, nominee)
            before()
            claims.claim(ctx, nomination, person.id_number)

    outcomes = at_once(
        lambda both: submit(first, both.wait), lambda both: submit(second, both.wait),
        overlapping=round_2024.wiring.session_factory.kw["bind"].dialect.name == "postgresql",
    )  # fmt: skip

    [refused] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, NominatedTwice)
    assert "共青团溧阳市委" in refused.message
    assert "共青团武进区委" in refused.message
    with round_2024.wiring.reading() as ctx:
        indexes = list(ctx.session.scalars(select(Nomination.id_number_index)))
    assert sorted(indexes, key=str) == sorted([None, claims.index_of(person.id_number)], key=str)


@pytest.mark.postgresql
def test_one_begun_while_the_stage_closes_hears_the_closing(round_2024: Story) -> None:
    """Whoever comes first: the nomination is refused, or it ends as overdue like the others."""
    round_2024.pass_until("2024-03-25 23:59")
    engine = round_2024.wiring.session_factory.kw["bind"]
    begun, may_commit = threading.Event(), threading.Event()
    outcome: list[object] = []

    def begin() -> None:
        with round_2024.acting("tuanzhibu") as ctx:
            entry, unit = round_2024.entry(ctx), ctx.session.get_one(Unit, ctx.actor.unit_id)
            outcome.append(nominations.start(ctx, entry, unit=unit, category="work_safety", source="unit").id)
            begun.set()
            may_commit.wait(2)

    def close() -> None:
        begun.wait(5)
        # on SQLite the writer waits for us; elsewhere the round's row makes it wait
        threading.Timer(0.3, may_commit.set).start()
        round_2024.pass_until("2024-03-26 00:00")

    for thread in (both := [threading.Thread(target=begin), threading.Thread(target=close)]):
        thread.start()
    for thread in both:
        thread.join(20)

    assert engine is not None
    [nominee] = outcome
    assert isinstance(nominee, int)
    assert round_2024.status(nominee) == "overdue"


def test_other_district_sees_nothing(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="workplace_opinion")
    instance_id = round_2024.read(nominee).instance_id
    task_id = round_2024.task_id(nominee, "workplace_opinion")
    assert instance_id is not None

    for login in ("wujin", f"{GEHU}-tuan", "liyang-nanshan-tuan", "xiaoming"):
        with round_2024.acting(login) as ctx:
            with pytest.raises(NotFound):
                nominations.get_visible(ctx, nominee)
            with pytest.raises(NotFound):
                instances.get_visible(ctx, instance_id)
            with pytest.raises(NotFound):
                task_access.get_visible(ctx, task_id)
            with pytest.raises(NotFound):
                user_tasks.complete(ctx, task_id, "approve", {"text": "同意"})
            assert listed(ctx, round_2024) == []


def test_workplace_sees_its_own_the_district_its_units_the_organiser_all(round_2024: Story) -> None:
    own, neighbour, other = (round_2024.start(unit) for unit in ("liyang-qingfeng", "liyang-nanshan", GEHU))
    seen = {"tuanzhibu": [own], "dangzhibu": [own], "liyang": [own, neighbour], "wujin": [other]}
    seen |= {login: [own, neighbour, other] for login in ("shiwei", "fuzeren", "admin")}
    seen |= {login: [] for login in ("huishen", "gongan", "hangye", "xiaoming")}

    for login, expected in seen.items():
        with round_2024.acting(login) as ctx:
            assert (login, listed(ctx, round_2024)) == (login, expected)
            visible = [n for n in (own, neighbour, other) if _may_see(ctx, n)]
            assert (login, visible) == (login, expected)


def test_a_role_elsewhere_shows_what_is_there_and_no_more(nobody: Story) -> None:
    own, other = nobody.start(), nobody.start(GEHU)
    with nobody.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == "bianwai")).one()
        unit = ctx.session.scalars(select(Unit).where(Unit.code == "liyang-qingfeng")).one()
        people.grant(ctx, user, "league", unit)

    with nobody.acting("bianwai") as ctx:
        entry = rounds.get(ctx, nobody.round_id)
        assert listed(ctx, nobody) == [own]
        assert [n for n in (own, other) if _may_see(ctx, n)] == [own]
        assert [unit.code for unit in starts.list_units(ctx, entry)] == ["liyang-qingfeng"]
        districts = quotas.units_with_places(ctx, entry)
        assert [unit.code for unit in districts if exports.may_export_roster(ctx, entry, unit)] == []
        assert starts.own_unit(ctx, entry) is None


def test_units_whose_codes_resemble_each_other_are_kept_apart(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        parent = ctx.session.scalars(select(Unit).where(Unit.code == "liyang")).one()
        for code in ("liyang_qingfeng", "liyang-qingfeng2", "%"):
            ctx.session.add(
                Unit(code=code, name=code, level="单位", parent_id=parent.id, path=f"{parent.path}{code}/")
            )
    round_2024.start()
    for code in ("liyang_qingfeng", "%", "liyang-qingfeng2"):
        round_2024.start(code, by="shiwei")

    with round_2024.acting("tuanzhibu") as ctx:
        assert len(listed(ctx, round_2024)) == 1
        for code in ("liyang_qingfeng", "%"):
            somebody = replace(ctx.actor, user_id=9_999, groups=frozenset({f"league@{code}"}))
            assert len(listed(replace(ctx, actor=somebody), round_2024)) == 1


def test_somebody_who_has_not_logged_in_sees_nothing(round_2024: Story) -> None:
    nominee = round_2024.start()

    with round_2024.wiring.reading() as ctx:
        visitor = replace(ctx, actor=ANONYMOUS)
        assert (listed(visitor, round_2024), _may_see(visitor, nominee)) == ([], False)


def test_reviewer_and_police_see_a_nomination_only_through_their_task(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="workplace_opinion")
    instance_id = round_2024.read(nominee).instance_id
    assert instance_id is not None
    with round_2024.acting("gongan") as ctx, pytest.raises(NotFound):
        instances.get_visible(ctx, instance_id)

    round_2024.carry(nominee, "consult_police")

    with round_2024.acting("gongan") as ctx:
        assert instances.get_visible(ctx, instance_id).id == instance_id
        assert listed(ctx, round_2024) == []
    with round_2024.acting("huishen") as ctx, pytest.raises(NotFound):
        instances.get_visible(ctx, instance_id)


def test_answers_kept_are_those_of_the_newest_form(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请改。")
    answers = round_2024.hand_in(nominee, deeds="新" * 300)

    with round_2024.wiring.transaction() as ctx:
        kept = record.answers_of(ctx, ctx.session.get_one(Nomination, nominee))
    assert (kept["deeds"], kept["id_number"]) == ("新" * 300, answers["id_number"])


def same_person(answers: dict[str, object]) -> dict[str, object]:
    return {key: answers[key] for key in ("name", "sex", "id_number", "birth_month")}


def listed(ctx: Context, story: Story) -> list[int]:
    entry = rounds.get(ctx, story.round_id)
    found = sorted(n.id for n in nominations.search(ctx, entry, Filter(), limit=50))
    assert nominations.count(ctx, entry, Filter()) == len(found)
    assert sum(nominations.count_by_status(ctx, entry).values()) == len(found)
    return found


def _may_see(ctx: Context, nominee: int) -> bool:
    return nominations.may_see(ctx, ctx.session.get_one(Nomination, nominee))


def at_once(*acts: Callable[[threading.Barrier], None], overlapping: bool) -> list[ServiceError | None]:
    """Run acts in threads; ``overlapping`` lets each meet the others inside its transaction."""
    outcomes: list[ServiceError | None] = [None] * len(acts)
    meeting = threading.Barrier(len(acts) if overlapping else 1)

    def run(number: int) -> None:
        try:
            acts[number](meeting)
        except ServiceError as refused:
            outcomes[number] = refused

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
