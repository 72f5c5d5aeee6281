"""Annex 1 of notice 002: 申请人签字 and its date, which no seal stands beside."""

from __future__ import annotations

import pytest

from service.models import Nomination
from service.programmes.demo.demo_file import read_demo
from service.programmes.paper import forms
from tests.packs.test_papers import grid
from tests.programmes.review.panel_story import PanelStory

UNION, APPLICANT = "jiceng", "shenqing"


@pytest.mark.parametrize(
    ("filled_in_by", "day"), [(APPLICANT, "2024年11月18日"), (UNION, "年月日")], ids=["himself", "his union"]
)
def test_002_annex_1_dates_the_signature_by_what_the_applicant_handed_in_himself(
    panel: PanelStory, filled_in_by: str, day: str
) -> None:
    applied = panel.start("wujin-1", "craftsman", source="self", by=APPLICANT)
    answers = dict(read_demo(panel.pack.demo).answers) | {"category": "craftsman"}
    panel.hand_in(applied, by=filled_in_by, **answers)
    panel.pass_until("2024-11-20 09:00")

    with panel.wiring.reading() as ctx:
        printed = forms.print_form(ctx, ctx.session.get_one(Nomination, applied), "recommendation")

    [deeds] = [row for row in grid(printed).split("\n") if row.startswith("主要事迹")]
    assert deeds.endswith(f"申请人签字:{day}")
