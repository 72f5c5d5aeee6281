"""What the organiser rules of a 破格, and of somebody born on the very day of a bound (A-01, X02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.errors import Conflict, Invalid
from service.models import Nomination, NoticeKind
from service.programmes.domain import Programmes
from service.programmes.nomination import exceptions, opinions, screening
from service.programmes.paper.answers import remark_of
from service.programmes.publication import notices
from tests.programmes.story import REASON, Story

OVER_AGE, ON_THE_BOUND, IN_AGE = date(1988, 12, 31), date(1989, 1, 1), date(1995, 8, 1)
LAST_DAY = date(1984, 1, 1)  #: no exception by the words alone, and one at best
YOUNGEST_DAY = date(2006, 1, 1)  #: the bound at 18, which no exception widens
EXAMINED = {"insured": True, "national": True, "conduct": True}


def examine(story: Story, nominee: int, outcome: str = "pass", **answers: object) -> None:
    story.complete(nominee, "qualification_review", outcome, **EXAMINED | answers)


def printed(story: Story, nominee: int) -> tuple[str, str]:
    found = story.read(nominee)
    return found.exception_reason, remark_of(found)


@pytest.mark.parametrize("birth", [OVER_AGE, ON_THE_BOUND])
def test_nobody_passes_without_the_ruling_he_needs(round_2024: Story, birth: date) -> None:
    nominee = round_2024.nominate(birth=birth, to="qualification_review")

    with pytest.raises(Invalid) as refused:
        examine(round_2024, nominee)

    assert refused.value.fields == {"ruling": "请选择主办单位裁定。"}
    assert round_2024.waits_at(nominee) == ["qualification_review"]


def test_n03_youngest_day_is_confirmed_by_a_person_and_is_no_exception(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=YOUNGEST_DAY, to="recommender_opinion")
    round_2024.complete(
        nominee, "recommender_opinion", "approve", reason="同意推荐。", exception_reason=REASON
    )
    applied = printed(round_2024, nominee)
    round_2024.carry(nominee, "qualification_review")

    with pytest.raises(Invalid) as refused:
        examine(round_2024, nominee)
    examine(round_2024, nominee, plain_ruling="eligible", ruling="exception")
    round_2024.to_notice()

    [person] = [p for c in round_2024.notice().snapshot["categories"] for p in c["people"]]
    with round_2024.wiring.reading() as ctx:
        given = opinions.list_of(ctx, ctx.session.get_one(Nomination, nominee))
        found = {f.rule: f.result for f in screening.list_findings(ctx, round_2024.read(nominee))}
    assert refused.value.fields == {"plain_ruling": "请选择主办单位认定。"}
    assert applied == printed(round_2024, nominee) == ("", "")
    assert [one.text for one in given if one.heading == "资格审查及初审"] == ["符合条件"]
    assert (found["N03"], person["exception_reason"]) == ("REVIEW", "")


def test_n03_youngest_day_confirmed_as_outside_does_not_pass(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=YOUNGEST_DAY, to="qualification_review")

    with pytest.raises(Invalid) as refused:
        examine(round_2024, nominee, plain_ruling="ineligible")
    examine(
        round_2024, nominee, "fail", plain_ruling="ineligible", defects=["out_of_age"], reason="不含当日。"
    )

    found = round_2024.read(nominee)
    assert list(refused.value.fields) == ["plain_ruling"]
    assert (found.status, found.status_reason) == ("failed", "不符合；年龄不在寻访范围；不含当日。")


def test_nobody_is_ruled_on_whom_the_rules_let_pass(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=IN_AGE, to="qualification_review")

    examine(round_2024, nominee, ruling="ineligible")

    assert round_2024.status(nominee) == "shortlisted"


@pytest.mark.parametrize(
    ("birth", "ruling"),
    [
        (OVER_AGE, "eligible"),
        (OVER_AGE, "ineligible"),
        (ON_THE_BOUND, "ineligible"),
        (LAST_DAY, "eligible"),
        (LAST_DAY, "ineligible"),
    ],
)
def test_a_ruling_that_does_not_let_him_pass_is_refused_with_the_pass(
    round_2024: Story, birth: date, ruling: str
) -> None:
    nominee = round_2024.nominate(birth=birth, to="qualification_review")

    with pytest.raises(Invalid) as refused:
        examine(round_2024, nominee, ruling=ruling)

    assert list(refused.value.fields) == ["ruling"]
    assert round_2024.status(nominee) == "qualifying"


@pytest.mark.parametrize("birth", [OVER_AGE, ON_THE_BOUND, LAST_DAY])
def test_exception_is_applied_for_until_it_is_approved_by_name_and_date(
    round_2024: Story, birth: date
) -> None:
    nominee = round_2024.nominate(birth=birth, to="qualification_review")
    applied = printed(round_2024, nominee)

    examine(round_2024, nominee, ruling="exception", reason="符合个别优秀。")

    with round_2024.wiring.reading() as ctx:
        ruled = opinions.list_of(ctx, ctx.session.get_one(Nomination, nominee))[-1]
    assert applied == (REASON, f"申请破格：{REASON}")
    assert printed(round_2024, nominee) == (REASON, f"破格：{REASON}")
    assert (ruled.heading, ruled.signed_by, ruled.text) == (
        "资格审查及初审", "演示-市委青年发展部", "同意破格；符合个别优秀。",
    )  # fmt: skip
    assert ruled.given_at == round_2024.clock()


def test_boundary_day_ruled_within_the_bound_is_printed_as_no_exception(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=ON_THE_BOUND, to="qualification_review")

    examine(round_2024, nominee, ruling="eligible")
    round_2024.to_notice()

    [person] = [p for c in round_2024.notice().snapshot["categories"] for p in c["people"]]
    assert printed(round_2024, nominee) == ("", "")
    assert (person["nomination"], person["exception_reason"]) == (nominee, "")


def test_refused_for_his_age_he_is_told_the_ruling(round_2024: Story) -> None:
    nominee = round_2024.nominate(birth=OVER_AGE, to="qualification_review")

    examine(round_2024, nominee, "fail", ruling="ineligible", defects=["out_of_age"], reason="不属个别优秀。")

    found = round_2024.read(nominee)
    assert (found.status, found.status_reason) == (
        "failed", "不符合；年龄不在寻访范围；不属个别优秀。",
    )  # fmt: skip


@pytest.mark.parametrize(("ruling", "counted"), [("exception", 1), ("eligible", 0)])
def test_boundary_day_counts_as_an_exception_once_it_is_ruled_one(
    round_2024: Story, ruling: str, counted: int
) -> None:
    nominee = round_2024.nominate(birth=ON_THE_BOUND, to="qualification_review")

    examine(round_2024, nominee, ruling=ruling)

    with round_2024.acting("shiwei") as ctx:
        assert sum(exceptions.count_by_recommender(ctx, round_2024.entry(ctx)).values()) == counted


def published_before_and_after(story: Story, nominee: int, **answers: object) -> list[str]:
    """Return the reason a list would print beside a nominee before he is examined, and after."""
    listed = []
    for examined in (False, True):
        if examined:
            examine(story, nominee, **answers)
        with story.acting("shiwei") as ctx:
            person = ctx.session.get_one(Nomination, nominee)
            notice = notices.open_window(ctx, story.entry(ctx), NoticeKind.LOCAL, "公示", [person])
            listed += [p["exception_reason"] for c in notice.snapshot["categories"] for p in c["people"]]
    return listed


def test_reason_is_published_only_of_whom_counts_as_an_exception(round_2024: Story) -> None:
    on_the_bound = round_2024.nominate(birth=ON_THE_BOUND, to="qualification_review")
    over_age = round_2024.nominate(birth=OVER_AGE, to="qualification_review")

    assert published_before_and_after(round_2024, on_the_bound, ruling="exception") == ["", REASON]
    assert published_before_and_after(round_2024, over_age, ruling="exception") == [REASON, REASON]


def allow(story: Story, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Let a unit recommend so many exceptions."""
    programme = replace(
        story.pack.programme, choices=replace(story.pack.programme.choices, exceptions_per_unit=most)
    )
    domain = story.wiring.house.domain
    assert isinstance(domain, Programmes)
    monkeypatch.setattr(domain, "packs", {programme.key: replace(story.pack, programme=programme)})


