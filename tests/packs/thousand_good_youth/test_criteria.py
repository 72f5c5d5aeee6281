"""N63: three criteria only people can judge, in the notice's words; the workplace vouches for each."""

from __future__ import annotations

from typing import Any

import pytest

from service.errors import Invalid
from service.programmes.nomination import screening
from tests.packs.thousand_good_youth.living import TICKS
from tests.programmes.story import Story

#: “寻访选树标准” (1) to (3) of the notice, by the tick that vouches for each
CRITERIA = {
    "loyal": (
        "N63.1",
        "坚决拥护中国共产党的领导，坚决拥护党的路线方针政策，带头遵守国家法律法规和各项纪律要求",
    ),
    "upright": ("N63.2", "积极践行社会主义核心价值观，道德品质好，为人公道正派，在群众中威信高、口碑好"),
    "diligent": ("N63.3", "勇于担当重任，善于攻坚克难，为单位行业高质量发展作出突出贡献"),
}


def found(story: Story, nominee: int) -> dict[str, tuple[str, str]]:
    """Return what is kept of each criterion: result and sentence."""
    with story.wiring.reading() as ctx:
        findings = screening.list_findings(ctx, story.read(nominee))
        return {f.rule: (f.result, f.message) for f in findings if f.rule.startswith("N63")}


@pytest.mark.parametrize("missing", CRITERIA)
def test_n63_nobody_passes_unless_the_workplace_vouches_for_every_criterion(
    period_2021: Story, missing: str
) -> None:
    nominee = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    ticks: dict[str, Any] = {**TICKS, missing: False}

    with pytest.raises(Invalid) as refused:
        period_2021.complete(nominee, "workplace_opinion", "approve", text="同意。", **ticks)

    assert list(refused.value.fields) == [missing]
    assert period_2021.waits_at(nominee) == ["workplace_opinion"]


def test_n63_each_criterion_stands_among_the_findings_in_the_notices_words(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")

    period_2021.complete(nominee, "workplace_opinion", "approve", text="同意。", **TICKS)

    assert found(period_2021, nominee) == {
        rule: ("PASS", f"已核实：{words}。") for rule, words in CRITERIA.values()
    }
