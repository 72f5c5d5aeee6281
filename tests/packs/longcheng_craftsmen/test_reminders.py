"""N44 to N50 remind and refuse nobody: who recommends says why, and the application prints it."""

from __future__ import annotations

import io

import pytest
from docx import Document

from service.errors import Invalid
from service.models import Nomination
from service.programmes.paper import forms
from service.programmes.paper.answers import remark_of
from tests.programmes.review.panel_story import PanelStory

WHY = "获全国技能大赛金牌，技能等级正在评定。"


def words_of(data: bytes) -> str:
    """Return all that the tables of a Word file say."""
    tables = Document(io.BytesIO(data)).tables
    return "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)


def test_n46_whom_a_rule_reminds_of_is_recommended_with_a_reason_that_is_printed(panel: PanelStory) -> None:
    applied = panel.apply(to="recommender_opinion")
    given = {"declassified": True, "reason": "同意推荐。"}

    with pytest.raises(Invalid) as refused:
        panel.complete(applied, "recommender_opinion", "approve", **given)
    panel.complete(applied, "recommender_opinion", "approve", stated_reason=WHY, **given)

    with panel.wiring.reading() as ctx:
        printed = words_of(forms.print_form(ctx, ctx.session.get_one(Nomination, applied), "recommendation"))
    assert refused.value.fields == {"stated_reason": "请填写情况说明。"}
    assert remark_of(panel.read(applied)) == f"说明：{WHY}"
    assert f"同意推荐。\n情况说明：{WHY}" in printed
