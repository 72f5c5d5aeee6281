"""A 公示 that runs longer than promised: objections, timer and page with it; and what X07 lets choose."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from service.errors import Conflict, Forbidden, Invalid, ServiceError
from service.models import Instance, Nomination, NoticeKind, Stage
from service.programmes.pack.packs import Pack
from service.programmes.publication import notices, prolonging
from service.programmes.round import withdrawals
from service.programmes.rule.calendar import CalendarMissing
from tests.programmes.conftest import PROGRAMME
from tests.programmes.publication.changed_pack import open_story, with_notice
from tests.programmes.round.test_rounds import at
from tests.programmes.story import ORGANISER, RECOMMENDER, Story

REASON = "期间遇停电停网，顺延两个工作日"


def prolong(story: Story, until: str, *, by: str = ORGANISER, reason: str = REASON) -> None:
    with story.acting(by) as ctx:
        notice = notices.find_newest(ctx, story.entry(ctx), NoticeKind.CANDIDATES)
        assert notice is not None
        prolonging.prolong(ctx, notice, at(story, until), reason)


def test_objections_are_taken_until_the_new_end_and_the_stage_waits_for_it(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    round_2024.to_notice()

    prolong(round_2024, "2024-04-12 00:00")
    round_2024.pass_until("2024-04-11 23:00")
    round_2024.object_to(nominee)
    with round_2024.wiring.reading() as ctx:
        assert round_2024.entry(ctx).stage == Stage.NOTICE
    round_2024.pass_until("2024-04-12 00:00")

    notice = round_2024.notice()
    assert notice.closed_at == at(round_2024, "2024-04-12 00:00")
    told = prolonging.list_of(notice)
    assert [(datetime.fromisoformat(one["until"]), one["reason"]) for one in told] == [
        (at(round_2024, "2024-04-12 00:00"), REASON)
    ]


def test_the_published_list_and_its_hash_stay_as_they_were(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    before = round_2024.notice()

    prolong(round_2024, "2024-04-12 00:00")
    prolong(round_2024, "2024-04-15 00:00")

    after = round_2024.notice()
    canonical = json.dumps(after.snapshot, ensure_ascii=False, sort_keys=True)
    assert after.snapshot == before.snapshot
    assert hashlib.sha256(canonical.encode()).hexdigest() == after.snapshot_hash == before.snapshot_hash
    assert len(prolonging.list_of(after)) == 2


@pytest.mark.parametrize(
    ("until", "by", "reason", "error"),
    [
        ("2024-04-09 00:00", ORGANISER, REASON, Invalid),
        ("2042-04-12 00:00", ORGANISER, REASON, CalendarMissing),
        ("2024-04-12 00:00", ORGANISER, "", Invalid),
        ("2024-04-12 00:00", RECOMMENDER, REASON, Forbidden),
    ],
)
def test_a_shorter_end_a_year_without_calendar_no_reason_and_others_are_refused(
    round_2024: Story, until: str, by: str, reason: str, error: type[ServiceError]
) -> None:
    round_2024.nominate()
    round_2024.to_notice()

    with pytest.raises(error):
        prolong(round_2024, until, by=by, reason=reason)


def test_what_is_over_is_not_prolonged(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()
    round_2024.pass_until("2024-04-10 00:00")

    with pytest.raises(Conflict, match="公示期已结束"):
        prolong(round_2024, "2024-04-12 00:00")


def test_x07_an_open_objection_holds_up_the_whole_list_where_the_programme_says_so(
    packs: Mapping[str, Pack], database_url: str, tmp_path: Path
) -> None:
    changed = with_notice(packs[PROGRAMME], open_objection="list")
    with open_story(database_url, changed, tmp_path) as story:
        kept, objected = story.nominate(), story.nominate()
        story.to_notice()
        case = story.object_to(objected)

        with pytest.raises(Conflict, match="还有 1 位候选人的异议没有办结"):
            story.to_announcement()
        story.settle(case, "accept", "rejected")
        story.confirm("confirm_awards")

        assert [story.status(nominee) for nominee in (kept, objected)] == ["awarded", "awarded"]


def test_counting_the_first_day_of_a_notice_shortens_no_other_period(
    packs: Mapping[str, Pack], database_url: str, tmp_path: Path
) -> None:
    changed = with_notice(packs[PROGRAMME], count_first_day=True)
    with open_story(database_url, changed, tmp_path) as story, story.wiring.reading() as ctx:
        instance = ctx.session.get_one(Instance, story.entry(ctx).instance_id)

        due = ctx.domain.functions(ctx, instance)["working days after"]("2024-04-01", 2)

        assert due == at(story, "2024-04-04 00:00")


def test_x07_a_case_about_somebody_who_withdrew_holds_nobody_up(
    packs: Mapping[str, Pack], database_url: str, tmp_path: Path
) -> None:
    changed = with_notice(packs[PROGRAMME], open_objection="list")
    with open_story(database_url, changed, tmp_path) as story:
        kept, left = story.nominate(), story.nominate()
        story.to_notice()
        story.object_to(left)
        with story.acting(ORGANISER) as ctx:
            withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, left), "本人调离常州")

        story.to_announcement()

        assert [story.status(nominee) for nominee in (kept, left)] == ["awarded", "withdrawn"]
