"""The two years after the craftsmen's title (002-E): plan, yearly reports, review, and every way they end."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict
from service.models import AwardStatus, Instance, InstanceStatus, PendingStart
from service.programmes.award import awards, processes
from service.programmes.award.follow_ups import Entry, rungs_of, write
from service.scheduler import starts
from service.workflow.instance import execution
from tests.behind import behind
from tests.programmes.award.cultivation import Cultivation


def to_review(story: Cultivation) -> None:
    """Live through both years, each step on the day it opens."""
    story.pass_until("2025-01-02 09:00")
    story.do("submit")
    for year in (2025, 2026):
        story.pass_until(f"{year}-12-02 09:00")
        story.do("submit")
        story.do("confirm")
    story.pass_until("2027-01-02 09:00")


@pytest.mark.usefixtures("both_databases")
def test_n42_cultivation_lasts_from_2025_to_2026_with_a_report_each_year(cultivation: Cultivation) -> None:
    story = cultivation
    award = story.award()
    assert (award.valid_from, award.valid_until) == (date(2025, 1, 1), date(2026, 12, 31))

    story.pass_until("2024-12-31 23:59")
    assert story.waits_for() == []
    story.pass_until("2025-01-01 00:00")
    assert story.waits_for() == [("file_plan", "2025-04-01 00:00")]
    story.do("submit")
    for year in (2025, 2026):
        story.pass_until(f"{year}-11-30 23:59")
        assert story.waits_for() == []
        story.pass_until(f"{year}-12-01 00:00")
        assert story.waits_for() == [("file_report", f"{year + 1}-01-01 00:00")]
        story.do("submit")
        assert story.waits_for() == [("confirm_report", f"{year + 1}-02-01 00:00")]
        story.do("confirm")

    story.pass_until("2026-12-31 23:59")
    assert story.waits_for() == []
    story.pass_until("2027-01-01 00:00")
    assert story.waits_for() == [("end_review", "2027-04-01 00:00")]
    story.do("complete")
    assert (story.award().status, story.instance().status) == (
        AwardStatus.COMPLETED,
        InstanceStatus.COMPLETED,
    )
    assert story.ledger() == [
        ("plan", "培育方案"),
        ("report", "年度报告"),
        ("report", "年度报告"),
        ("report", "期满评估"),
    ]


def test_plan_nobody_files_holds_up_no_report_and_no_review(cultivation: Cultivation) -> None:
    story = cultivation

    story.pass_until("2025-12-02 09:00")
    assert [step for step, _ in story.waits_for()] == ["file_plan", "file_report"]
    story.do("submit", "file_report")
    story.do("confirm", "confirm_report")
    story.pass_until("2026-12-02 09:00")
    story.do("submit", "file_report")
    story.do("confirm", "confirm_report")
    story.pass_until("2027-01-02 09:00")
    assert [step for step, _ in story.waits_for()] == ["file_plan", "end_review"]
    story.do("complete", "end_review")

    assert (story.waits_for(), story.award().status) == ([], AwardStatus.COMPLETED)
    assert story.instance().status == InstanceStatus.COMPLETED


def test_year_nobody_reports_is_entered_and_the_next_is_asked_all_the_same(cultivation: Cultivation) -> None:
    story = cultivation
    story.pass_until("2025-01-02 09:00")
    story.do("submit")

    story.pass_until("2026-02-28 23:59")
    assert [step for step, _ in story.waits_for()] == ["file_report"]
    story.pass_until("2026-03-01 00:00")
    assert story.waits_for() == []
    assert story.results()[1:] == [("年度报告", "2025年：到期未报送年度报告。", "未报")]
    story.pass_until("2026-12-01 00:00")
    assert [step for step, _ in story.waits_for()] == ["file_report"]
    story.pass_until("2027-03-01 00:00")

    assert [step for step, _ in story.waits_for()] == ["end_review"]
    assert [text for _, text, result in story.results() if result == "未报"] == [
        "2025年：到期未报送年度报告。",
        "2026年：到期未报送年度报告。",
    ]


def test_year_nobody_confirms_keeps_the_next_from_nothing(cultivation: Cultivation) -> None:
    story = cultivation
    story.pass_until("2025-01-02 09:00")
    story.do("submit")
    story.pass_until("2025-12-02 09:00")
    story.do("submit")

    story.pass_until("2026-12-01 00:00")

    assert [step for step, _ in story.waits_for()] == ["confirm_report", "file_report"]


def test_report_that_is_returned_is_filed_again(cultivation: Cultivation) -> None:
    cultivation.pass_until("2025-01-02 09:00")
    cultivation.do("submit")
    cultivation.pass_until("2025-12-02 09:00")
    cultivation.do("submit")

    cultivation.do("return", reason="请补充带徒情况。")

    assert [step for step, _ in cultivation.waits_for()] == ["file_report"]


def test_overdue_report_is_told_to_the_recommender(cultivation: Cultivation) -> None:
    cultivation.pass_until("2025-01-02 09:00")
    cultivation.do("submit")

    cultivation.pass_until("2025-12-30 18:00")
    before = cultivation.told()
    cultivation.pass_until("2026-01-06 18:00")

    recommender = cultivation.award().recommender.code
    assert {login for login in cultivation.told() - before if recommender in login} != set()
    assert [step for step, _ in cultivation.waits_for()] == ["file_report"]


def test_extended_period_ends_a_year_later_with_one_more_report(cultivation: Cultivation) -> None:
    to_review(cultivation)

    cultivation.do("extend", reason="攻关课题尚未结题。")
    assert cultivation.award().valid_until == date(2027, 12, 31)
    assert cultivation.waits_for() == []

    cultivation.pass_until("2027-12-01 00:00")
    assert cultivation.waits_for() == [("extension_report", "2028-01-01 00:00")]
    cultivation.do("submit")
    cultivation.pass_until("2027-12-31 23:59")
    assert cultivation.waits_for() == []
    cultivation.pass_until("2028-01-01 00:00")
    assert cultivation.waits_for() == [("end_review", "2028-04-01 00:00")]
    cultivation.do("complete")
    assert cultivation.award().status == AwardStatus.COMPLETED


def test_extension_nobody_reports_is_entered_and_reviewed(cultivation: Cultivation) -> None:
    to_review(cultivation)
    cultivation.do("extend", reason="攻关课题尚未结题。")

    cultivation.pass_until("2028-03-01 00:00")

    assert [step for step, _ in cultivation.waits_for()] == ["end_review"]
    assert cultivation.results()[-1] == ("延长期报告", "到期未报送延长期报告。", "未报")


def test_cancelled_cultivation_annuls_the_title_with_its_reason(cultivation: Cultivation) -> None:
    to_review(cultivation)

    cultivation.do("cancel", reason="已离开生产一线。")

    award = cultivation.award()
    assert (award.status, award.status_reason) == (AwardStatus.ANNULLED, "已离开生产一线。")


def test_annulment_stops_the_process_and_its_correction_begins_it_anew(cultivation: Cultivation) -> None:
    cultivation.pass_until("2025-01-02 09:00")
    with cultivation.wiring.transaction() as ctx:
        award = awards.get_visible(ctx, cultivation.award_id)
        processes.annul(ctx, award, "经核实，材料不实。")
    assert (cultivation.waits_for(), cultivation.instance().status) == ([], InstanceStatus.CANCELLED)

    with cultivation.wiring.transaction() as ctx:
        processes.restore(ctx, awards.get_visible(ctx, cultivation.award_id), "撤销有误。")
    cultivation.pass_until("2025-01-03 09:00")

    assert [step for step, _ in cultivation.waits_for()] == ["file_plan"]
    assert cultivation.award().status == AwardStatus.VALID


def test_a_completed_title_whose_annulment_is_taken_back_stays_completed(cultivation: Cultivation) -> None:
    to_review(cultivation)
    cultivation.do("complete")
    with cultivation.wiring.transaction() as ctx:
        processes.annul(ctx, awards.get_visible(ctx, cultivation.award_id), "经核实，材料不实。")

    with cultivation.wiring.transaction() as ctx:
        processes.restore(ctx, awards.get_visible(ctx, cultivation.award_id), "撤销有误。")
    cultivation.pass_until("2027-01-03 09:00")

    assert (cultivation.award().status, cultivation.waits_for()) == (AwardStatus.COMPLETED, [])


@pytest.mark.usefixtures("both_databases")
def test_nothing_begins_for_a_title_that_is_annulled_just_then(cultivation: Cultivation) -> None:
    with cultivation.wiring.transaction() as ctx:
        processes.annul(ctx, awards.get_visible(ctx, cultivation.award_id), "经核实，材料不实。")
        ctx.session.flush()
        beginning = behind(partial(starts.begin_by_events, cultivation.wiring))

    beginning()
    starts.begin_by_events(cultivation.wiring)
    with cultivation.wiring.reading() as ctx:
        running = select(Instance.id).where(
            Instance.process_id == "cultivation", Instance.status == InstanceStatus.ACTIVE
        )
        assert ctx.session.scalars(running).all() == []


@pytest.mark.usefixtures("both_databases")
def test_title_is_annulled_while_its_process_settles_it_and_neither_fails(cultivation: Cultivation) -> None:
    cultivation.pass_until("2025-01-02 09:00")

    def annul() -> None:
        with cultivation.wiring.transaction() as ctx:
            processes.annul(ctx, awards.get_visible(ctx, cultivation.award_id), "经核实，材料不实。")

    with cultivation.wiring.transaction() as ctx:
        award = awards.get_visible(ctx, cultivation.award_id)
        execution.lock(ctx, processes.list_instances(ctx, award)[0].id)
        annulling = behind(annul)
        awards.set_status(ctx, award, AwardStatus.COMPLETED, "评估合格。")

    annulling()
    assert cultivation.award().status == AwardStatus.ANNULLED


@pytest.mark.usefixtures("both_databases")
def test_nothing_is_written_about_a_title_that_is_annulled_just_then(cultivation: Cultivation) -> None:
    entry = Entry(track="ladder", item="龙城工匠", day=date(2024, 11, 18), text="推报。", result="入选")

    def note() -> None:
        with cultivation.wiring.transaction() as ctx:
            write(ctx, awards.get_visible(ctx, cultivation.award_id), entry)

    with cultivation.wiring.transaction() as ctx:
        processes.annul(ctx, awards.get_visible(ctx, cultivation.award_id), "经核实，材料不实。")
        ctx.session.flush()
        noting = behind(note)

    with pytest.raises(Conflict, match="已经撤销"):
        noting()
    assert cultivation.ledger() == []


def test_ladder_shows_the_highest_rung_won(cultivation: Cultivation) -> None:
    with cultivation.wiring.transaction() as ctx:
        award = awards.get_visible(ctx, cultivation.award_id)
        day = date(2024, 11, 18)
        for item, result in (("龙城工匠", "入选"), ("江苏五一工匠", "入选"), ("大国工匠", "已推荐")):
            write(ctx, award, Entry(track="ladder", item=item, day=day, text="推报。", result=result))
        assert rungs_of(ctx, award) == {"ladder": "江苏五一工匠"}


@pytest.mark.usefixtures("both_databases")
def test_two_workers_begin_a_title_s_process_once(cultivation: Cultivation) -> None:
    with cultivation.wiring.transaction() as ctx:
        first = ctx.session.scalars(select(PendingStart)).one()
        twin = {
            name: getattr(first, name)
            for name in ("deployment_id", "process_id", "element_id", "kind", "name", "payload", "round_id")
        }
        twin |= {"subject": first.subject, "try_at": first.try_at, "last_error": ""}
        ctx.session.add(PendingStart(**twin))

    while starts.begin_by_events(cultivation.wiring):
        pass

    with cultivation.wiring.reading() as ctx:
        award = awards.get_visible(ctx, cultivation.award_id)
        assert [one.business_key for one in processes.list_instances(ctx, award)] == ["award:1:cultivation"]
