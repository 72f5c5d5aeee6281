"""003-A: 单位组织人事部门 puts its young people forward as the league branch does."""

from __future__ import annotations

from tests.packs.thousand_good_youth.living import hand_in
from tests.programmes.story import Story


def test_003_a_personnel_department_puts_forward_and_fills_in(period_2021: Story) -> None:
    nominee = hand_in(period_2021, "sxjg-01", "organ", by="sxjg-01-renshi")

    assert period_2021.read(nominee).recommender.code == "sxjg"
    assert period_2021.waits_at(nominee) == ["file_nomination"]
