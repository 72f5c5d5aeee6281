"""Whether what was printed, and then stamped, still stands: who changed it since, if anybody.

A scan is proof of what was handed in. What others decide later (取消资格, a ruling on a 破格, a correction)
leaves it that; only a unit that hands in other forms, or other people, has to print and stamp anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import func, select

from service.models import Nomination, NominationStatus, PrintedPaper, Round, Stage, Submission
from service.programmes.nomination import record
from service.programmes.privacy import consents, provision
from service.workflow.context import Context

#: stages in which a unit's list is still its own to change
_OPEN = (Stage.PREPARATION, Stage.SUBMISSION)


class Validity(StrEnum):
    """How a wording that was printed stands today."""

    CURRENT = "current"  #: printed today it would read the same
    CHANGED = "changed"  #: it reads otherwise by what others did; what was stamped stays proof
    OUTDATED = "outdated"  #: the unit itself handed in otherwise since: printed and stamped anew
    WITHHELD = "withheld"  #: somebody on it took a consent back: it goes to nobody any more


def list_forms(ctx: Context, people: Sequence[Nomination]) -> dict[str, int]:
    """Return which form (submission) of each of some nominations was handed in last, by its id as text."""
    by_instance = {n.instance_id: str(n.id) for n in people if n.instance_id is not None}
    elements = {element for nomination in people for element in record.elements_of(ctx, nomination)}
    query = select(Submission.instance_id, func.max(Submission.id)).where(
        Submission.instance_id.in_(by_instance), Submission.element_id.in_(elements)
    )
    rows = ctx.session.execute(query.group_by(Submission.instance_id))
    return {by_instance[instance_id]: number for instance_id, number in rows}


def judge(
    ctx: Context, entry: Round, printed: PrintedPaper, words: str | None, forms: Mapping[str, int]
) -> Validity:
    """Say how a printed wording stands, given the hash of the words and the forms it would have now.

    ``words`` is None for a paper that the programme has no longer: it cannot be printed anew.
    """
    if words == printed.content_hash:
        return Validity.CURRENT
    if printed.made_from is None:  # printed before this was kept: by its words alone
        return Validity.CHANGED if words is None else Validity.OUTDATED
    if _is_withheld(ctx, entry, printed.made_from):
        return Validity.WITHHELD
    if words is None:
        return Validity.CHANGED
    handed_in = any(printed.made_from.get(person) != form for person, form in forms.items())
    taken_back = entry.stage in _OPEN and _is_taken_back(ctx, printed.made_from.keys() - forms.keys())
    return Validity.OUTDATED if handed_in or taken_back else Validity.CHANGED


def _is_withheld(ctx: Context, entry: Round, people: Collection[str]) -> bool:
    few = {int(person) for person in people} if len(people) <= consents.FEW else ()
    return any(
        str(person) in people
        for kind in (provision.KIND, consents.SENSITIVE)
        for person in consents.find_lacking_in(ctx, {entry.id}, kind, among=few)
    )


def _is_taken_back(ctx: Context, people: Collection[str]) -> bool:
    """Say whether one of some who are on no list any more was withdrawn (退出), rather than refused."""
    query = select(Nomination.id).where(
        Nomination.id.in_([int(person) for person in people]),
        Nomination.status == NominationStatus.WITHDRAWN,
    )
    return bool(people) and ctx.session.scalar(query.limit(1)) is not None
