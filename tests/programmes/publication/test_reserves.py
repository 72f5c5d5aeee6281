"""Reserves (A-10, X27): kept in order, promoted into a place left free, never without a 公示."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, ServiceError
from service.models import HistoryEvent, Nomination, Notice, NoticeKind, Notification, Reserve, User
from service.programmes.award import awards
from service.programmes.diagram import completeness
from service.programmes.pack.packs import Pack, WrongPack, load_pack
from service.programmes.publication import notices, objections, reserves
from service.programmes.round import round_events, vacancies, withdrawals
from tests.at_once import at_once
from tests.behind import behind
from tests.programmes.conftest import PROGRAMME, ROOT
from tests.programmes.publication.reserve_pack import open_story, to_notice, with_reserves
from tests.programmes.round.test_rounds import at
from tests.programmes.story import CATEGORY, LEAGUE, OBJECTION, ORGANISER, Story

OTHER = "general_services"


@pytest.fixture
def story(database_url: str, packs: Mapping[str, Pack], tmp_path: Path) -> Iterator[Story]:
    """The round of 2024 of the pack with two reserves a category."""
    with open_story(database_url, packs[PROGRAMME], tmp_path) as opened:
        yield opened


def withdraw(story: Story, nomination_id: int) -> None:
    with story.acting(LEAGUE) as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, nomination_id), "本人调离常州")


def promote(story: Story, category: str = CATEGORY, *, by: str = ORGANISER) -> int:
    with story.acting(by) as ctx:
        return reserves.promote(ctx, story.entry(ctx), category).nomination_id


def row(story: Story, nomination_id: int) -> Reserve:
    with story.wiring.reading() as ctx:
        return ctx.session.scalars(select(Reserve).where(Reserve.nomination_id == nomination_id)).one()


def vacant(story: Story) -> list[int]:
    with story.wiring.reading() as ctx:
        return [nomination.id for nomination in vacancies.list_of(ctx, story.entry(ctx))]


@pytest.mark.usefixtures("both_databases")
def test_x27_reserves_are_kept_in_order_and_never_published(story: Story) -> None:
    [candidate], [first, second, third] = to_notice(story, 1, 3)

    assert [row(story, one).position for one in (first, second)] == [1, 2]
    assert story.status(third) == "not_selected"
    assert story.listed() == [candidate]


def test_x27_reserve_nobody_needs_ends_when_the_awards_are_announced(story: Story) -> None:
    [candidate], [kept] = to_notice(story, 1, 1)

    story.to_announcement()

    assert [story.status(one) for one in (candidate, kept)] == ["awarded", "not_selected"]
    assert story.listed(NoticeKind.AWARDS) == [candidate]


@pytest.mark.usefixtures("both_databases")
def test_a10_place_of_a_cancelled_candidate_is_refilled_after_a_notice_of_his_own(story: Story) -> None:
    [cancelled, staying], [first, second] = to_notice(story, 2, 2)
    story.pass_until("2024-04-02 09:00")
    story.settle(story.object_to(cancelled), "accept", "upheld")

    assert vacant(story) == [cancelled]
    assert promote(story) == first
    story.work_off()

    assert (story.status(first), row(story, first).replaces_id) == ("selected", cancelled)
    assert vacant(story) == []
    assert story.listed(NoticeKind.SUPPLEMENT) == [first]
    # Tuesday 2 April is not counted; 4 to 6 April rest, Sunday 7 April works
    assert story.notice(NoticeKind.SUPPLEMENT).closes_at == at(story, "2024-04-11 00:00")

    story.pass_until("2024-04-11 09:00")
    story.confirm("confirm_awards")

    assert story.listed(NoticeKind.AWARDS) == [staying, first]
    statuses = [story.status(one) for one in (cancelled, staying, first, second)]
    assert statuses == ["cancelled", "awarded", "awarded", "not_selected"]


def test_a10_nothing_is_announced_while_a_supplementary_notice_runs(story: Story) -> None:
    [leaving, staying], [first] = to_notice(story, 2, 1)
    story.pass_until("2024-04-10 09:00")
    withdraw(story, leaving)
    promote(story)

    with pytest.raises(Conflict, match="补充公示还没有期满"):
        story.confirm("confirm_awards")
    story.work_off()
    with pytest.raises(Conflict, match="补充公示还没有期满"):
        story.confirm("confirm_awards")
    assert [story.status(one) for one in (staying, first)] == ["selected", "selected"]

    story.pass_until("2024-04-18 09:00")
    story.confirm("confirm_awards")
    assert story.listed(NoticeKind.AWARDS) == [staying, first]


def test_a10_reserve_takes_no_title_and_is_on_no_list_before_his_notice_is_over(story: Story) -> None:
    [leaving], [first] = to_notice(story, 1, 1)
    withdraw(story, leaving)
    promote(story)
    story.work_off()

    with story.wiring.transaction() as ctx:
        reserve = ctx.session.scalars(select(Reserve)).one()
        with pytest.raises(Conflict, match="补充公示期满以前不能授予称号"):
            reserves.require_published(ctx, reserve.nomination)
        with pytest.raises(Conflict, match="还没有期满"):
            reserves.close_notice(ctx, reserve.nomination)
        notices.publish_awards(ctx, story.entry(ctx))
        assert awards.count_by_category(ctx, story.entry(ctx)) == {}

    assert story.status(first) == "selected"
    assert story.listed(NoticeKind.AWARDS) == []


def test_a10_objection_to_a_promoted_reserve_is_taken_and_the_next_is_promoted(story: Story) -> None:
    [leaving], [first, second] = to_notice(story, 1, 2)
    withdraw(story, leaving)
    promote(story)
    story.work_off()

    with story.wiring.transaction() as ctx:
        notice = ctx.session.scalars(select(Notice).where(Notice.kind == NoticeKind.SUPPLEMENT)).one()
        assert notices.is_open(notice, ctx.now)
    story.settle(object_in_supplement(story, first), "accept", "upheld")

    assert story.status(first) == "cancelled"
    assert vacant(story) == [first]
    assert promote(story) == second


def object_in_supplement(story: Story, nomination_id: int) -> int:
    with story.wiring.transaction() as ctx:
        notice = notices.find_newest(ctx, story.entry(ctx), NoticeKind.SUPPLEMENT)
        assert notice is not None
        return objections.lodge(ctx, notice, nomination_id, OBJECTION).id


def test_a10_organisers_are_told_of_a_place_that_was_left_and_it_is_in_the_history(story: Story) -> None:
    [leaving], [first] = to_notice(story, 1, 1)

    withdraw(story, leaving)
    promote(story)

    with story.wiring.reading() as ctx:
        told = select(User.login).join(Notification, Notification.user_id == User.id)
        assert ctx.session.scalars(told.where(Notification.kind == "vacancy")).all() == [ORGANISER]
        kept = select(HistoryEvent.details).where(HistoryEvent.kind == "reserve.promoted")
        details = ctx.session.scalars(kept).one()
        assert (details["nomination"], details["replaces"]) == (first, leaving)


@pytest.mark.usefixtures("both_databases")
def test_a10_of_two_that_promote_at_once_into_two_places_with_one_reserve_one_is_refused(
    story: Story,
) -> None:
    [one, other], [first] = to_notice(story, 2, 1)
    withdraw(story, one)
    withdraw(story, other)

    def attempt() -> int | str:
        try:
            return promote(story)
        except Conflict as refused:
            return refused.message

    results = at_once([attempt, attempt])

    assert sorted(map(str, results)) == sorted(
        [str(first), "这一类没有候补了，空出的名额不再递补，公布时按实际人数。"]
    )
    assert len(vacant(story)) == 1
    with story.wiring.reading() as ctx:
        assert len(ctx.session.scalars(select(Notice).where(Notice.kind == NoticeKind.SUPPLEMENT)).all()) == 1


@pytest.mark.usefixtures("both_databases")
def test_a10_reserve_who_withdraws_while_he_is_promoted_is_not_published(story: Story) -> None:
    [leaving], [first, second] = to_notice(story, 1, 2)
    withdraw(story, leaving)

    with story.acting(LEAGUE) as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, first), "本人调离常州")
        ctx.session.flush()
        promoting = behind(partial(promote, story))

    assert promoting() == second
    assert row(story, first).promoted_at is None


@pytest.mark.parametrize(
    ("category", "by", "error", "said"),
    [
        (OTHER, ORGANISER, Conflict, "没有空出的名额"),
        (CATEGORY, LEAGUE, Forbidden, "只有主办单位"),
    ],
)
def test_a10_promoting_is_refused_and_nothing_changes(
    story: Story, category: str, by: str, error: type[ServiceError], said: str
) -> None:
    [leaving], [first] = to_notice(story, 1, 1)
    withdraw(story, leaving)

    with pytest.raises(error, match=said):
        promote(story, category, by=by)

    assert row(story, first).promoted_at is None


def test_a10_after_the_announcement_nobody_is_promoted(story: Story) -> None:
    [leaving, _], _ = to_notice(story, 2, 1)
    withdraw(story, leaving)
    story.to_announcement()

    with pytest.raises(Conflict, match="公布以前"):
        promote(story)


def test_a10_promotion_cannot_be_given_by_hand(story: Story) -> None:
    to_notice(story, 1, 1)

    with story.acting(ORGANISER) as ctx:
        entry = story.entry(ctx)
        assert round_events.RESERVE_PROMOTED not in {e.name for e in round_events.list_awaited(ctx, entry)}
        throw = partial(round_events.throw, ctx, entry, "message", round_events.RESERVE_PROMOTED)
        with pytest.raises(Conflict, match="不能手工代发"):
            throw(correlation_key="2", reason="试一试")


def test_a10_without_refilling_a_place_stays_free_and_nobody_is_told(story: Story) -> None:
    story.wiring.house.domain.packs = {PROGRAMME: with_reserves_off(story)}  # type: ignore[attr-defined]
    [leaving], [first] = to_notice(story, 1, 1)

    withdraw(story, leaving)

    assert (vacant(story), row(story, first).position) == ([], 1)
    with story.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Notification).where(Notification.kind == "vacancy")).all() == []


def with_reserves_off(story: Story) -> Pack:
    award = replace(story.pack.programme.award, refill_cancelled=False)
    return replace(story.pack, programme=replace(story.pack.programme, award=award))


def test_pack_with_reserves_drawn_is_complete_and_one_without_is_refused(packs: Mapping[str, Pack]) -> None:
    drawn = with_reserves(packs[PROGRAMME], 2)
    undrawn = replace(packs[PROGRAMME], programme=drawn.programme)

    def missing(pack: Pack) -> list[str]:
        return [p.message for p in completeness.check(pack) if p.rule == "missing-reserve-step"]

    assert missing(drawn) == []
    assert [message.split("“")[2].split("”")[0] for message in missing(undrawn)] == [
        "reserve.keep",
        "reserve.take",
        "reserve.close_notice",
        "reserve.require_settled",
    ]
    assert missing(packs[PROGRAMME]) == []


def test_refilling_without_reserves_is_refused(tmp_path: Path) -> None:
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name / PROGRAMME, tmp_path / name / PROGRAMME)
    file = tmp_path / "processes" / PROGRAMME / "programme.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("refill_cancelled = false", "refill_cancelled = true"), "utf-8")

    with pytest.raises(WrongPack) as refused:
        load_pack(tmp_path / "processes", tmp_path / "forms", PROGRAMME)

    [said] = refused.value.problems
    assert said.endswith("要递补须写明 reserves_per_category（每类留几名候补）")
