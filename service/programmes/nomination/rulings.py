"""Rulings: what the organiser decides where the rules leave a nominee open or ask for an exception (破格).

The field ``ruling`` of the form on which he is examined. Name and date stand with the opinion it is part of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from service.errors import Invalid
from service.models import Nomination, NominationStatus
from service.programmes.nomination.phases import statuses_of
from service.programmes.rule.eligibility import Result

FIELD = "ruling"
ELIGIBLE, INELIGIBLE = "eligible", "ineligible"  #: any other ruling lets him pass as an exception

#: statuses nobody reaches without having been examined
EXAMINED = (*statuses_of("standing"), NominationStatus.NOT_SELECTED, NominationStatus.CANCELLED)


def keep(nomination: Nomination, answers: Mapping[str, Any]) -> None:
    """Keep what a ruling that lets a nominee pass means for what is printed of him.

    Within the bound he is no exception, and nothing says so any more. Raises Invalid for a ruling that
    does not let him pass.
    """
    ruling = answers.get(FIELD)
    if ruling == INELIGIBLE:
        _refuse("裁定不符合的，不能通过，请选别的结论。")
    if ruling == ELIGIBLE:
        if nomination.eligibility != Result.REVIEW:
            _refuse("不在年龄范围以内的，须同意破格才能通过。")
        nomination.exception_reason = ""
        nomination.revision += 1


def is_approved(nomination: Nomination) -> bool:
    """Say whether the organiser has agreed to a 破格: he let the nominee pass, or overruled the rules."""
    return nomination.eligibility == Result.FAIL or nomination.status in EXAMINED


def counts_as_exception(nomination: Nomination) -> bool:
    """Say of one nomination what ``is_exception`` asks of many."""
    explained = nomination.exception_reason != "" and is_approved(nomination)
    return nomination.eligibility == Result.EXCEPTION or explained


def is_exception() -> ColumnElement[bool]:
    """Return the condition that a nomination is a 破格: by the rules, or by a ruling."""
    ruled = or_(Nomination.eligibility == Result.FAIL, Nomination.status.in_(EXAMINED))
    return or_(Nomination.eligibility == Result.EXCEPTION, and_(Nomination.exception_reason != "", ruled))


def _refuse(sentence: str) -> None:
    raise Invalid(sentence, fields={FIELD: sentence})
