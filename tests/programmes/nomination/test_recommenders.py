"""Workplaces outside every branch choose a territorial recommender the programme allows (A-08)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import Candidate, HistoryEvent, Nomination, QuotaKind, QuotaUse, Unit
from service.programmes.nomination import nominations, searches, starting
from service.programmes.round import recommender_changes, starts
from service.workflow.context import Context
from service.workflow.person import logins, people
from tests.programmes.story import Story, _unit

OUTSIDE = "cz-library"
TERRITORIAL = ["liyang", "jintan", "wujin", "xinbei", "tianning", "zhonglou", "jingkai"]


@pytest.fixture
def story(round_2024: Story) -> Story:
    """The round, with a unit directly under the city and its reader who puts himself forward."""
    with round_2024.wiring.transaction() as ctx:
        city = _unit(ctx, "cz")
        library = Unit(
            code=OUTSIDE, name="常州市图书馆（演示）", level="单位", parent_id=city.id, path=f"/cz/{OUTSIDE}/"
        )
        ctx.session.add(library)
        ctx.session.flush()
        for login, role in (("guanyuan", "nominee"), ("guantuan", "league"), ("guandang", "head")):
            user = logins.create_user(ctx, login=login, name=f"演示-{login}", password="x" * 12, unit=library)
            people.grant(ctx, user, role, library)
    return round_2024


def begin(story: Story, wanted: str = "", login: str = "guanyuan", source: str = "self") -> int:
    with story.acting(login) as ctx:
        return starting.start(
            ctx,
            story.entry(ctx),
            unit=_unit(ctx, OUTSIDE),
            category="general_services",
            source=source,  # type: ignore[arg-type]
            recommender=_unit(ctx, wanted) if wanted else None,
        ).id


def refused(call: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Invalid) as wrong:
        call()
    return dict(wrong.value.fields)


def offered(ctx: Context, nomination_id: int, story: Story, step: str) -> list[str]:
    task = story.task_id(nomination_id, step)
    return list(ctx.session.scalars(select(Candidate.group_key).where(Candidate.user_task_id == task)))


def test_a_workplace_outside_every_branch_may_begin(story: Story) -> None:
    with story.acting("guanyuan") as ctx:
        unit = starts.find_own_unit(ctx, story.entry(ctx))
        assert unit is not None
        assert unit.code == OUTSIDE
        choices = starts.list_recommenders(ctx, story.entry(ctx), unit)
        assert [choice.code for choice in choices] == TERRITORIAL
        inside = starts.list_recommenders(ctx, story.entry(ctx), _unit(ctx, "liyang-qingfeng"))
        assert (inside, starts.list_recommenders(ctx, story.entry(ctx), _unit(ctx, "cz"))) == ([], [])
    with story.acting("guantuan") as ctx:
        assert [unit.code for unit in starts.list_units(ctx, story.entry(ctx))] == [OUTSIDE]


def test_the_recommender_must_be_chosen_from_those_the_programme_allows(story: Story) -> None:
    asked = "请从中选择：" + "、".join(_names(story))

    assert refused(lambda: begin(story)) == {"recommender": asked}
    assert refused(lambda: begin(story, "zhishu")) == {"recommender": asked}
    assert refused(lambda: begin(story, "liyang-qingfeng")) == {"recommender": asked}


def test_a_workplace_below_a_recommender_has_no_choice(story: Story) -> None:
    with story.acting("tuanzhibu") as ctx:
        wujin = _unit(ctx, "wujin")

    answer = refused(lambda: story.start(recommender=wujin))

    assert answer == {"recommender": "青锋精密机械有限公司（演示）由共青团溧阳市委推荐，不能另选"}


def test_the_chosen_one_recommends_and_gives_the_place(story: Story) -> None:
    nominee = begin(story, "wujin")
    story.hand_in(nominee, category="general_services")
    story.carry(nominee, "recommender_opinion")

    with story.acting("wujin") as ctx:
        assert offered(ctx, nominee, story, "recommender_opinion") == ["recommender@wujin"]
        assert nominations.get_visible(ctx, nominee).recommender.code == "wujin"
        listed = searches.search(ctx, story.entry(ctx), searches.Filter(), limit=10)
        assert [row.id for row in listed] == [nominee]
    with story.acting("liyang") as ctx, pytest.raises(NotFound):
        nominations.get_visible(ctx, nominee)
    story.complete(nominee, "recommender_opinion", "approve")
    with story.wiring.reading() as ctx:
        use = ctx.session.scalars(select(QuotaUse).where(QuotaUse.kind == QuotaKind.NOMINATION)).one()
        assert use.nomination_id == nominee
        narrow = searches.Filter(recommender_id=_unit(ctx, "wujin").id, holds=QuotaKind.NOMINATION)
        assert searches.count(ctx, story.entry(ctx), narrow) == 1


def test_the_organiser_changes_it_until_a_place_is_taken(story: Story) -> None:
    nominee = begin(story, "wujin")
    story.hand_in(nominee, category="general_services")
    story.carry(nominee, "recommender_opinion")

    change(story, "shiwei", nominee, "tianning")

    with story.wiring.reading() as ctx:
        assert offered(ctx, nominee, story, "recommender_opinion") == ["recommender@tianning"]
        event = ctx.session.scalars(
            select(HistoryEvent).where(HistoryEvent.kind == "recommender.changed")
        ).one()
        assert event.details == {"to": "共青团天宁区委", "reason": "原为共青团武进区委"}
    change(story, "shiwei", nominee, "liyang")
    story.complete(nominee, "recommender_opinion", "approve")
    with pytest.raises(Conflict):
        change(story, "shiwei", nominee, "wujin")


def test_the_nominee_changes_it_until_he_hands_in(story: Story) -> None:
    nominee = begin(story, "wujin")

    change(story, "guanyuan", nominee, "liyang")

    with story.acting("guanyuan") as ctx:
        found = ctx.session.get_one(Nomination, nominee)
        assert found.recommender.code == "liyang"
        choices = recommender_changes.list_choices(ctx, found)
        assert [unit.code for unit in choices] == TERRITORIAL
    story.hand_in(nominee, category="general_services")
    with pytest.raises(Forbidden):
        change(story, "guanyuan", nominee, "wujin")
    with story.acting("guanyuan") as ctx:
        assert recommender_changes.list_choices(ctx, ctx.session.get_one(Nomination, nominee)) == []


def test_nobody_else_changes_it_and_an_ordinary_nomination_keeps_its_own(story: Story) -> None:
    nominee, ordinary = begin(story, "wujin"), story.start()

    with pytest.raises(NotFound):
        change(story, "liyang", nominee, "liyang")
    with pytest.raises(Forbidden):
        change(story, "wujin", nominee, "liyang")
    with pytest.raises(Invalid):
        change(story, "shiwei", ordinary, "wujin")


def change(story: Story, login: str, nomination_id: int, wanted: str) -> None:
    with story.acting(login) as ctx:
        nomination = ctx.session.get_one(Nomination, nomination_id)
        recommender_changes.change(ctx, nomination, _unit(ctx, wanted))


def _names(story: Story) -> list[str]:
    with story.wiring.reading() as ctx:
        return [_unit(ctx, code).name for code in TERRITORIAL]
