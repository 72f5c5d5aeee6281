"""The columns of a nomination that its record's answers fill: when handed in, and when corrected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from service.models import Nomination
from service.programmes.pack.programme import PERSON, UNIT, Programme
from service.programmes.rule import identity_number

#: answers that fill columns of the nomination of the same name
RECORD_FIELDS = (
    "name",
    "sex",
    "ethnicity",
    "education",
    "political_status",
    "workplace_and_post",
    "industry",
    "phone",
    "category",
    "remark",
)
MAX_WORKPLACE = 200


def read(programme: Programme, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record's answers put into columns; of a person's number also what it tells of him.

    工作单位 and 职务 that a form asks apart stand in one column: that is what is published.
    """
    found: dict[str, Any] = {}
    if answers.get("workplace") and "workplace_and_post" not in answers:
        found["workplace_and_post"] = f"{answers['workplace']}{answers.get('post') or ''}"[:MAX_WORKPLACE]
    found |= {field: answers[field] for field in RECORD_FIELDS if field in answers}
    if programme.nominates_people:
        number = identity_number.parse(str(answers.get("id_number") or ""))
        found |= {"id_number": number.number, "birth_date": number.birth_date}
        found["sex"] = number.sex  # not every form asks; the form checks that the two agree
    return found


def fill(nomination: Nomination, found: Mapping[str, Any]) -> None:
    """Write columns into a nomination."""
    for column, value in found.items():
        setattr(nomination, column, value)


def identify(nomination: Nomination, programme: Programme, answers: Mapping[str, Any]) -> str:
    """Return what the nominee is known by, the same for the same: an identity number, or a project's name."""
    if programme.identified_by == PERSON:
        return identity_number.normalise(str(answers.get("id_number") or ""))
    known = {**answers, UNIT: nomination.unit.code}
    return "\n".join(re.sub(r"\s", "", str(known.get(field) or "")) for field in programme.identified_by)
