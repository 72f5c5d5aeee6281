"""Who sees which nominations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.errors import NotFound
from service.models import Nomination, Unit, User
from service.programmes.nomination import nominations, searches
from service.programmes.nomination.searches import Filter
from service.programmes.paper import exports
from service.programmes.round import quotas, rounds, starts
from service.workflow.context import ANONYMOUS, Context
from service.workflow.person import people
from service.workflow.task import instances, task_access, user_tasks
from tests.programmes.story import GEHU, Story


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
        assert starts.find_own_unit(ctx, entry) is None


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


def listed(ctx: Context, story: Story) -> list[int]:
    entry = rounds.get(ctx, story.round_id)
    found = sorted(n.id for n in searches.search(ctx, entry, Filter(), limit=50))
    assert searches.count(ctx, entry, Filter()) == len(found)
    assert sum(searches.count_by_status(ctx, entry).values()) == len(found)
    return found


def _may_see(ctx: Context, nominee: int) -> bool:
    return nominations.may_see(ctx, ctx.session.get_one(Nomination, nominee))
