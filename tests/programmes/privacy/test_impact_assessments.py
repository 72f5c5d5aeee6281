"""The assessment of impact: made from the pack, concluded by the organiser, kept as it was concluded."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document

from service.errors import Forbidden, Invalid
from service.programmes.privacy import impact_assessments
from tests.programmes.privacy.any_pack import CRAFTSMEN, THOUSAND, YOUTH, AnyStory
from tests.programmes.story import LEAGUE, ORGANISER, Story

CONCLUSION = {"conclusion": "目的正当、必要，措施与风险相适应。", "signed_by": "演示-负责人"}


@pytest.mark.parametrize("any_round", [YOUTH, CRAFTSMEN, THOUSAND], indirect=True)
def test_it_says_what_is_handled_by_whom_and_where_it_goes(any_round: AnyStory) -> None:
    with any_round.acting(any_round.organiser) as ctx:
        assessed = impact_assessments.describe(ctx, any_round.pack.key)

    basics, fields, steps, whither, kept, risks = (dict(rows) for rows in assessed.sections.values())
    programme = any_round.pack.programme
    roles = {role.name for role in programme.roles.values()}
    assert basics["活动"].startswith(programme.title)
    assert "敏感个人信息" in fields["身份证号"]
    assert "可以公开" in fields["姓名"]
    assert any(any(role in said for role in roles) for said in steps.values())
    assert {"公示和公布", "向其他单位提供", "向上推报", "处理敏感个人信息"} <= whither.keys()
    assert str(programme.not_awarded_days) in kept["没有获得称号的"]
    assert len(risks) == 7


def test_a_conclusion_keeps_what_it_was_drawn_from(round_2024: Story) -> None:
    key = round_2024.pack.key
    with round_2024.acting(ORGANISER) as ctx:
        version = impact_assessments.describe(ctx, key).version
        row = impact_assessments.conclude(ctx, key, version, assessed_on="2024-03-14", **CONCLUSION)
        report = Document(io.BytesIO(impact_assessments.print_report(ctx, key, row.id)))
        empty = Document(io.BytesIO(impact_assessments.print_report(ctx, key)))

    cells = [cell.text for table in report.tables for line in table.rows for cell in line.cells]
    assert (CONCLUSION["conclusion"] in cells, "2024-03-14" in cells, "身份证号" in cells) == (True,) * 3
    assert CONCLUSION["conclusion"] not in [
        cell.text for table in empty.tables for line in table.rows for cell in line.cells
    ]
    with round_2024.acting(ORGANISER) as ctx:
        [kept] = impact_assessments.list_of(ctx, key)
        assert (kept.version, impact_assessments.keep_until(kept)) == (version, date(2027, 3, 14))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"conclusion": "可以"}, "conclusion"),
        ({"assessed_on": "2024-13-01"}, "assessed_on"),
        ({"assessed_on": "2030-01-01"}, "assessed_on"),
        ({"signed_by": " "}, "signed_by"),
        ({"version": "older"}, "version"),
    ],
)
def test_what_is_missing_or_has_changed_meanwhile_is_refused(
    round_2024: Story, changed: dict[str, str], field: str
) -> None:
    key = round_2024.pack.key
    with round_2024.acting(ORGANISER) as ctx:
        version = impact_assessments.describe(ctx, key).version
    given = {"version": version, "assessed_on": "2024-03-14", **CONCLUSION, **changed}

    with round_2024.acting(ORGANISER) as ctx, pytest.raises(Invalid) as refused:
        impact_assessments.conclude(ctx, key, **given)

    assert list(refused.value.fields) == [field]


def test_it_is_the_organisers_and_the_administrators(round_2024: Story) -> None:
    with round_2024.acting(LEAGUE) as ctx:
        assert impact_assessments.list_programmes(ctx) == []
        with pytest.raises(Forbidden, match="主办单位"):
            impact_assessments.describe(ctx, round_2024.pack.key)
    with round_2024.acting("admin") as ctx:
        assert len(impact_assessments.list_programmes(ctx)) == 3
