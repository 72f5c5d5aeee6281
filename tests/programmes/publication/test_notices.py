"""Notices: a window in working days, a list without numbers, nothing without a calendar (§3.1, §3.5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.errors import Conflict, NotFound
from service.models import Nomination, Notice, NoticeKind, Round, Stage, UserTask
from service.programmes.pack.packs import Pack
from service.programmes.privacy import findings
from service.programmes.publication import notices
from service.programmes.round import calendars
from service.programmes.rule.calendar import CalendarMissing
from tests.programmes.conftest import PROGRAMME
from tests.programmes.publication.changed_pack import open_story, with_notice
from tests.programmes.round.test_rounds import at
from tests.programmes.story import Story


def test_window_is_five_working_days_over_qingming(round_2024: Story) -> None:
    round_2024.nominate()

    round_2024.to_notice()

    # Monday 1 April is not counted; 4 and 5 April rest, Sunday 7 April works
    notice = round_2024.notice()
    assert notice.opens_at == at(round_2024, "2024-04-01 09:00")
    assert notice.closes_at == at(round_2024, "2024-04-10 00:00")
    with round_2024.wiring.reading() as ctx:
        last = notices.last_day(ctx.session.merge(notice), ctx)
        assert last is not None
        assert last.date() == date(2024, 4, 9)


def test_window_closes_by_itself_at_24_00(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()

    round_2024.pass_until("2024-04-09 23:59")
    assert stage(round_2024) == Stage.NOTICE
    round_2024.pass_until("2024-04-10 00:00")

    assert stage(round_2024) == Stage.CONFIRMATION
    assert round_2024.notice().closed_at == at(round_2024, "2024-04-10 00:00")


def test_window_of_seven_days_takes_objections_on_its_last_day(
    database_url: str, packs: Mapping[str, Pack], tmp_path: Path
) -> None:
    changed = with_notice(packs[PROGRAMME], working_days=7)
    with open_story(database_url, changed, tmp_path) as story:
        nominee = story.nominate()
        story.to_notice()
        story.pass_until("2024-04-11 23:00")

        story.object_to(nominee)
        story.pass_until("2024-04-12 00:00")

        assert story.notice().closes_at == story.notice().closed_at == at(story, "2024-04-12 00:00")


def test_window_does_not_close_before_the_day_it_promises(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    round_2024.pass_until("2024-04-09 23:59")

    with round_2024.wiring.transaction() as ctx, pytest.raises(Conflict, match="还没有期满"):
        notices.close_candidates(ctx, round_2024.entry(ctx))

    assert round_2024.notice().closed_at is None


def test_x31_year_without_a_calendar_is_refused_and_nothing_changes(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_review()
    round_2024.carry(nominee, "")
    round_2024.countersign()
    round_2024.clock.move_to(datetime.fromisoformat("2050-04-01T09:00:00+08:00"))
    before = counted(round_2024)

    with pytest.raises(CalendarMissing) as refused:
        round_2024.confirm("publish_candidates")

    assert refused.value.message.startswith("没有 2050 年的放假调休安排")
    assert (stage(round_2024), round_2024.status(nominee)) == (Stage.REVIEW, "selected")
    assert counted(round_2024) == before

    with round_2024.wiring.transaction() as ctx:
        calendars.declare_year(ctx, 2050, "国办发明电〔2049〕1号（演示）")
    round_2024.confirm("publish_candidates")
    assert round_2024.notice().closes_at == at(round_2024, "2050-04-09 00:00")


def test_round_without_candidates_has_nothing_to_publish(round_2024: Story) -> None:
    round_2024.to_review()
    round_2024.countersign()

    with pytest.raises(Conflict, match="还没有候选人"):
        round_2024.confirm("publish_candidates")


def test_snapshot_names_nobody_by_number(round_2024: Story) -> None:
    answers = round_2024.hand_in(
        nominee := round_2024.start(),
        birth=date(1988, 12, 31),
        workplace_and_post="青锋精密机械有限公司 工程师（身份证 11010519491231002X，手机13812345678）",
    )
    with round_2024.acting("shiwei") as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        for finding in findings.find(ctx, nomination):
            findings.rule(ctx, nomination, finding.fingerprint, "公示时照样遮住（演示）")
    round_2024.to_notice()

    text = json.dumps(round_2024.notice().snapshot["categories"], ensure_ascii=False)
    found = round_2024.read(nominee)
    secrets = [
        found.id_number,
        found.phone,
        found.id_number_index,
        answers["birth_month"],
        "1988",
        "19881231",
    ]
    secrets += ["11010519491231002X", "13812345678", "birth", "id_number", "phone", "ethnicity"]
    assert [secret for secret in secrets if str(secret) in text] == []
    assert "工程师（身份证 110105********002X，手机138****5678）" in text
    assert found.workplace_and_post in str(answers)


def test_snapshot_holds_what_is_published_and_no_more(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()

    snapshot = round_2024.notice().snapshot

    assert sorted(snapshot) == ["categories", "contact", "label", "organiser", "programme"]
    assert [category["name"] for category in snapshot["categories"]] == [
        "生产管理类", "综合服务类", "科研创新类", "技术技能类", "安全生产类", "乡村振兴类",
    ]  # fmt: skip
    found = round_2024.read(nominee)
    assert snapshot["categories"][0]["people"] == [
        {
            "nomination": nominee,
            "name": found.name,
            "sex": found.sex,
            "workplace_and_post": found.workplace_and_post,
            "recommender": "共青团溧阳市委",
            "exception_reason": "",
        }
    ]


def test_list_is_frozen_and_its_hash_is_of_what_is_shown(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    before = round_2024.notice()
    with round_2024.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, nominee).name = "演示-改名"

    after = round_2024.notice()

    assert (after.snapshot, after.snapshot_hash) == (before.snapshot, before.snapshot_hash)
    canonical = json.dumps(after.snapshot, ensure_ascii=False, sort_keys=True)
    assert hashlib.sha256(canonical.encode()).hexdigest() == after.snapshot_hash


def test_x27_fewer_than_a_hundred_are_published_as_they_are(round_2024: Story) -> None:
    nominees = [round_2024.nominate() for _ in range(2)]
    round_2024.to_notice()
    round_2024.to_announcement()

    assert round_2024.listed(NoticeKind.AWARDS) == nominees


def test_public_page_finds_a_notice_once_it_is_out(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    notice = round_2024.notice()

    with round_2024.wiring.reading() as ctx:
        assert notices.get_public(ctx, notice.slug).id == notice.id
        assert [entry.id for entry in notices.list_public(ctx)] == [notice.id]
        with pytest.raises(NotFound):
            notices.get_public(ctx, notice.slug[:-1])
    round_2024.clock.move_to(round_2024.clock())  # stands
    with round_2024.wiring.transaction() as ctx:
        ctx.session.get_one(Notice, notice.id).opens_at = ctx.now + timedelta(days=1)
    with round_2024.wiring.reading() as ctx:
        assert notices.list_public(ctx) == []
        with pytest.raises(NotFound):
            notices.get_public(ctx, notice.slug)


def test_announcement_takes_no_objections(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()

    assert not notices.is_open(round_2024.notice(NoticeKind.AWARDS), round_2024.clock())


def stage(story: Story) -> Stage:
    with story.wiring.reading() as ctx:
        return ctx.session.get_one(Round, story.round_id).stage


def counted(story: Story) -> list[int]:
    with story.wiring.reading() as ctx:
        opened = select(func.count(UserTask.id)).where(UserTask.status == "open")
        return [ctx.session.scalar(query) or 0 for query in (select(func.count(Notice.id)), opened)]
