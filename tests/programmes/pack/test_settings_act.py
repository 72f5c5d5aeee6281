"""Every choice of [settings] and every switch of the shipped packs, turned: something else happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from service.errors import Invalid
from service.models import QuotaKind, Unit, UserTask
from service.programmes import offered
from service.programmes.domain import Programmes
from service.programmes.nomination import exceptions, nominations, recommenders
from service.programmes.pack.programme import Choices, Programme
from service.programmes.paper import rosters
from service.programmes.registration import registrations
from service.programmes.round import quotas
from service.workflow.definition import deployments
from service.workflow.instance.execution import RefusedByProcess
from tests.packs.judging import judge
from tests.programmes.story import CATEGORY, NOMINEE, WORKPLACE, Story, _unit

OVER_35 = date(1987, 5, 1)
REFUSED = (
    "共青团溧阳市委已推荐破格人选 1 名，达到本活动每个推荐单位的上限，不能再推荐；"
    "可退回，或先退出一名破格人选。"
)


def place_of_a_self_nomination(story: Story) -> object:
    """How many places 溧阳 has given away once it recommends somebody who put himself forward."""
    story.nominate(source="self", by=NOMINEE, to="consult_police")
    with story.wiring.reading() as ctx:
        table = quotas.tabulate(ctx, story.entry(ctx), QuotaKind.NOMINATION)
    return table["共青团溧阳市委"][CATEGORY].taken


def first_opinion_on_a_self_nomination(story: Story) -> object:
    """Where a self-nomination waits once it was handed in."""
    return story.waits_at(story.nominate(source="self", by=NOMINEE))


def second_exception(story: Story) -> object:
    """What 溧阳 is told when it recommends a second 破格."""
    story.nominate(birth=OVER_35, to="consult_police")
    second = story.nominate(birth=OVER_35, to="recommender_opinion")
    try:
        story.carry(second, "consult_police")
    except RefusedByProcess as refused:
        return refused.message
    return story.waits_at(second)


def honour_of_a_department(story: Story) -> object:
    """What the rule on honours says of one that a 市直部门 gave."""
    rows = [{"title": "演示奖章", "level": "市直部门", "kind": "个人", "year": 2022}]
    domain = story.wiring.house.domain
    assert isinstance(domain, Programmes)
    return judge(domain.packs[story.pack.key], honours=rows)["N08"].result.value


def sheets_of_the_roster(story: Story) -> object:
    """How many sheets the roster has."""
    with story.acting("shiwei") as ctx:
        return len(rosters.gather(ctx, story.entry(ctx), None).sheets)


def choice_of_a_unit_outside(story: Story) -> object:
    """Whom a unit directly under the city may choose to recommend it."""
    with story.wiring.transaction() as ctx:
        city = _unit(ctx, "cz")
        library = Unit(
            code="cz-library", name="演示图书馆", level="单位", parent_id=city.id, path="/cz/cz-library/"
        )
        ctx.session.add(library)
        ctx.session.flush()
        try:
            return recommenders.choose(ctx, story.entry(ctx), library, _unit(ctx, "liyang")).code
        except Invalid as refused:
            return refused.message


def choice_of_an_admitted_department(story: Story) -> object:
    """Whether a workplace below a district may choose a department that was admitted during the round."""
    with story.wiring.transaction() as ctx:
        entry, city = story.entry(ctx), _unit(ctx, "cz")
        office = Unit(code="cz-ju", name="演示局", level="单位", parent_id=city.id, path="/cz/cz-ju/")
        ctx.session.add(office)
        ctx.session.flush()
        quotas.set_places(ctx, entry, QuotaKind.NOMINATION, office, {"work_safety": 0}, hard=True)
        ctx.session.flush()
        try:
            return recommenders.choose(ctx, entry, _unit(ctx, WORKPLACE), office).code
        except Invalid as refused:
            return refused.message


#: setting -> its other value, what is looked at, what is seen as shipped and once it is turned
SETTINGS: dict[str, tuple[Any, Callable[[Story], object], object, object]] = {
    "self_nomination_takes_quota": (False, place_of_a_self_nomination, 1, 0),
    "admitted_recommend_others": (
        True,
        choice_of_an_admitted_department,
        "青锋精密机械有限公司（演示）由共青团溧阳市委推荐，不能另选。",
        "cz-ju",
    ),
    "exceptions_per_unit": (1, second_exception, ["consult_police", "consult_industry"], REFUSED),
    "roster_layout": ("category_in_remark", sheets_of_the_roster, 6, 1),
    "outside_recommenders": (
        (),
        choice_of_a_unit_outside,
        "liyang",
        "演示图书馆的上级中没有分配名额的推荐单位。",
    ),
}


def whether_one_may_register(story: Story) -> object:
    """Whether the public page takes registrations of those who put themselves forward."""
    with story.wiring.reading() as ctx:
        return [entry.id for entry in registrations.list_open(ctx)]


def outcomes_of_the_examination(story: Story) -> object:
    """What 资格审查及初审 may come to."""
    nominee = story.nominate(to="qualification_review")
    with story.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, story.task_id(nominee, "qualification_review"))
        element = deployments.get_element(ctx, task.instance, task.element_id)
        return [value for value, _word in offered.list_outcomes(ctx, task.instance, element)]


SWITCHES: dict[str, tuple[Any, Callable[[Story], object], object, object]] = {
    "self_nomination_needs_unit": (
        False,
        first_opinion_on_a_self_nomination,
        ["workplace_league_opinion"],
        ["recommender_opinion"],
    ),
    "honours_of_departments_count": (False, honour_of_a_department, "REASON", "PASS"),
    "allow_correction": (
        True,
        outcomes_of_the_examination,
        ["pass", "fail", "disqualify"],
        ["pass", "correct", "fail", "disqualify"],
    ),
    "self_registration": (False, whether_one_may_register, [1], []),
}


def turn(story: Story, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    domain = story.wiring.house.domain
    assert isinstance(domain, Programmes)
    programme = _turned(story.pack.programme, key)
    monkeypatch.setitem(domain.packs, story.pack.key, replace(story.pack, programme=programme))  # type: ignore[arg-type]


def _turned(programme: Programme, key: str) -> Programme:
    if key in SWITCHES:
        return replace(programme, switches={**programme.switches, key: SWITCHES[key][0]})
    return replace(programme, choices=replace(programme.choices, **{key: SETTINGS[key][0]}))


def test_every_setting_is_turned_here(round_2024: Story) -> None:
    assert set(SETTINGS) == {field.name for field in fields(Choices)}
    assert set(SWITCHES) == set(round_2024.pack.programme.switches)


@pytest.mark.parametrize("key", [*SETTINGS, *SWITCHES])
def test_as_shipped(round_2024: Story, key: str) -> None:
    _, look, shipped, _ = (SETTINGS | SWITCHES)[key]

    assert look(round_2024) == shipped


@pytest.mark.parametrize("key", [*SETTINGS, *SWITCHES])
def test_turned(round_2024: Story, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    _, look, _, otherwise = (SETTINGS | SWITCHES)[key]
    turn(round_2024, monkeypatch, key)

    assert look(round_2024) == otherwise


def test_self_nomination_that_skips_the_workplace_is_recommended_with_one_opinion(
    round_2024: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn(round_2024, monkeypatch, "self_nomination_needs_unit")
    nominee = round_2024.nominate(source="self", by=NOMINEE)
    by_unit = round_2024.nominate()

    round_2024.carry(nominee, "consult_police")

    assert round_2024.waits_at(nominee) == ["consult_police", "consult_industry"]
    assert round_2024.waits_at(by_unit) == ["workplace_league_opinion"]


def test_exception_that_leaves_makes_room_for_another(
    round_2024: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn(round_2024, monkeypatch, "exceptions_per_unit")
    first = round_2024.nominate(birth=OVER_35, to="consult_police")
    second = round_2024.nominate(birth=OVER_35, to="recommender_opinion")
    ordinary = round_2024.nominate(to="consult_police")
    with round_2024.wiring.transaction() as ctx:
        left = update(nominations.Nomination).where(nominations.Nomination.id == first)
        ctx.session.execute(left.values(status="withdrawn"))

    round_2024.carry(second, "consult_police")

    waiting = ["consult_police", "consult_industry"]
    assert (round_2024.waits_at(second), round_2024.waits_at(ordinary)) == (waiting, waiting)


def test_exceptions_still_in_the_running_are_counted_by_recommender(round_2024: Story) -> None:
    round_2024.nominate(birth=OVER_35, to="consult_police")
    round_2024.nominate(birth=OVER_35)
    round_2024.nominate()

    with round_2024.acting("shiwei") as ctx:
        counted = exceptions.count_by_recommender(ctx, round_2024.entry(ctx))
        liyang = _unit(ctx, "liyang").id
    assert counted == {liyang: 2}
