"""Reading ``[quota]``, ``[[coverage]]`` and ``[[proportions]]`` of programme.toml."""

from __future__ import annotations

from typing import cast

from service.programmes.pack.toml_table import Table
from service.programmes.rule.coverage_rule import COUNTED, Counted, CoverageRule
from service.programmes.rule.proportion import WHOLE, Proportion
from service.programmes.rule.quota_rule import ROUNDINGS, SOURCES, QuotaRule, QuotaSource, Rounding


def read_quota(table: Table, *, has_annex: bool) -> QuotaRule:
    """Read how places come about: from the annex where the programme has one, else reckoned."""
    source = table.choice("source", SOURCES, "matrix")
    if (source == "matrix") != has_annex:
        table.complain("source", "matrix 须写明 quotas（名额分配表的文件），其他来源不用这个文件")
    rule = QuotaRule(
        source=cast(QuotaSource, source),
        hard=table.choice("strength", ("hard", "soft"), "hard") == "hard",
        per=table.integer("per", 1, least=1),
        rounding=cast(Rounding, table.choice("rounding", ROUNDINGS, "floor")),
        least=table.integer("least", 0),
        recommenders=table.texts("recommenders", ()),
    )
    if source != "matrix" and not rule.recommenders:
        table.complain("recommenders", "须写明推荐单位的代码")
    table.finish()
    return rule


def read_coverage(table: Table) -> CoverageRule:
    """Read a stream whose units are watched for having nobody."""
    rule = CoverageRule(
        name=table.text("name"),
        categories=table.texts("categories", ()),
        by=cast(Counted, table.choice("by", COUNTED, "workplace")),
        levels=table.texts("levels", ()),
        at_least=table.integer("at_least", 1, least=1),
    )
    table.finish()
    return rule


def read_proportion(table: Table) -> Proportion:
    """Read a share that the notice asks for."""
    read = Proportion(
        name=table.text("name"),
        field=table.text("field"),
        values=table.texts("values"),
        at_least=table.integer("at_least", 0),
        at_most=table.integer("at_most", 100),
        categories=table.texts("categories", ()),
        by_recommender=table.flag("by_recommender", default=False),
    )
    if not read.at_least <= read.at_most <= WHOLE or (read.at_least, read.at_most) == (0, WHOLE):
        table.complain("at_least", "比例为 0 到 100 的整数，至少写明 at_least 或 at_most，前者不大于后者")
    table.finish()
    return read
