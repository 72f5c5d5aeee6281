"""Notices of units below the organiser (逐级公示): their windows, their lists, and whose the cases are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.errors import Conflict
from service.models import Consent, Instance, NominationStatus, Notice, NoticeKind, Objection
from service.programmes import wiring
from service.programmes.privacy.publication import MayNotBePublished
from service.programmes.publication import local_notices, notices, objections
from service.programmes.removal import removals
from service.programmes.round import rounds, withdrawals
from service.workflow import history
from tests.packs.test_fourth import KEY
from tests.programmes.publication.local_story import (
    PUBLISHED,
    LocalStory,
    nomination_of,
    notice_of,
    open_story,
)

OBJECTED = [*PUBLISHED, "object: 青苗伴读"]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[LocalStory]:
    yield from open_story(tmp_path)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def test_each_level_counts_its_own_days(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED) == []
    with story.service.wiring.reading() as ctx:
        own = notice_of(ctx, "青苗伴读")
        # Monday 2 March is counted: 2, 3 and 4 March
        assert (own.key, own.publisher.code, own.closes_at) == ("unit", "donghu-1", at("2026-03-05T00:00"))


def test_the_recommender_publishes_next_and_does_not_count_the_first_day(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED, "wait_until: 2026-03-05 09:00", "carry: everybody") == []
    with story.service.wiring.reading() as ctx:
        notice = notice_of(ctx, "青苗伴读")
        # 6, 9, 10, 11 and 12 March
        assert (notice.key, notice.publisher.code) == ("recommender", "donghu")
        assert notice.closes_at == at("2026-03-13T00:00")


def test_its_list_shows_what_the_organisers_shows_and_who_publishes(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED) == []
    with story.service.wiring.reading() as ctx:
        notice = notice_of(ctx, "青苗伴读")
        snapshot = notice.snapshot
        text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True)
        people = [person for category in snapshot["categories"] for person in category["people"]]

        assert notice.snapshot_hash == hashlib.sha256(text.encode()).hexdigest()
        assert snapshot["publisher"] == "青苗志愿服务中心"
        assert snapshot["contact"]["channels"] == "本单位公告栏"
        assert [sorted(person) for person in people] == [
            ["exception_reason", "name", "nomination", "recommender", "sex", "workplace_and_post"]
        ]
        assert notice.title == "青苗志愿服务中心关于拟推荐参加南屿市优秀青年志愿服务项目评选的公示"


def test_who_took_back_his_consent_is_not_published_at_the_next_level_either(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED) == []
    with story.service.wiring.transaction() as ctx:
        nomination = nomination_of(ctx, "青苗伴读")
        for consent in ctx.session.scalars(select(Consent).where(Consent.nomination_id == nomination.id)):
            consent.withdrawn_at = ctx.now
        ctx.session.flush()

        with pytest.raises(MayNotBePublished, match="没有同意公示"):
            local_notices.open_notice(ctx, nomination, "recommender")


def test_nothing_is_published_under_a_key_nobody_declared(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED) == []
    with (
        story.service.wiring.transaction() as ctx,
        pytest.raises(Conflict, match="没有标识为“city”的公示"),
    ):
        local_notices.open_notice(ctx, nomination_of(ctx, "青苗伴读"), "city")


def test_a_window_does_not_end_before_its_last_day(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED) == []
    with story.service.wiring.transaction() as ctx, pytest.raises(Conflict, match="还没有期满"):
        local_notices.close_notice(ctx, nomination_of(ctx, "青苗伴读"), "unit")


def test_published_anew_the_earlier_window_ends(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED) == []
    with story.service.wiring.transaction() as ctx:
        first = notice_of(ctx, "青苗伴读")

        local_notices.open_notice(ctx, nomination_of(ctx, "青苗伴读"), "unit")

        assert first.closed_at == ctx.now
        assert [notices.is_open(one, ctx.now) for one in (first, notice_of(ctx, "青苗伴读"))] == [False, True]


def test_who_withdraws_is_no_longer_open_to_objections(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED) == []
    with story.acting("zhuti") as ctx:
        nomination = nomination_of(ctx, "青苗伴读")
        withdrawals.withdraw(ctx, nomination, "不再申报（演示）")

        assert not notices.is_open(notice_of(ctx, "青苗伴读"), ctx.now)
        assert local_notices.count_open(ctx, nomination.round) == 1


def test_the_deadline_of_the_stage_ends_what_is_still_published(story: LocalStory) -> None:
    late = ["wait_until: 2026-03-31 09:00", *PUBLISHED, "wait_until: 2026-04-01 00:00"]
    assert story.tell(*late) == []
    with story.service.wiring.reading() as ctx:
        assert nomination_of(ctx, "青苗伴读").status == NominationStatus.OVERDUE
        assert notice_of(ctx, "青苗伴读").closed_at == at("2026-04-01T00:00")


@pytest.mark.parametrize(
    ("login", "seen"),
    [("zhuti", 1), ("bangongshi", 1), ("admin", 1), ("donghu", 0), ("donghu-2-zt", 0), ("xigang", 0)],
)
def test_cases_are_seen_by_the_unit_that_published_and_by_the_organiser(
    story: LocalStory, login: str, seen: int
) -> None:
    assert story.tell(*OBJECTED) == []
    with story.acting(login) as ctx:
        case = ctx.session.scalars(select(Instance).where(Instance.process_id == objections.PROCESS)).one()

        assert len(objections.list_of(ctx, rounds.get(ctx, 1))) == seen
        assert ctx.domain.may_see(ctx, case) is bool(seen)


def test_the_candidate_sees_no_case_against_himself(story: LocalStory) -> None:
    assert story.tell(*OBJECTED) == []
    with story.acting("zhuti") as ctx:
        nomination_of(ctx, "青苗伴读").nominee_id = ctx.actor.user_id
        case = ctx.session.scalars(select(Instance).where(Instance.process_id == objections.PROCESS)).one()

        assert objections.list_of(ctx, rounds.get(ctx, 1)) == []
        assert not ctx.domain.may_see(ctx, case)


def test_a_case_left_from_an_earlier_window_ends_the_next_when_it_is_upheld(story: LocalStory) -> None:
    proven = "{complete: 核查, of: 青苗伴读, outcome: 属实}"
    published_anew = ["{complete: 填写申报书, of: 青苗伴读}", "{complete: 申报单位意见, of: 青苗伴读}"]
    steps = ["{complete: 登记受理, of: 青苗伴读}", "object: 青苗伴读", proven, *published_anew]
    steps += ["{complete: 登记受理, of: 青苗伴读}", proven]
    expected = "expect: {people: {青苗伴读: {waits_at: 填写申报书}}, incidents: 0}"

    assert story.tell(*OBJECTED, *steps, expected) == []


def test_x05_whoever_mends_the_form_reads_what_was_found(story: LocalStory) -> None:
    found = "{complete: 核查, of: 青苗伴读, outcome: 属实, answers: {结论: 服务时长填多了。}}"

    assert story.tell(*OBJECTED, "{complete: 登记受理, of: 青苗伴读}", found) == []

    with story.service.wiring.reading() as ctx:
        instance = ctx.session.get_one(Instance, nomination_of(ctx, "青苗伴读").instance_id)
        told = [one for one in history.of_instance(ctx, instance) if one.kind == "notice.refused"]
        assert [one.details["reason"] for one in told] == ["服务时长填多了。"]


def test_a_case_knows_at_which_level_it_is(story: LocalStory) -> None:
    assert story.tell(*OBJECTED) == []
    with story.service.wiring.reading() as ctx:
        objection = ctx.session.scalars(select(Objection)).one()

        assert objection.notice.kind == NoticeKind.LOCAL
        assert local_notices.level_of(ctx, objection.notice) == "unit"


def test_what_is_removed_of_somebody_leaves_his_own_notices(story: LocalStory) -> None:
    assert story.tell(*PUBLISHED, "{withdraw: 青苗伴读, reason: 不再申报}") == []
    with story.service.wiring.transaction() as ctx:
        nomination = nomination_of(ctx, "青苗伴读")
        notice = notice_of(ctx, "青苗伴读")
        story.clock.move_to(ctx.now + timedelta(days=1))

        removals.purge(ctx, nomination.id)

        assert "青苗伴读" not in json.dumps(notice.snapshot, ensure_ascii=False)


@pytest.mark.parametrize(
    ("key", "value", "changed"),
    [
        ("working_days", 5, {"closes_at": at("2026-03-07T00:00")}),
        ("count_first_day", False, {"closes_at": at("2026-03-06T00:00")}),
        ("channels", ("区团委网站",), {"channels": "区团委网站"}),
        ("receiver", "秘书处", {"receiver": "秘书处"}),
        ("hint", "须署实名。", {"hint": "须署实名。"}),
        ("level", "recommender", {"publisher": "donghu", "email": "donghu@example.invalid"}),
    ],
)
def test_every_key_of_a_notice_changes_what_is_published(
    story: LocalStory, key: str, value: Any, changed: dict[str, Any]
) -> None:
    assert story.tell(*PUBLISHED) == []
    with story.service.wiring.transaction() as ctx:
        before = look_at(notice_of(ctx, "青苗伴读"))
        packs = wiring.all_packs(ctx)
        assert isinstance(packs, dict)
        programme = packs[KEY].programme
        turned = programme.notices | {"unit": replace(programme.notices["unit"], **{key: value})}
        packs[KEY] = replace(packs[KEY], programme=replace(programme, notices=turned))

        local_notices.open_notice(ctx, nomination_of(ctx, "青苗伴读"), "unit")

        assert look_at(notice_of(ctx, "青苗伴读")) == before | changed


def look_at(notice: Notice) -> dict[str, Any]:
    """Return what the keys of ``[[notices]]`` decide of a notice."""
    closes, publisher = notice.closes_at, notice.publisher.code
    return {"closes_at": closes, "publisher": publisher, **notice.snapshot["contact"]}
