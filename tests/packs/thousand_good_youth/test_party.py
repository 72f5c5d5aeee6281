"""003-E: 推优入党, by the rules on whom the Party develops from and who recommends."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from service import feel
from service.errors import Conflict, Forbidden, Invalid
from service.models import Instance, User
from service.programmes.award import processes
from service.workflow.definition.decision_tables import read_tables
from service.workflow.person import people
from tests.packs.judging import the_pack
from tests.packs.thousand_good_youth.living import (
    begin,
    complete,
    entitle,
    ledger,
    ledger_texts,
    read,
    waits_at,
)
from tests.programmes.story import Story

PACK = the_pack("thousand-good-youth")
NOW = datetime(2021, 9, 1, 4, tzinfo=UTC)
APPLICATION = {"applied_on": "2021-08-02", "text": "思想要求进步，工作积极。"}


def route(birth: date, status: str) -> tuple[str, str]:
    """Return the rule and the route the table gives."""
    tables = read_tables({name: PACK.decisions[name] for name in ("party.dmn",)})
    known = {"birth_date": birth, "current_status": status}
    found: Any = tables.decisions["party_route"].evaluate(
        "party_route", known, functions={}, now=NOW, zone=PACK.programme.zone
    )
    answer: Any = feel.to_json(found.value)
    return answer["rule"], answer["route"]


@pytest.mark.parametrize(
    ("birth", "status", "expected"),
    [
        (date(1995, 1, 1), "共青团员", ("003-E.2", "league")),
        (date(1990, 1, 1), "共青团员", ("003-E.2", "league")),
        (date(1995, 1, 1), "群众", ("003-E.1", "reason")),
        (date(1992, 9, 2), "群众", ("003-E.1", "reason")),  # 28周岁以下 includes the 28th year
        (date(1992, 9, 1), "群众", ("003-E.1", "party")),  # 29 today
        (date(1988, 1, 1), "无党派人士", ("003-E.1", "party")),
    ],
)
def test_003_e_route_by_age_and_membership_of_the_league(
    birth: date, status: str, expected: tuple[str, str]
) -> None:
    assert route(birth, status) == expected


def apply(story: Story, award_id: int, status: str, *, by: str = "houxuanren") -> str:
    """Begin the recommendation of a title's holder and fill in the application; the process's key."""
    with story.acting(by) as ctx:
        key = processes.begin_by_hand(ctx, read(ctx, award_id), "party_applied").business_key
    begin(story)
    complete(story, key, "submit", by=by, current_status=status, **APPLICATION)
    return key


def test_003_e_league_member_is_recommended_by_the_league(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = apply(period_2021, award_id, "共青团员")

    complete(
        period_2021, key, "recommend", by="xiangmu-tuan",
        day="2021-08-02", present=20, in_favour=18, text="同意推荐。",
    )  # fmt: skip
    complete(period_2021, key, "recommend", by="guozi", text="同意推荐。")
    complete(
        period_2021, key, "accept", by="xiangmu-dang", day="2021-08-02", separate_quota=True, text="列入。"
    )

    assert waits_at(period_2021, key) == []
    assert ledger(period_2021, award_id) == [
        ("party", "申请", "提交"),
        ("party", "团支部推优", "推荐"),
        ("party", "团委审定", "同意推荐"),
        ("party", "党组织研究", "列为入党积极分子"),
    ]
    assert ledger_texts(period_2021, award_id, "团支部推优") == ["同意推荐。\n到会团员数：20\n赞成票数：18"]


def test_003_e_young_person_outside_the_league_needs_a_stated_reason(period_2021: Story) -> None:
    key = apply(period_2021, entitle(period_2021), "群众")

    assert waits_at(period_2021, key) == ["state_reason"]
    complete(period_2021, key, "state", by="xiangmu-dang", reason="入职前已超龄离团，表现突出。")

    assert waits_at(period_2021, key) == ["party_decides"]


def test_003_e_older_person_outside_the_league_goes_to_the_party_at_once(period_2021: Story) -> None:
    key = apply(period_2021, entitle(period_2021, birth=date(1988, 8, 1)), "群众")

    assert waits_at(period_2021, key) == ["party_decides"]


def test_003_e_branch_recommends_by_a_majority_only(period_2021: Story) -> None:
    key = apply(period_2021, entitle(period_2021), "共青团员")
    votes = {"day": "2021-08-02", "present": 20, "in_favour": 10, "text": "票数不够。"}

    with pytest.raises(Invalid) as told:
        complete(period_2021, key, "recommend", by="xiangmu-tuan", **votes)
    complete(period_2021, key, "decline", by="xiangmu-tuan", **votes)

    assert list(told.value.fields) == ["in_favour"]
    assert waits_at(period_2021, key) == []


def test_003_e_recommendation_is_begun_by_the_holder_or_his_branch_and_once_at_a_time(
    period_2021: Story,
) -> None:
    award_id = entitle(period_2021)
    with period_2021.acting("daoshi") as ctx, pytest.raises(Forbidden):
        processes.begin_by_hand(ctx, read(ctx, award_id), "party_applied")
    with period_2021.acting("xiangmu-tuan") as ctx:
        first: Instance = processes.begin_by_hand(ctx, read(ctx, award_id), "party_applied")
        assert first.business_key == f"award:{award_id}:party:by-hand:1"

    with period_2021.acting("houxuanren") as ctx, pytest.raises(Conflict, match="正在办理"):
        processes.begin_by_hand(ctx, read(ctx, award_id), "party_applied")


def test_x15_a_secretary_who_holds_the_title_does_not_recommend_himself(period_2021: Story) -> None:
    award_id = entitle(period_2021)
    key = apply(period_2021, award_id, "共青团员")
    with period_2021.wiring.transaction() as ctx:
        holder = ctx.session.scalars(select(User).where(User.login == "houxuanren")).one()
        people.grant(ctx, holder, "league", holder.unit)
    vote = {"day": "2021-08-02", "present": 20, "in_favour": 18, "text": "同意推荐。"}

    with pytest.raises(Forbidden, match="本人不能对自己的申报签署意见"):
        complete(period_2021, key, "recommend", by="houxuanren", **vote)
    complete(period_2021, key, "recommend", by="xiangmu-tuan", **vote)

    assert waits_at(period_2021, key) == ["committee_reviews"]
