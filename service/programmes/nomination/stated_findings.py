"""What the rules say of a nomination that no decision table asks: files, category, place, deadline.

Each is refused where it is checked, in the notice's words. Here it stands beside the tables' findings, for
whoever reads the nomination afterwards; nothing of it is kept, so it is always as things are now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from service.errors import Invalid
from service.models import Finding, Nomination, NominationStatus, QuotaKind, QuotaUse
from service.programmes import wiring
from service.programmes.nomination import attachments
from service.programmes.pack.programme import Programme
from service.programmes.rule.calendar import write_moment
from service.programmes.rule.eligibility import MAX_MEASURED, Result
from service.programmes.rule.stated_rule import StatedRule
from service.workflow.context import Context

_PLACE = select(QuotaUse.over_reason).where(QuotaUse.kind == QuotaKind.NOMINATION)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What one thing that checks a rule found."""

    measured: str
    reason: str = ""
    result: Result = Result.PASS
    warning: bool = False


def find(ctx: Context, nomination: Nomination) -> list[Finding]:
    """Return a finding for each rule that is checked nomination by nomination, once it is handed in."""
    if nomination.submitted_at is None:
        return []
    programme = wiring.pack_of(ctx, nomination.round).programme
    return [
        _write(nomination, rule, seen)
        for rule in programme.stated
        if (seen := list(_look(ctx, nomination, programme, rule)))
    ]


def cite_fields(programme: Programme, refused: Invalid) -> Invalid:
    """Return a refused form with the notice's sentence behind the fields that check one of its rules."""
    cited = {
        field: f"{sentence}{programme.cite(f'form.{field}')}" for field, sentence in refused.fields.items()
    }
    return Invalid(refused.message, fields=cited)


def _look(ctx: Context, nomination: Nomination, programme: Programme, rule: StatedRule) -> Iterator[_Seen]:
    slots = rule.keys_of("attachments")
    if slots:
        yield from _see_files(ctx, nomination, programme, slots)
    if "categories" in rule.by:
        category = programme.categories.get(nomination.category or "")
        yield _Seen(measured=category.name) if category else _Seen(measured="未选", result=Result.REVIEW)
    if "quota" in rule.by:
        yield from _see_place(ctx, nomination)
    if rule.keys_of("deadlines") and nomination.submitted_at:
        late = nomination.status == NominationStatus.OVERDUE
        moment = f"{write_moment(nomination.submitted_at, programme.zone)}提交"
        yield _Seen(
            measured=f"{moment}，截止时尚未报送" if late else moment,
            result=Result.FAIL if late else Result.PASS,
        )


def _see_files(
    ctx: Context, nomination: Nomination, programme: Programme, keys: tuple[str, ...]
) -> Iterator[_Seen]:
    files = attachments.list_of(ctx, nomination)
    for key in keys:
        slot, inside = programme.slots[key], [file for file in files if file.slot == key]
        yield _Seen(
            measured=f"{slot.name} {len(inside)} 个",
            result=Result.PASS if slot.least <= len(inside) <= slot.most else Result.REVIEW,
            warning=any(file.warning for file in inside),
        )


def _see_place(ctx: Context, nomination: Nomination) -> Iterator[_Seen]:
    """See the place that is held; of whoever holds none, the rule says nothing yet."""
    reason = ctx.session.scalar(_PLACE.where(QuotaUse.nomination_id == nomination.id))
    if reason:
        yield _Seen(measured="超额推荐，已写明理由", reason=reason, result=Result.REASON, warning=True)
    elif reason is not None:
        yield _Seen(measured="已占用名额")


def _write(nomination: Nomination, rule: StatedRule, seen: list[_Seen]) -> Finding:
    gravest = max((each.result for each in seen), key=tuple(Result).index)
    return Finding(
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        rule=rule.rule,
        result=gravest.value,
        measured="，".join(each.measured for each in seen)[:MAX_MEASURED],
        message=f"“{rule.words}”",
        warning=any(each.warning for each in seen),
        reason="；".join(each.reason for each in seen if each.reason),
    )
