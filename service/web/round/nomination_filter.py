"""What the list of nominations is narrowed to: read from the address, and named on the page."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from service.programmes.nomination import phases
from service.programmes.nomination.searches import Filter
from service.web.frame import labels
from service.web.frame.numbers import number
from service.web.round import charts


def read_filter() -> Filter:
    """Read a filter from the address; what is malformed narrows nothing."""
    status, phase = request.args.get("status", ""), request.args.get("phase", "")
    eligibility = request.args.get("eligibility", "")
    return Filter(
        status=status if status in labels.NOMINATION else "",
        category=request.args.get("category", "")[:40],
        recommender_id=request.args.get("recommender", None, type=number),
        text=request.args.get("text", "").strip()[:80],
        phase=phase if phases.statuses_of(phase) else "",
        sex=request.args.get("sex", "")[:4],
        industry=request.args.get("industry", "")[:40],
        holds_place=request.args.get("place") == "1",
        eligibility=eligibility if eligibility in labels.ELIGIBILITY else "",
    )


def name_narrowing(narrow: Filter) -> list[tuple[str, str, str]]:
    """Return what else a list is narrowed to than its fields show: parameter, value, what it is called."""
    named = {**charts.phases(), "running": _("仍在评选中")}
    found = [
        ("phase", narrow.phase, named.get(narrow.phase, "")),
        ("sex", narrow.sex, narrow.sex),
        ("industry", narrow.industry, narrow.industry),
        ("place", "1" if narrow.holds_place else "", _("占用推荐名额")),
        ("eligibility", narrow.eligibility, str(labels.ELIGIBILITY.get(narrow.eligibility, ("",))[0])),
    ]
    return [(name, value, word) for name, value, word in found if value]
