"""Beginning a nomination, and the answers kept of it."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update

from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination, Unit, User
from service.programmes.nomination import record, starting
from service.workflow.person import people
from tests.programmes.story import GEHU, Story


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
            outcome.append(starting.start(ctx, entry, unit=unit, category="work_safety", source="unit").id)
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


def test_answers_kept_are_those_of_the_newest_form(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请改。")
    answers = round_2024.hand_in(nominee, deeds="新" * 300)

    with round_2024.wiring.transaction() as ctx:
        kept = record.answers_of(ctx, ctx.session.get_one(Nomination, nominee))
    assert (kept["deeds"], kept["id_number"]) == ("新" * 300, answers["id_number"])
