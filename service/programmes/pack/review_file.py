"""Reading ``[review]`` of programme.toml: experts, criteria, ties and ballots."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import cast

from service.programmes.pack.toml_table import Table
from service.programmes.rule.scoring import (
    COMBINES,
    VISIBILITIES,
    Combine,
    Criterion,
    ReviewRules,
    Sitting,
    Visibility,
)

#: of two who vote, each knows from the counts what the other voted
LEAST_VOTERS = 3


def read_review(table: Table) -> ReviewRules | None:
    """Read a programme's review; None where it has none. Problems are noted in the table's list."""
    if not table.keys():
        return None
    criteria = tuple(_read_criterion(row) for row in table.tables("criteria", optional=True))
    rules = ReviewRules(
        criteria=criteria,
        experts=table.integer("experts", 1, least=1),
        combine=cast(Combine, table.choice("combine", COMBINES, "mean")),
        trim=table.integer("trim", 1),
        ties=table.texts("ties", ()),
        others_scores=cast(Visibility, table.choice("others_scores", VISIBILITIES, "after_own")),
        corrections=table.integer("corrections", 1),
        majority=_check_part(table, "majority", table.integers("majority"), "表示超过二分之一"),
        quorum=_check_part(table, "quorum", table.integers("quorum", (1, 2)), "表示过半数"),
        least_voters=table.integer("least_voters", LEAST_VOTERS, least=LEAST_VOTERS),
        sittings=tuple(_read_sitting(row) for row in table.tables("sittings", optional=True)),
    )
    _check(table, rules)
    table.finish()
    return rules


def _read_criterion(table: Table) -> Criterion:
    criterion = Criterion(
        key=table.text("key"),
        name=table.text("name"),
        group=table.text("group", ""),
        weight=table.integer("weight", least=1),
        most=table.integer("most", 10, least=1),
        sitting=table.text("sitting", ""),
    )
    table.finish()
    return criterion


def _read_sitting(table: Table) -> Sitting:
    sitting = Sitting(key=table.text("key"), name=table.text("name"), weight=table.integer("weight", least=1))
    table.finish()
    return sitting


def _check_part(table: Table, key: str, part: Sequence[int], example: str) -> Fraction:
    if len(part) != 2 or not 0 <= part[0] < part[1]:
        table.complain(key, f"应为 [分子, 分母]，例如 [1, 2] {example}")
        return Fraction(1, 2)
    return Fraction(part[0], part[1])


def _check(table: Table, rules: ReviewRules) -> None:
    keys = [criterion.key for criterion in rules.criteria]
    if len(set(keys)) < len(keys):
        table.complain("criteria", "评分标准的 key 不能重复")
    sittings = {sitting.key for sitting in rules.sittings} or {""}
    for criterion in rules.criteria:
        if criterion.sitting not in sittings:
            table.complain(
                "criteria", f"“{criterion.name}”的 sitting 应为 {'、'.join(sorted(sittings))} 之一"
            )
    known = {*keys, *(criterion.group for criterion in rules.criteria)}
    for tie in rules.ties:
        if tie not in known:
            table.complain("ties", f"“{tie}”不是评分标准的 key 或 group")
    if rules.combine == "trimmed_mean" and rules.experts <= 2 * rules.trim:
        table.complain(
            "experts", f"去掉最高、最低各 {rules.trim} 个后没有剩下的评分，应多于 {2 * rules.trim} 人"
        )