def test_whoever_asks_to_be_ruled_an_exception_counts_in_his_units_bound(
    round_2024: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(round_2024, monkeypatch, 1)
    round_2024.nominate(birth=ON_THE_BOUND, to="consult_police")
    second = round_2024.nominate(birth=LAST_DAY, to="recommender_opinion")

    with pytest.raises(Conflict) as refused:
        round_2024.complete(
            second, "recommender_opinion", "approve", reason="同意推荐。", exception_reason=REASON
        )

    assert "已推荐破格人选 1 名，达到本活动每个推荐单位的上限" in refused.value.message


def test_bound_of_exceptions_is_asked_again_when_the_organiser_rules(
    round_2024: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = round_2024.nominate(birth=ON_THE_BOUND, to="qualification_review")
    second = round_2024.nominate(birth=ON_THE_BOUND, to="qualification_review")
    allow(round_2024, monkeypatch, 1)

    with pytest.raises(Invalid) as refused:
        examine(round_2024, first, ruling="exception")
    examine(round_2024, second, ruling="eligible")
    examine(round_2024, first, ruling="exception")

    assert "达到本活动每个推荐单位的上限" in refused.value.fields["ruling"]
    assert [round_2024.status(one) for one in (first, second)] == ["shortlisted", "shortlisted"]
