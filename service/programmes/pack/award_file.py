"""Reading ``[[categories]]`` and ``[award]`` of programme.toml: what is granted, and how many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from service.programmes.pack.programme import Award, Category
from service.programmes.pack.toml_table import Table


def read_categories(table: Table) -> dict[str, Category]:
    """Read a programme's categories by key."""
    categories: dict[str, Category] = {}
    for entry in table.tables("categories"):
        category = Category(key=entry.text("key"), name=entry.text("name"), places=entry.integer("places", 0))
        if category.key in categories or category.name in {c.name for c in categories.values()}:
            entry.complain("key", f"类别“{category.key} {category.name}”重复")
        categories[category.key] = category
        entry.finish()
    if any(category.places for category in categories.values()):
        _require_places(table, categories)
    return categories


def _require_places(table: Table, categories: Mapping[str, Category]) -> None:
    """A bound that some categories have and others have not cannot be meant."""
    default = table.table("award").integer("places_per_category", 0)
    without = [category.name for category in categories.values() if not (category.places or default)]
    if without:
        table.complain("categories", f"places：{'、'.join(without)}也须写明授予名额")


def read_award(table: Table) -> Award:
    """Read the title a programme grants."""
    award = Award(
        title=table.text("title"),
        places_per_category=table.integer("places_per_category", 0),
        at_least=table.integer("at_least", 0),
        reserves_per_category=table.integer("reserves_per_category", 0),
        refill_cancelled=table.flag("refill_cancelled", default=False),
        period_from=_read_day(table, "period_from"),
        period_until=_read_day(table, "period_until"),
    )
    if award.refill_cancelled and not award.reserves_per_category:
        table.complain("refill_cancelled", "要递补须写明 reserves_per_category（每类留几名候补）")
    if (award.period_from is None) != (award.period_until is None):
        table.complain("period_until", "与 period_from 须同时写明，或都不写")
    elif award.period_from and award.period_until and award.period_until < award.period_from:
        table.complain("period_until", "不能早于 period_from")
    table.finish()
    return award


def _read_day(table: Table, key: str) -> date | None:
    return table.day(key) if key in table.keys() else None  # noqa: SIM118 - a Table is no dict
