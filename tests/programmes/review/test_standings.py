"""The proposed list: amended with a reason by the meeting whose turn it is, and sent back (X17, N41)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from service.errors import Conflict, NotFound, ServiceError
from service.models import ListChange, Nomination, Standing
from service.programmes.pack.packs import Pack
from service.programmes.review import standings, ties
from tests.programmes.review.panel_story import CHAIR, PARTY, PROGRAMME, PanelStory


@pytest.fixture
def ranked(scoring: PanelStory) -> PanelStory:
    """Ranked 2, 3, 1; the first two are proposed and the panel is to meet."""
    scoring.score_all((6, 8, 7))
    return scoring


def test_the_leading_group_may_amend_with_a_reason(ranked: PanelStory) -> None:
    ranked.meet()
    ranked.vote_all()

    _amend(ranked, PARTY, "deliberate", 3, proposed=False, reason="本人正在接受调查")
    _amend(ranked, PARTY, "deliberate", 1, proposed=True, reason="按排名递补")
    ranked.deliberate()

    assert (ranked.proposed(), ranked.status(3), ranked.status(1)) == ([2, 1], "not_selected", "selected")
    with ranked.wiring.reading() as ctx:
        changes = [
            (c.nomination_id, c.proposed, c.step, c.reason, c.changed_by)
            for c in ctx.session.scalars(select(ListChange).order_by(ListChange.id))
        ]
    assert changes == [
        (3, False, "党组审议", "本人正在接受调查", "演示-市总党组"),
        (1, True, "党组审议", "按排名递补", "演示-市总党组"),
    ]


def test_the_leading_group_may_send_the_list_back(ranked: PanelStory) -> None:
    ranked.meet()
    ranked.vote_all()

    ranked.deliberate("return")
    _amend(ranked, CHAIR, "panel_meeting", 3, proposed=False, reason="按党组意见重新研究")
    ranked.meet()
    ranked.vote_all()
    ranked.deliberate()

    assert ranked.proposed() == [2]
    assert [ranked.status(number) for number in (1, 2, 3)] == ["not_selected", "selected", "not_selected"]


def test_the_list_never_has_more_than_its_places(ranked: PanelStory) -> None:
    with pytest.raises(Conflict, match="建议名单已满 2 名，请先调出一名"):
        _amend(ranked, CHAIR, "panel_meeting", 1, proposed=True, reason="同样优秀")

    assert ranked.proposed() == [2, 3]


def test_a_list_without_a_number_of_titles_takes_somebody_back(
    ranked: PanelStory, packs: Mapping[str, Pack]
) -> None:
    programme = packs[PROGRAMME].programme
    ranked.use(replace(programme, award=replace(programme.award, places_per_category=0)))

    _amend(ranked, CHAIR, "panel_meeting", 1, proposed=True, reason="同样优秀")

    assert sorted(ranked.proposed()) == [1, 2, 3]


def test_n41_the_hundred_and_first_is_refused_at_the_list(
    ranked: PanelStory, packs: Mapping[str, Pack]
) -> None:
    ranked.use(packs[PROGRAMME].programme)
    with ranked.wiring.transaction() as ctx:
        listed = ctx.session.get_one(Nomination, 3)
        kept = {column.name: getattr(listed, column.name) for column in Nomination.__table__.columns}
        new = {"instance_id": None, "id_number_index": None}
        for number in range(4, 102):
            ctx.session.execute(insert(Nomination), [kept | new | {"id": number}])
            standing = {"round_id": 1, "nomination_id": number, "category": "craftsman", "total": 0}
            ctx.session.execute(
                insert(Standing), [standing | {"rank": number, "tie": "", "proposed": number < 101}]
            )
    _amend(ranked, CHAIR, "panel_meeting", 101, proposed=True, reason="同样优秀")
    assert len(ranked.proposed()) == 100

    with pytest.raises(Conflict) as refused:
        _amend(ranked, CHAIR, "panel_meeting", 1, proposed=True, reason="同样优秀")

    assert refused.value.message == (
        "建议名单已满 100 名，请先调出一名。通知：“推荐 100 名工匠进行培育”（N41）。"
    )
    assert len(ranked.proposed()) == 100


@pytest.mark.parametrize(
    ("nomination", "proposed", "reason", "message"),
    [
        (3, False, "  ", "调整名单须写明理由"),
        (3, False, "长" * 501, "理由太长"),
        (3, True, "保留", "已经在建议名单中"),
        (9, True, "补充", "不在排名中"),
    ],
)
def test_a_wrong_amendment_is_refused(
    ranked: PanelStory, nomination: int, proposed: bool, reason: str, message: str
) -> None:
    with pytest.raises(ServiceError, match=message):
        _amend(ranked, CHAIR, "panel_meeting", nomination, proposed=proposed, reason=reason)


def test_only_the_meeting_whose_turn_it_is_may_amend(ranked: PanelStory) -> None:
    with ranked.acting(CHAIR) as ctx:
        task_id = ranked.round_task(ctx, "panel_meeting")

    for login in (PARTY, "liyang"):
        with pytest.raises(NotFound), ranked.acting(login) as ctx:
            standings.amend(ctx, task_id, 3, proposed=False, reason="不同意")


def test_at_another_step_nothing_can_be_amended(scoring: PanelStory) -> None:
    with pytest.raises(Conflict, match="不能调整名单"):
        _amend(scoring, "laojing", "close_scoring", 3, proposed=False, reason="不同意")


def test_the_balance_of_the_list_is_counted(ranked: PanelStory) -> None:
    with ranked.wiring.reading() as ctx:
        balance = standings.weigh(standings.list_of(ctx, ranked.entry(ctx)))

    assert sum(balance.by_sex.values()) == 2
    assert dict(balance.by_industry) == {ranked.read(2).industry: 2}
    assert dict(balance.by_recommender) == {"新北区总工会": 1, "溧阳市总工会": 1}


def test_ranking_again_replaces_the_list_and_keeps_its_changes(ranked: PanelStory) -> None:
    _amend(ranked, CHAIR, "panel_meeting", 3, proposed=False, reason="重复申报")

    with ranked.wiring.transaction() as ctx:
        standings.rank(ctx, ranked.entry(ctx))

    assert ranked.proposed() == [2, 3]
    with ranked.wiring.reading() as ctx:
        assert list(standings.list_changes(ctx, ranked.entry(ctx))) == [3]


def test_without_scores_there_is_nothing_to_rank(panel: PanelStory) -> None:
    panel.to_drawing(panel.apply())
    panel.draw()

    with pytest.raises(Conflict, match="还没有评过分的申报"), panel.wiring.transaction() as ctx:
        standings.rank(ctx, panel.entry(ctx))


def test_a_list_nobody_ranked_cannot_be_read(scoring: PanelStory) -> None:
    with pytest.raises(Conflict, match="还没有排名"), scoring.wiring.reading() as ctx:
        ties.is_proposed(ctx, scoring.read(1))


def test_too_few_are_announced_as_fewer(panel: PanelStory) -> None:
    """X27: fewer than the places pass."""
    only = panel.apply()
    panel.to_drawing(only)
    panel.draw()
    for login in panel.experts(only):
        panel.score(only, login)
    panel.step("close_scoring", "laojing", "confirm", {})

    assert panel.proposed() == [only]
    with panel.wiring.reading() as ctx:
        assert [row.rank for row in ctx.session.scalars(select(Standing))] == [1]


def _amend(story: PanelStory, by: str, step: str, nomination: int, *, proposed: bool, reason: str) -> None:
    with story.acting(by) as ctx:
        task_id = story.round_task(ctx, step)
        standings.amend(ctx, task_id, nomination, proposed=proposed, reason=reason)
