"""003-B: 两新等其他基层领域 is a stream of its own: form, recommender, roster and report."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from service.errors import Invalid
from service.models import Candidate, Round, Unit, UserTask
from service.programmes.form import schemas
from service.programmes.paper import rosters
from service.programmes.round import coverage
from service.workflow.context import Context
from tests.packs.judging import judge, the_pack
from tests.packs.thousand_good_youth.living import ENTERPRISE, hand_in
from tests.programmes.story import Story

PACK = the_pack("thousand-good-youth")


def listed(ctx: Context, entry: Round, unit: str, key: str) -> list[str]:
    recommender = ctx.session.scalars(select(Unit).where(Unit.code == unit)).one()
    roster = rosters.gather(ctx, entry, recommender, key)
    return [row[1] for rows in roster.sheets.values() for row in rows]


def test_003_b_new_sector_is_listed_on_a_roster_of_its_own(period_2021: Story) -> None:
    official = hand_in(period_2021, "keqiao-jg-01", "organ")
    worker = hand_in(period_2021, "keqiao-lx-01", "new_sector", answers=ENTERPRISE)

    with period_2021.wiring.reading() as ctx:
        entry = period_2021.entry(ctx)
        found = {key: listed(ctx, entry, "keqiao", key) for key in ("roster", "new_sector_roster")}

    assert found == {
        "roster": [period_2021.read(official).name],
        "new_sector_roster": [period_2021.read(worker).name],
    }


@pytest.mark.parametrize(
    ("category", "level", "result"),
    [
        ("new_sector", "区县", "PASS"),
        ("new_sector", "市直", "FAIL"),
        ("organ", "市直", "PASS"),
        ("enterprise", "区县", "PASS"),
    ],
)
def test_x23_new_sector_is_recommended_by_the_districts_league_committee(
    category: str, level: str, result: str
) -> None:
    found = judge(
        PACK, birth_date=date(1995, 8, 1), category=category, staffing="单位在编", recommender_level=level
    )

    assert (found["X23"].result, found["X23"].field) == (result, "category")


def test_x23_candidate_of_another_stream_waits_for_a_ruling(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxjg-01", "new_sector", by="sxjg-01-tuan", answers=ENTERPRISE)

    assert period_2021.waits_at(nominee) == ["confirm_ineligible"]


@pytest.mark.parametrize(("category", "asked"), [("organ", False), ("new_sector", True)])
def test_003_b_form_asks_the_kind_of_new_sector_of_nobody_else(category: str, asked: bool) -> None:
    with pytest.raises(Invalid) as told:
        schemas.validate(PACK.forms["thousand-good-youth.candidate"], {"category": category})

    assert ("sector_kind" in told.value.fields) is asked


def test_n67_coverage_counts_each_stream_by_itself(period_2021: Story) -> None:
    period_2021.nominate("keqiao-jg-01", "organ", by="keqiao-jg-01-tuan")
    period_2021.nominate("keqiao-lx-01", "new_sector", by="keqiao-lx-01-tuan", answers=ENTERPRISE)

    with period_2021.wiring.reading() as ctx:
        official, district = coverage.list_coverage(ctx, period_2021.entry(ctx))

    assert (len(official.units), len(official.gaps), official.nominated) == (140, 139, 1)
    assert [(row.unit.code, row.nominated) for row in district.units] == [
        ("yuecheng", 0), ("shangyu", 0), ("zhuji", 0), ("shengzhou", 0), ("xinchang", 0), ("keqiao", 1),
    ]  # fmt: skip


def test_003_b_each_districts_league_committee_reports_on_its_own(period_2021: Story) -> None:
    with period_2021.wiring.reading() as ctx:
        query = select(Candidate.group_key).join(UserTask, UserTask.id == Candidate.user_task_id)
        groups = list(ctx.session.scalars(query.where(UserTask.element_id == "report_new_sector")))

    assert sorted(groups) == [
        f"recommender@{code}"
        for code in sorted(["yuecheng", "keqiao", "shangyu", "zhuji", "shengzhou", "xinchang"])
    ]
