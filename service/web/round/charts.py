"""The charts of a round's page, as data the script draws: every bar says where its list is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from service.models import Round
from service.programmes.board.progress import Level, Share, UnitProgress
from service.programmes.board.round_dates import StageDates
from service.programmes.round.funnel import QuotaTable
from service.web.frame.labels import NOMINATION, STAGE

Chart = dict[str, Any]


def phases() -> dict[str, str]:
    """Return what the phases are called, in order."""
    return {
        "filing": _("填报推荐中"),
        "examining": _("资格审查中"),
        "standing": _("入围及以后"),
        "out": _("已退出或未入选"),
    }


def draw_levels(entry: Round, levels: Sequence[Level], categories: Mapping[str, str]) -> Chart:
    """Draw the funnel: a bar a status, stacked by category."""
    shown = [level for level in levels if level.total]
    return {
        "title": _("各状态的申报，按类别"),
        "rows": [str(NOMINATION[level.status][0]) for level in shown],
        "series": [
            {
                "name": name,
                "data": [
                    _bar(level.by_category.get(key, 0), entry, status=level.status, category=key)
                    for level in shown
                ],
            }
            for key, name in categories.items()
        ],
    }


def draw_units(entry: Round, units: Sequence[UnitProgress]) -> Chart:
    """Draw how far each recommending unit has come: a bar a unit, stacked by phase."""
    return {
        "title": _("各推荐单位的申报，按进展"),
        "rows": [row.unit.name for row in units],
        "series": [
            {
                "name": name,
                "data": [
                    _bar(row.by_phase.get(phase, 0), entry, recommender=row.unit.id, phase=phase)
                    for row in units
                ],
            }
            for phase, name in phases().items()
        ],
    }


def draw_quotas(entry: Round, table: QuotaTable) -> Chart:
    """Draw how the places are used: taken, over, free, a bar a unit."""
    rows = [(unit, total) for unit, _row, total in table.rows]
    # of another unit the reader would find an empty list
    holding = [
        _list_of(entry, recommender=unit.id, place=1) if unit.id in table.seen else None
        for unit, _total in rows
    ]
    # nobody holds what is free: that is a line of the table of places
    free = [
        url_for("quota_pages.show", round_id=entry.id, _anchor=f"unit-{unit.id}") for unit, _total in rows
    ]
    series = {
        _("已用"): [min(total.taken, total.places) for _unit, total in rows],
        _("超额"): [max(0, total.taken - total.places) for _unit, total in rows],
        _("剩余"): [max(0, total.places - total.taken) for _unit, total in rows],
    }
    return {
        "title": _("各推荐单位的名额"),
        "rows": [unit.name for unit, _total in rows],
        "series": [
            {
                "name": name,
                "rest": name == _("剩余"),
                "data": [
                    {"value": number, "href": href}
                    for number, href in zip(numbers, free if name == _("剩余") else holding, strict=True)
                ],
            }
            for name, numbers in series.items()
            if any(numbers) or name != _("超额")
        ],
    }


def draw_shares(
    entry: Round, title: str, field: str, shares: Sequence[Share], categories: Mapping[str, str]
) -> Chart:
    """Draw the balance of those in the running: a bar a category, stacked by sex or by trade."""
    return {
        "title": title,
        "share": True,
        "rows": [*categories.values(), _("合计")],
        "series": [
            {
                "name": share.value or _("未填"),
                "rest": not share.value,
                "data": [
                    *(
                        _bar(
                            share.by_category.get(key, 0),
                            entry,
                            phase="running",
                            category=key,
                            **narrow_to(field, share),
                        )
                        for key in categories
                    ),
                    _bar(share.total, entry, phase="running", **narrow_to(field, share)),
                ],
            }
            for share in shares
        ],
    }


def narrow_to(field: str, share: Share) -> dict[str, str]:
    """Return what narrows a list to those who are alike in a thing, or have left it open."""
    return {field: share.value} if share.value else {"empty": field}


def draw_dates(stages: Sequence[StageDates], now: datetime, zone: tzinfo) -> Chart:
    """Draw the stages on a time line: when each began, ended or is due, and where today is."""
    rows = [row for row in stages if row.opened or row.due or row.closed]
    return {
        "title": _("各阶段的日期"),
        "kind": "dates",
        "today": {"name": _("现在"), "at": now.astimezone(zone).isoformat()},
        "due": _("截止"),
        "rows": [str(STAGE[row.stage][0]) for row in rows],
        "spans": [_span(row, now, zone) for row in rows],
    }


def _span(row: StageDates, now: datetime, zone: tzinfo) -> dict[str, str | None]:
    begins = row.opened or row.closed or row.due or now
    ends = row.closed or (now if row.opened and row.state == "active" else begins)
    return {
        "from": begins.astimezone(zone).isoformat(),
        "to": max(begins, ends).astimezone(zone).isoformat(),
        "due": row.due.astimezone(zone).isoformat() if row.due else None,
    }


def _bar(number: int, entry: Round, **narrow: Any) -> dict[str, Any]:
    return {"value": number, "href": _list_of(entry, **narrow)}


def _list_of(entry: Round, **narrow: Any) -> str:
    return url_for("nomination_pages.list_nominations", round=entry.id, **narrow)
