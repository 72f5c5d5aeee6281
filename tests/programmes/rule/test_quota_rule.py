"""N64: “青年数在20人以内的选树培育1名，在20人及以上的，按照20:1的比例”, with every rounding of A-40."""

from __future__ import annotations

import pytest

from service.programmes.rule.quota_rule import QuotaRule, Rounding

VECTORS = [
    # heads, floor, half up, ceil
    (0, 0, 0, 0),
    (1, 1, 1, 1),
    (19, 1, 1, 1),
    (20, 1, 1, 1),
    (21, 1, 1, 2),
    (29, 1, 1, 2),
    (30, 1, 2, 2),
    (39, 1, 2, 2),
    (40, 2, 2, 2),
    (41, 2, 2, 3),
    (60, 3, 3, 3),
    (100, 5, 5, 5),
]


@pytest.mark.parametrize(("heads", "floor", "half_up", "ceil"), VECTORS)
def test_n64_twenty_to_one(heads: int, floor: int, half_up: int, ceil: int) -> None:
    def places(rounding: Rounding) -> int:
        return QuotaRule(source="ratio", per=20, least=1, rounding=rounding).count_places(heads)

    assert [places("floor"), places("half-up"), places("ceil")] == [floor, half_up, ceil]
