"""What the list of nominations is narrowed to: read from the address, and named on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from service.models import QuotaKind
from service.programmes.nomination import phases
from service.programmes.nomination.searches import MAY_BE_EMPTY, Filter
from service.programmes.rule.proportion import Proportion
from service.web.frame import labels
from service.web.frame.numbers import number
from service.web.round import charts

#: value of ``place`` to the kind of place taken, and what the page calls it
PLACES: dict[str, tuple[QuotaKind, Any]] = {
    "1": (QuotaKind.NOMINATION, lazy_gettext("占用推荐名额")),
    "award": (QuotaKind.AWARD, lazy_gettext("占用评选名额")),
}
EMPTY: dict[str, Any] = {"sex": lazy_gettext("性别未填"), "industry": lazy_gettext("行业未填")}


def read_filter() -> Filter:
    """Read a filter from the address; what is malformed narrows nothing."""
    status, phase = request.args.get("status", ""), request.args.get("phase", "")
    eligibility, empty = request.args.get("eligibility", ""), request.args.get("empty", "")
    place = PLACES.get(request.args.get("place", ""))
    return Filter(
        status=status if status in labels.NOMINATION else "",
        category=request.args.get("category", "")[:40],
        recommender_id=request.args.get("recommender", None, type=number),
        text=request.args.get("text", "").strip()[:80],
        phase=phase if phases.statuses_of(phase) else "",
        sex=request.args.get("sex", "")[:4],
        industry=request.args.get("industry", "")[:40],
        empty=empty if empty in MAY_BE_EMPTY else "",
        holds=place[0] if place else "",
        eligibility=eligibility if eligibility in labels.ELIGIBILITY else "",
        is_exception=request.args.get("exception") == "1",
        proportion=request.args.get("proportion", None, type=number),
        is_part=request.args.get("part") == "1",
    )


def name_narrowing(narrow: Filter, asked: Sequence[Proportion]) -> list[tuple[str, str, str]]:
    """Return what else a list is narrowed to than its fields show: parameter, value, what it is called."""
    named = {**charts.phases(), "running": _("仍在评选中"), "listed": _("在名单上")}
    place = next(((key, word) for key, (kind, word) in PLACES.items() if kind == narrow.holds), ("", ""))
    found = [
        ("phase", narrow.phase, named.get(narrow.phase, "")),
        ("sex", narrow.sex, narrow.sex),
        ("industry", narrow.industry, narrow.industry),
        ("empty", narrow.empty, str(EMPTY.get(narrow.empty, ""))),
        ("place", place[0], str(place[1])),
        ("eligibility", narrow.eligibility, str(labels.ELIGIBILITY.get(narrow.eligibility, ("",))[0])),
        ("exception", "1" if narrow.is_exception else "", _("破格")),
        *_name_proportion(narrow, asked),
    ]
    return [(name, value, word) for name, value, word in found if value]


def _name_proportion(narrow: Filter, asked: Sequence[Proportion]) -> list[tuple[str, str, str]]:
    if narrow.proportion is None:
        return []
    position = narrow.proportion
    name = asked[position].name if position < len(asked) else ""
    part = ("part", "1" if narrow.is_part else "", name)
    return [("proportion", str(position), _("比例“%(name)s”的计算范围", name=name)), part]
