"""The form check (形式审查, X16): a checklist of defects, a correction with a deadline, or a refusal."""

from __future__ import annotations

import pytest

from service.errors import Conflict, Invalid
from service.programmes.nomination import opinions, record
from service.programmes.review import form_checks
from tests.programmes.review.panel_story import PanelStory

WANTING = {"defects": ["unsealed", "evidence_missing"], "reason": "请补盖公章并补齐证书。"}


def test_what_is_wanting_goes_back_with_its_list(panel: PanelStory) -> None:
    applied = panel.apply()

    panel.complete(applied, "form_check", "correct", **WANTING)

    assert panel.waits_at(applied) == ["correct_materials"]
    assert _defects(panel, applied) == [
        ("单位意见未盖公章", True, False),
        ("支撑材料缺失或不能证明", True, False),
    ]
    with panel.wiring.reading() as ctx:
        given = opinions.list_of(ctx, panel.read(applied))
        assert given[-1].text == "单位意见未盖公章、支撑材料缺失或不能证明；请补盖公章并补齐证书。"


def test_what_is_corrected_is_checked_again_and_passes(panel: PanelStory) -> None:
    applied = panel.apply()
    panel.complete(applied, "form_check", "correct", **WANTING)

    _correct(panel, applied)
    panel.complete(applied, "form_check", "pass")

    assert panel.status(applied) == "shortlisted"
    assert [cleared for _, _, cleared in _defects(panel, applied)] == [True, True]


def test_a_second_correction_is_refused(panel: PanelStory) -> None:
    applied = panel.apply()
    panel.complete(applied, "form_check", "correct", **WANTING)
    _correct(panel, applied)

    with pytest.raises(Conflict, match="已经补正过 1 次，只能通过或不予通过"):
        panel.complete(applied, "form_check", "correct", **WANTING)

    panel.complete(applied, "form_check", "refuse", **WANTING)
    assert panel.status(applied) == "failed"


def test_what_is_not_corrected_in_five_working_days_fails(panel: PanelStory) -> None:
    applied = panel.apply()
    panel.complete(applied, "form_check", "correct", **WANTING)

    panel.pass_until("2024-11-25 23:59")
    assert panel.status(applied) == "qualifying"
    panel.pass_until("2024-11-26 00:01")

    assert (panel.status(applied), panel.read(applied).status_reason) == ("failed", "限期补正，逾期未提交")


@pytest.mark.parametrize("outcome", ["correct", "refuse"])
def test_without_a_defect_nothing_is_sent_back(panel: PanelStory, outcome: str) -> None:
    applied = panel.apply()

    with pytest.raises(Invalid, match="请勾选存在的问题") as refused:
        panel.complete(applied, "form_check", outcome, reason="材料不全。")

    assert list(refused.value.fields) == ["defects"]


def test_with_a_defect_nothing_passes(panel: PanelStory) -> None:
    applied = panel.apply()

    with pytest.raises(Invalid, match="勾选了问题的，不能通过"):
        panel.complete(applied, "form_check", "pass", sound=True, employed=True, portrait=True, **WANTING)

    assert panel.waits_at(applied) == ["form_check"]


def _correct(story: PanelStory, nomination_id: int) -> None:
    with story.wiring.reading() as ctx:
        answers = record.answers_of(ctx, story.read(nomination_id))
    story.complete(nomination_id, "correct_materials", "submit", **answers)
    story.carry(nomination_id, "form_check")


def _defects(story: PanelStory, nomination_id: int) -> list[tuple[str, bool, bool]]:
    with story.wiring.reading() as ctx:
        found = form_checks.list_of(ctx, story.read(nomination_id))
        return [(defect.label, defect.correctable, defect.cleared_at is not None) for defect in found]
