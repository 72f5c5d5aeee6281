"""Dates of a round: the deadline moved for all, or extended for one unit before or after it closed (X10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import HistoryEvent, Nomination, Notification, Reminder, Stage, User, UserTask
from service.programmes.nomination import searches
from service.programmes.round import calendars, candidate_extensions, rounds
from service.programmes.rule.calendar import CalendarMissing
from tests.at_once import at_once
from tests.programmes.story import Story, _unit

GEHU, LIYANG = "wujin-gehu", "liyang"


def at(story: Story, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=story.pack.programme.zone)


def extend(story: Story, unit: str, until: str, *, by: str = "shiwei", reason: str = "停电一周。") -> None:
    with story.acting(by) as ctx:
        rounds.extend(ctx, story.entry(ctx), _unit(ctx, unit), Stage.SUBMISSION, at(story, until), reason)


def move(story: Story, due: str, *, by: str = "shiwei", reason: str = "系统维护。") -> int:
    with story.acting(by) as ctx:
        return rounds.move_deadline(ctx, story.entry(ctx), Stage.SUBMISSION, at(story, due), reason)


def due_of(story: Story, nominee: int, element_id: str = "fill_in_form") -> datetime | None:
    with story.wiring.reading() as ctx:
        return ctx.session.get_one(UserTask, story.task_id(nominee, element_id)).due_date


def nudged(story: Story, nominee: int) -> list[tuple[str, str]]:
    """The rules that nudged, with the day each did, in order."""
    query = select(Reminder).join(UserTask, UserTask.id == Reminder.user_task_id)
    with story.wiring.reading() as ctx:
        rows = ctx.session.scalars(
            query.where(UserTask.instance_id == story.read(nominee).instance_id).order_by(Reminder.id)
        )
        zone = story.pack.programme.zone
        return [(row.rule, f"{row.sent_at.astimezone(zone):%m-%d %H:%M}") for row in rows]


def test_nudges_go_out_each_once_before_the_deadline(round_2024: Story) -> None:
    nominee = round_2024.start()

    round_2024.pass_until("2024-03-27 12:00")

    # 7 working days before 25 March is the 14th, before the nomination began
    assert nudged(round_2024, nominee) == [("-3", "03-20 09:00"), ("-1", "03-22 09:00"), ("0", "03-25 09:00")]
    with round_2024.wiring.reading() as ctx:
        query = select(Notification.text).where(Notification.kind == "reminder").order_by(Notification.id)
        texts = list(ctx.session.scalars(query))
    what = "（未填姓名） · 生产管理类 · 青锋精密机械有限公司（演示） — 填写推荐表"
    assert texts == [
        f"{what} 还有 5 天截止（2024年3月25日24:00）。请及时办理。",
        f"{what} 还有 3 天截止（2024年3月25日24:00）。请及时办理。",
        f"{what} 今天截止（2024年3月25日24:00）。请及时办理。",
    ]


def test_moved_deadline_moves_the_tasks_and_nudges_anew(round_2024: Story) -> None:
    nominee, other = round_2024.start(), round_2024.nominate(GEHU, to="workplace_opinion")
    round_2024.pass_until("2024-03-22 12:00")

    assert move(round_2024, "2024-03-30 00:00") == 2

    assert due_of(round_2024, nominee) == at(round_2024, "2024-03-30 00:00")
    assert due_of(round_2024, other, "workplace_opinion") == at(round_2024, "2024-03-30 00:00")
    round_2024.pass_until("2024-03-29 23:59")
    assert round_2024.status(nominee) == "drafting"
    assert nudged(round_2024, nominee)[2:] == [
        ("-3", "03-26 09:00"), ("-1", "03-28 09:00"), ("0", "03-29 09:00"),
    ]  # fmt: skip
    round_2024.pass_until("2024-03-30 00:00")
    assert [round_2024.status(n) for n in (nominee, other)] == ["overdue", "overdue"]


def test_moved_deadline_counts_for_those_begun_later(round_2024: Story) -> None:
    move(round_2024, "2024-03-30 00:00")

    assert due_of(round_2024, round_2024.start()) == at(round_2024, "2024-03-30 00:00")


def test_extension_before_the_closing_spares_one_unit(round_2024: Story) -> None:
    spared, other = round_2024.start(), round_2024.start(GEHU)
    extend(round_2024, LIYANG, "2024-03-29 00:00")

    round_2024.pass_until("2024-03-28 10:00")

    assert [round_2024.status(n) for n in (spared, other)] == ["drafting", "overdue"]
    assert due_of(round_2024, spared) == at(round_2024, "2024-03-29 00:00")
    assert nudged(round_2024, spared)[-1] == ("0", "03-28 09:00")
    round_2024.hand_in(spared)
    assert due_of(round_2024, spared, "workplace_league_opinion") == at(round_2024, "2024-03-29 00:00")
    with pytest.raises(Conflict, match="已经截止"):
        round_2024.start(GEHU)


def test_workplace_is_told_of_what_is_late_and_whom_to_ask(round_2024: Story) -> None:
    round_2024.start()
    round_2024.start(GEHU)

    round_2024.pass_until("2024-03-26 00:00")

    with round_2024.wiring.reading() as ctx:
        query = select(User.login, Notification.text).join(User, User.id == Notification.user_id)
        told = ctx.session.execute(query.where(Notification.kind == "overdue").order_by(User.login)).all()
    assert [tuple(row) for row in told] == [
        (
            login,
            f"（未填姓名） · {unit}：申报截止时尚未办结，已记为逾期未报，草稿已冻结。"
            "确需补报的，请向共青团常州市委申请延期；办法见这份申报的页面。"
            "通知：“推荐材料电子档及照片请于3月25日前报送至常州团市委青年发展部”（N13）。",
        )
        for login, unit in (
            ("tuanzhibu", "青锋精密机械有限公司（演示）"),
            ("wujin-gehu-tuan", "滆湖轨道装备有限公司（演示）"),
        )
    ]


def test_extension_ends_what_it_spared_and_approves_nothing(round_2024: Story) -> None:
    spared = round_2024.nominate(to="recommender_opinion")
    extend(round_2024, LIYANG, "2024-03-29 00:00")

    round_2024.pass_until("2024-03-29 00:00")

    assert (round_2024.status(spared), round_2024.waits_at(spared)) == ("overdue", [])


@pytest.mark.usefixtures("both_databases")
def test_x10_extension_after_the_closing_lets_a_unit_nominate_until_it_ends(round_2024: Story) -> None:
    late = round_2024.start()
    round_2024.pass_until("2024-03-26 09:00")
    with pytest.raises(Conflict, match="已经截止"):
        round_2024.start()

    extend(round_2024, LIYANG, "2024-03-28 00:00")
    again, unfinished = round_2024.nominate(to="consult_police"), round_2024.start()
    assert due_of(round_2024, unfinished) == at(round_2024, "2024-03-28 00:00")
    with pytest.raises(Conflict, match="已经截止"):
        round_2024.start(GEHU)

    round_2024.pass_until("2024-03-28 00:00")
    assert [round_2024.status(n) for n in (late, again, unfinished)] == ["overdue", "qualifying", "overdue"]
    with pytest.raises(Conflict, match="已经截止"):
        round_2024.start()


def test_longer_extension_moves_those_begun_under_the_shorter(round_2024: Story) -> None:
    round_2024.pass_until("2024-03-26 09:00")
    extend(round_2024, LIYANG, "2024-03-28 00:00")
    nominee = round_2024.start()

    extend(round_2024, LIYANG, "2024-03-30 00:00")

    round_2024.pass_until("2024-03-29 10:00")
    assert round_2024.status(nominee) == "drafting"
    assert due_of(round_2024, nominee) == at(round_2024, "2024-03-30 00:00")
    round_2024.pass_until("2024-03-30 00:00")
    assert round_2024.status(nominee) == "overdue"


def test_deadline_moved_past_an_extension_counts_for_that_unit_too(round_2024: Story) -> None:
    nominee = round_2024.start()
    extend(round_2024, LIYANG, "2024-03-27 00:00")

    assert move(round_2024, "2024-03-30 00:00") == 1

    assert due_of(round_2024, nominee) == at(round_2024, "2024-03-30 00:00")
    assert due_of(round_2024, round_2024.start()) == at(round_2024, "2024-03-30 00:00")
    round_2024.pass_until("2024-03-29 10:00")
    assert round_2024.status(nominee) == "drafting"


def test_extension_is_in_the_history_with_its_reason(round_2024: Story) -> None:
    extend(round_2024, LIYANG, "2024-03-29 00:00", reason=" 停电一周。 ")

    with round_2024.wiring.reading() as ctx:
        event = ctx.session.scalars(
            select(HistoryEvent).where(HistoryEvent.kind == "extension.granted")
        ).one()
        [(extension, unit)] = rounds.list_extensions(ctx, round_2024.entry(ctx))
    assert (event.actor_name, event.details["reason"]) == ("演示-市委青年发展部", "停电一周。")
    assert (unit.code, extension.reason) == (LIYANG, "停电一周。")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"by": "liyang"}, Forbidden),
        ({"by": "huishen"}, Forbidden),
        ({"reason": "  "}, Invalid),
        ({"reason": "长" * 501}, Invalid),
        ({"until": "2024-03-25 12:00"}, Invalid),
    ],
)
def test_extension_is_refused(round_2024: Story, change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        extend(round_2024, **{"unit": LIYANG, "until": "2024-03-29 00:00"} | change)


@pytest.mark.parametrize(
    ("change", "error"),
    [({"by": "liyang"}, Forbidden), ({"reason": ""}, Invalid), ({"due": "2024-03-14 00:00"}, Invalid)],
)
def test_moving_the_deadline_is_refused(
    round_2024: Story, change: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        move(round_2024, **{"due": "2024-03-30 00:00"} | change)


def test_moving_a_deadline_that_has_passed_is_refused(round_2024: Story) -> None:
    round_2024.pass_until("2024-03-26 09:00")

    with pytest.raises(Conflict, match="已经截止"):
        move(round_2024, "2024-03-30 00:00")


def test_a_stage_without_a_timer_is_moved_until_its_last_day_is_over(round_2024: Story) -> None:
    first, later = at(round_2024, "2024-04-10 00:00"), at(round_2024, "2024-04-20 00:00")

    def move_qualification(due: datetime) -> None:
        with round_2024.acting("shiwei") as ctx:
            rounds.move_deadline(ctx, round_2024.entry(ctx), Stage.QUALIFICATION, due, "系统维护。")

    with round_2024.acting("shiwei") as ctx:
        entry = round_2024.entry(ctx)
        entry.dates = {**entry.dates, Stage.QUALIFICATION: {"due": first.isoformat()}}
    move_qualification(later)
    with round_2024.wiring.reading() as ctx:
        assert rounds.due_of(round_2024.entry(ctx), Stage.QUALIFICATION) == later

    round_2024.pass_until("2024-04-20 09:00")
    with pytest.raises(Conflict, match="已经截止"):
        move_qualification(at(round_2024, "2024-05-20 00:00"))


def test_nothing_is_begun_or_extended_once_the_joint_review_is_open(round_2024: Story) -> None:
    """What begins then would wait for a signal that has been given already."""
    round_2024.nominate()
    extend(round_2024, GEHU, "2024-04-30 00:00")
    round_2024.to_review()

    with pytest.raises(Conflict, match="联合会审已经开始"):
        round_2024.start(GEHU)
    with pytest.raises(Conflict, match="联合会审已经开始"):
        extend(round_2024, LIYANG, "2024-04-30 00:00")


def test_review_opens_only_when_everybody_is_examined(round_2024: Story) -> None:
    examined, waiting = (
        round_2024.nominate(to="qualification_review"),
        round_2024.nominate(to="consult_police"),
    )
    round_2024.complete(examined, "qualification_review", "pass", national=True, insured=True, conduct=True)
    round_2024.pass_until("2024-03-26 09:00")

    with pytest.raises(Conflict) as refused:
        round_2024.confirm("open_joint_review")
    assert refused.value.message == "还有 1 份申报没有办完“资格审查及初审”，办完后才能进入下一步。"
    assert round_2024.waits_at(examined) == []

    round_2024.carry(waiting, "")
    round_2024.confirm("open_joint_review")
    assert [round_2024.waits_at(n) for n in (examined, waiting)] == [["joint_review"], ["joint_review"]]


def test_a_second_round_of_the_same_name_is_refused(round_2024: Story) -> None:
    with pytest.raises(Conflict) as refused, round_2024.wiring.transaction() as ctx:
        rounds.open_round(ctx, round_2024.pack, label="2024")

    assert list(refused.value.fields) == ["label"]


def test_a_round_in_a_year_without_calendar_is_refused_when_it_is_opened(round_2024: Story) -> None:
    with pytest.raises(CalendarMissing) as refused, round_2024.wiring.transaction() as ctx:
        rounds.open_round(ctx, round_2024.pack, year=2050)

    assert refused.value.year == 2050


@pytest.mark.parametrize("change", [move, partial(extend, unit=LIYANG)])
def test_a_date_in_a_year_without_calendar_is_refused_and_the_last_day_before_it_is_not(
    round_2024: Story, change: Callable[..., object]
) -> None:
    nominee = round_2024.start()
    named = "due" if change is move else "until"

    with pytest.raises(CalendarMissing, match="没有 2042 年的放假调休安排") as typed:
        change(round_2024, **{named: "2042-03-29 00:00"})
    with pytest.raises(CalendarMissing, match="没有 2027 年"):
        change(round_2024, **{named: "2027-01-02 00:00"})
    kept = due_of(round_2024, nominee)
    change(round_2024, **{named: "2027-01-01 00:00"})

    assert typed.value.fields == {named: "没有 2042 年的工作日历，请核对年份"}
    assert kept == at(round_2024, "2024-03-26 00:00")
    assert due_of(round_2024, nominee) == at(round_2024, "2027-01-01 00:00")


def test_a_date_in_a_year_entered_by_hand_is_taken(round_2024: Story) -> None:
    with round_2024.acting("admin") as ctx:
        calendars.declare_year(ctx, 2042, "国办发明电〔2041〕1号（演示）")

    assert move(round_2024, "2042-03-29 00:00") == 0


@pytest.mark.usefixtures("both_databases")
def test_of_two_changes_of_a_rounds_dates_at_once_both_stay(round_2024: Story) -> None:
    nominee = round_2024.start(name="演示-何安")
    with round_2024.wiring.reading() as ctx:
        before = round_2024.entry(ctx).revision

    def extend_his() -> None:
        with round_2024.acting("shiwei") as ctx:
            nomination = ctx.session.get_one(Nomination, nominee)
            candidate_extensions.extend(ctx, nomination, at(round_2024, "2024-04-02 00:00"), "住院")

    at_once([partial(move, round_2024, "2024-03-29 00:00"), extend_his])

    with round_2024.wiring.reading() as ctx:
        entry = round_2024.entry(ctx)
        kept = entry.dates["submission"]
        assert rounds.due_of(entry, "submission") == at(round_2024, "2024-03-29 00:00")
        assert (kept["extended"], entry.revision) == (True, before + 2)


def test_a_round_whose_deadlines_are_all_over_is_refused(round_2024: Story) -> None:
    with pytest.raises(Invalid) as refused, round_2024.wiring.transaction() as ctx:
        rounds.open_by_hand(ctx, round_2024.pack, label=None, year=2023)

    assert refused.value.fields == {"year": "请填写以后的年份"}
    assert refused.value.message == (
        "2023 年的截止日期已全部过去（最后一项是 2023年3月25日24:00），不能再开设这一届。请填写以后的年份。"
    )


def test_rounds_of_two_years_keep_apart(round_2024: Story) -> None:
    answers = round_2024.hand_in(round_2024.start())
    with round_2024.wiring.transaction() as ctx:
        other = rounds.open_round(ctx, round_2024.pack, label="2025", year=2025).id
    next_year = Story(wiring=round_2024.wiring, clock=round_2024.clock, pack=round_2024.pack, round_id=other)

    again = next_year.start()
    next_year.hand_in(again, id_number=answers["id_number"], sex=answers["sex"])
    next_year.pass_until("2024-03-26 09:00")

    assert next_year.status(again) == "recommending"
    with round_2024.wiring.reading() as ctx:
        assert searches.count(ctx, rounds.get(ctx, other), searches.Filter()) == 1
        assert rounds.due_of(rounds.get(ctx, other), "submission") == at(next_year, "2025-03-26 00:00")
