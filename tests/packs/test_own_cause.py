"""X14, X15: nobody decides on himself, however many hold the role that does (回避)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packs.drawing import BPMN, Drawing
from tests.packs.test_drawings import DIAGRAMS

#: any of these keeps the nominee, or who holds the title, from a step that others share with him
KEPT_FROM_HIM = {"opinion", "recusal", "score"}
#: steps of a title's process that judge its holder; at the others his side, or who serves him, reports
JUDGING = {
    "longcheng-craftsmen": {"confirm_report", "end_review"},
    "thousand-good-youth": {
        "evaluate", "give_feedback", "branch_recommends", "committee_reviews", "state_reason",
        "party_decides",
    },
}  # fmt: skip


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_x15_whoever_is_nominated_fills_in_and_decides_nothing(path: Path) -> None:
    drawing = Drawing(path)
    [nomination] = [one for one in drawing.all("process") if one.get("id") == "nomination"]
    steps = {step.get("id"): drawing.properties(step) for step in nomination.iter(f"{BPMN}userTask")}

    assert [
        step for step, said in steps.items() if "record" not in said and not KEPT_FROM_HIM & said.keys()
    ] == []


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_x15_whoever_holds_a_title_is_not_judged_by_himself(path: Path) -> None:
    drawing = Drawing(path)
    steps = {step.get("id"): drawing.properties(step) for step in drawing.all("userTask")}

    assert [step for step in JUDGING.get(path.stem, ()) if not KEPT_FROM_HIM & steps[step].keys()] == []
