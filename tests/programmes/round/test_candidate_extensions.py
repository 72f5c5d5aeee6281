"""More time for one candidate alone (X10): while his papers are on their way, and after the close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import CandidateExtension, Stage, TaskStatus, Unit, UserTask
from service.programmes.nomination import starting
from service.programmes.nomination.starting import Proposal
from service.programmes.round import candidate_extensions, rounds
from service.programmes.rule.calendar import CalendarMissing
from tests.at_once import list_refusals
from tests.programmes.story import CATEGORY, LEAGUE, ORGANISER, WORKPLACE, Story
from tests.web.browser import count_statements

CLOSE = "2024-03-26 09:00"
UNTIL = datetime(2024, 4, 1, 16, tzinfo=UTC)  # 24:00 on 1 April
AFTER = "2024-04-02 09:00"
NAME = "演示-何安"


def extend(
    story: Story, nomination_id: int, until: datetime = UNTIL, by: str = ORGANISER, **more: str
) -> None:
    with story.acting(by) as ctx:
        nomination = ctx.session.merge(story.read(nomination_id), load=False)
        candidate_extensions.extend(ctx, nomination, until, more.get("reason", "住院，材料延后"))


def due_of(story: Story, nomination_id: int) -> list[datetime | None]:
    with story.wiring.reading() as ctx:
        of_instance = UserTask.instance_id == story.read(nomination_id).instance_id
        query = select(UserTask.due_date).where(of_instance, UserTask.status == TaskStatus.OPEN)
        return list(ctx.session.scalars(query))


def test_x10_one_candidate_is_spared_at_the_close_and_closed_at_his_own(round_2024: Story) -> None:
    his, other = round_2024.start(name=NAME), round_2024.start(name="演示-何康")
    extend(round_2024, his)

    round_2024.pass_until(CLOSE)
    spared = (round_2024.read(his).status, round_2024.read(other).status, due_of(round_2024, his))
    round_2024.pass_until(AFTER)

    assert spared == ("drafting", "overdue", [UNTIL])
    assert round_2024.read(his).status == "overdue"


def test_x10_a_longer_time_of_his_own_outlasts_his_units(round_2024: Story) -> None:
    his = round_2024.start(name=NAME)
    extend(round_2024, his)
    with round_2024.acting(ORGANISER) as ctx:
        entry = round_2024.entry(ctx)
        unit = rounds.get_unit(ctx, "liyang")
        rounds.extend(ctx, entry, unit, Stage.SUBMISSION, datetime(2024, 3, 28, 16, tzinfo=UTC), "台风")

    round_2024.pass_until("2024-03-30 09:00")

    assert round_2024.read(his).status == "drafting"


def test_x10_after_the_close_he_alone_may_be_put_forward_once_more(round_2024: Story) -> None:
    late = round_2024.start(name=NAME)
    round_2024.pass_until(CLOSE)
    extend(round_2024, late)

    with pytest.raises(Conflict, match="申报已经截止"):
        round_2024.start(name="演示-何康")
    again = round_2024.start(name=NAME)
    with pytest.raises(Conflict, match="申报已经截止"):
        round_2024.start(name=NAME)

    assert (round_2024.read(late).status, due_of(round_2024, again)) == ("overdue", [UNTIL])
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(CandidateExtension.nomination_id)).all() == [again]
    round_2024.pass_until(AFTER)
    assert round_2024.read(again).status == "overdue"


def test_x10_of_two_namesakes_handed_in_late_together_none_begins(round_2024: Story) -> None:
    late = round_2024.start(name=NAME)
    round_2024.pass_until(CLOSE)
    extend(round_2024, late)

    with pytest.raises(Conflict, match="申报已经截止"):
        begin_anew(round_2024, [NAME, NAME])

    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(CandidateExtension.nomination_id)).all() == [late]


def test_x10_of_two_namesakes_each_takes_an_extension_of_his_own(round_2024: Story) -> None:
    late = [round_2024.start(name=NAME) for _ in range(2)]
    round_2024.pass_until(CLOSE)
    for nomination_id in late:
        extend(round_2024, nomination_id)

    again = begin_anew(round_2024, [NAME, NAME])

    with round_2024.wiring.reading() as ctx:
        query = select(CandidateExtension.nomination_id).order_by(CandidateExtension.id)
        assert ctx.session.scalars(query).all() == again


def test_x10_what_begins_late_together_asks_once_who_may(round_2024: Story) -> None:
    names = [f"{NAME}{number}" for number in "一二三"]
    late = [round_2024.start(name=name) for name in names]
    round_2024.pass_until(CLOSE)
    for nomination_id in late:
        extend(round_2024, nomination_id)

    with count_statements(round_2024.wiring.session_factory.kw["bind"]) as seen:
        begin_anew(round_2024, names)

    assert len([one for one in seen if "FROM candidate_extension JOIN nomination" in one]) == 1


def begin_anew(story: Story, names: Sequence[str]) -> list[int]:
    with story.acting(LEAGUE) as ctx:
        unit = ctx.session.get_one(Unit, ctx.actor.unit_id)
        proposals = [Proposal(unit=unit, category=CATEGORY, name=name) for name in names]
        begun = starting.start_together(ctx, story.entry(ctx), proposals, source="unit")
        return [nomination.id for nomination in begun]


@pytest.mark.usefixtures("both_databases")
def test_x10_of_two_who_begin_him_anew_at_once_one_does(round_2024: Story) -> None:
    late = round_2024.start(name=NAME)
    round_2024.pass_until(CLOSE)
    extend(round_2024, late)

    outcomes = list_refusals([partial(round_2024.start, name=NAME, by=LEAGUE) for _ in range(2)])

    assert [outcome is None for outcome in outcomes].count(True) == 1


def test_moving_the_deadline_past_his_own_moves_his_tasks_too(round_2024: Story) -> None:
    his = round_2024.start(name=NAME)
    extend(round_2024, his)
    with round_2024.acting(ORGANISER) as ctx:
        later = datetime(2024, 4, 5, 16, tzinfo=UTC)
        rounds.move_deadline(ctx, round_2024.entry(ctx), Stage.SUBMISSION, later, "顺延")

    assert due_of(round_2024, his) == [later]


def test_only_the_organiser_gives_time_with_a_reason_and_to_whom_it_helps(round_2024: Story) -> None:
    his, done = round_2024.start(name=NAME), round_2024.nominate(WORKPLACE, to="consult_police")

    with pytest.raises(Forbidden):
        extend(round_2024, his, by=LEAGUE)
    with pytest.raises(Invalid, match="请填写延期原因"):
        extend(round_2024, his, reason=" ")
    with pytest.raises(Invalid, match="必须晚于原截止时间"):
        extend(round_2024, his, until=datetime(2024, 3, 20, 16, tzinfo=UTC))
    with pytest.raises(CalendarMissing, match="没有 2042 年"):
        extend(round_2024, his, until=datetime(2042, 4, 1, 16, tzinfo=UTC))
    with pytest.raises(Conflict, match="不需要延期"):
        extend(round_2024, done)


def test_who_was_never_named_cannot_be_put_forward_anew_by_name(round_2024: Story) -> None:
    nameless = round_2024.start()
    round_2024.pass_until(CLOSE)

    with pytest.raises(Conflict, match="不需要延期"):
        extend(round_2024, nameless)
