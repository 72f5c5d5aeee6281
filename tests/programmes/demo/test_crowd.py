"""A rehearsal nominates at the workplaces, however deep they lie below a recommender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack, PackUnit
from service.programmes.rule.quota_rule import QuotaRule
from service.rehearsal.crowd import plan

KEY = "changzhou-good-youth"


def test_nominations_come_from_the_bottom_of_every_branch(packs: Mapping[str, Pack]) -> None:
    pack = packs[KEY]
    below = PackUnit(code="qingfeng-plant", name="青锋一厂", level="班组", parent="liyang-qingfeng")
    deeper = replace(pack, units=(*pack.units, below))

    planned = plan(deeper, read_demo(pack.demo), 660, seed=1)

    assert "qingfeng-plant" in {one.unit for one in planned}
    assert "liyang-qingfeng" not in {one.unit for one in planned}


def test_so_many_a_recommender_are_planned_where_each_has_so_many(packs: Mapping[str, Pack]) -> None:
    pack = packs[KEY]
    rule = QuotaRule(source="each", least=2, recommenders=("liyang", "wujin"))
    programme = replace(pack.programme, quota=rule)

    planned = plan(replace(pack, programme=programme), read_demo(pack.demo), 100, seed=1)

    parents = {unit.code: unit.parent for unit in pack.units}
    assert sorted(parents[one.unit] for one in planned) == ["liyang", "liyang", "wujin", "wujin"]
