"""N61, N64, X23: reminders, one too many and a ruling are explained each for itself, and inside alone."""

from __future__ import annotations

from datetime import date

import pytest

from service.errors import Invalid
from service.models import Nomination, NoticeKind
from service.programmes.form.checks import FormContext
from service.programmes.form.visibility import find_hidden
from service.programmes.nomination import screening
from service.programmes.paper.answers import remark_of
from service.programmes.publication import notices
from service.workflow.instance.execution import RefusedByProcess
from tests.packs.thousand_good_youth.living import ORGANISER, TICKS
from tests.programmes.round.test_ratio_quotas import report
from tests.programmes.story import Story

UNDER_AGE, IN_AGE = date(2003, 6, 2), date(1995, 8, 1)
WHY, OVER = "16周岁入职，劳动合同和监护人同意书在案。", "承担全市重点专班任务，确属优秀。"
STAFFED = {"staffing": "两新领域从业（无编制）", "sector_kind": "新经济组织"}


def to_recommender(story: Story, birth: date, unit: str = "sxjg-01") -> int:
    nominee = story.nominate(unit, "organ", by=f"{unit}-tuan", birth=birth)
    story.complete(nominee, "workplace_opinion", "approve", text="同意。", **TICKS)
    story.carry(nominee, "recommender_opinion")
    return nominee


def approve(story: Story, nominee: int, **reasons: str) -> None:
    story.complete(nominee, "recommender_opinion", "approve", reason="同意推荐。", **reasons)


def test_n61_under_eighteen_is_recommended_with_a_stated_reason(period_2021: Story) -> None:
    report(period_2021, 20)
    nominee = to_recommender(period_2021, UNDER_AGE)

    with pytest.raises(Invalid) as refused:
        approve(period_2021, nominee)
    approve(period_2021, nominee, stated_reason=WHY)

    with period_2021.wiring.reading() as ctx:
        found = {f.rule: f.reason for f in screening.list_findings(ctx, period_2021.read(nominee))}
    assert refused.value.fields == {"stated_reason": "请填写情况说明。"}
    assert remark_of(period_2021.read(nominee)) == f"说明：{WHY}"
    assert {rule: reason for rule, reason in found.items() if reason} == {"N61": WHY}


def test_n61_nobody_else_is_asked_why(period_2021: Story) -> None:
    report(period_2021, 20)
    nominee = to_recommender(period_2021, IN_AGE)

    approve(period_2021, nominee, stated_reason="无需说明。")

    assert period_2021.status(nominee) == "qualifying"
    assert remark_of(period_2021.read(nominee)) == ""


def test_n64_answer_to_a_reminder_is_no_reason_for_one_too_many(period_2021: Story) -> None:
    report(period_2021, 20)
    approve(period_2021, to_recommender(period_2021, IN_AGE))
    second = to_recommender(period_2021, UNDER_AGE)

    with pytest.raises(RefusedByProcess, match="1 个建议名额已用完"):
        approve(period_2021, second, stated_reason=WHY)
    approve(period_2021, second, stated_reason=WHY, over_reason=OVER)

    with period_2021.wiring.reading() as ctx:
        found = {f.rule: f.reason for f in screening.list_findings(ctx, period_2021.read(second))}
    assert remark_of(period_2021.read(second)) == f"说明：{WHY}；超额推荐：{OVER}"
    assert {rule: reason for rule, reason in found.items() if reason} == {"N61": WHY, "N64": OVER}


def test_x23_overruling_is_in_the_roster_and_on_no_public_list(period_2021: Story) -> None:
    report(period_2021, 20)
    nominee = period_2021.nominate("sxjg-01", "new_sector", by="sxjg-01-tuan", answers=STAFFED)
    period_2021.complete(nominee, "confirm_ineligible", "overrule", reason="本单位认为优秀。")
    period_2021.complete(nominee, "workplace_opinion", "approve", text="同意。", **TICKS)
    period_2021.carry(nominee, "recommender_opinion")
    approve(period_2021, nominee)

    period_2021.complete(
        nominee, "file_nomination", "file", by=ORGANISER, ruling="eligible", text="经与区团委商定由其报送。"
    )

    found = period_2021.read(nominee)
    with period_2021.acting(ORGANISER) as ctx:
        person = ctx.session.get_one(Nomination, nominee)
        notice = notices.open_window(ctx, period_2021.entry(ctx), NoticeKind.LOCAL, "公示", [person])
        [row] = [p for c in notice.snapshot["categories"] for p in c["people"]]
    assert found.exception_reason == row["exception_reason"] == ""
    assert remark_of(found) == (
        "裁定说明：主办单位裁定符合条件（其他基层领域“由团区、县（市）委单独报团市委”，"
        "请改由单位所在地团区、县（市）委推荐）：经与区团委商定由其报送。"
    )
    assert "商定" not in str(row)


@pytest.mark.parametrize("asks", [True, False])
def test_form_asks_for_the_answer_only_where_a_rule_reminds(period_2021: Story, asks: bool) -> None:
    form = period_2021.pack.forms["thousand-good-youth.recommender-opinion"]

    hidden = find_hidden(form, {}, FormContext(variables={"asks_reason": asks}))

    assert hidden == (frozenset() if asks else {"field_stated_reason"})
