"""002-E: a yearly report is sent back with what it lacks, and confirmed without a word."""

from __future__ import annotations

import pytest

from service.errors import Invalid
from tests.programmes.award.conftest import cultivation
from tests.programmes.award.cultivation import Cultivation

__all__ = ["cultivation"]


@pytest.fixture
def reported(cultivation: Cultivation) -> Cultivation:
    """The first year's report, filed and not yet confirmed."""
    cultivation.pass_until("2025-01-02 09:00")
    cultivation.do("submit")
    cultivation.pass_until("2025-12-02 09:00")
    cultivation.do("submit")
    return cultivation


def test_002_e_report_is_not_sent_back_without_what_it_lacks(reported: Cultivation) -> None:
    with pytest.raises(Invalid) as told:
        reported.do("return")

    assert told.value.fields == {"reason": "请填写需要补充的内容。"}
    assert [step for step, _ in reported.waits_for()] == ["confirm_report"]


def test_002_e_report_is_confirmed_without_a_word(reported: Cultivation) -> None:
    reported.do("confirm")

    assert reported.waits_for() == []
