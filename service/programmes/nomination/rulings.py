"""Rulings: what the organiser decides where the rules leave a nominee open, refuse him, or ask for a 破格.

The field ``ruling`` of the form on which he is examined, or ``plain_ruling``, the same without a 破格, where
the open rule knows none. Name and date stand with the opinion it is part of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from service.errors import Invalid
from service.models import Finding, Instance, Nomination
from service.programmes.form.fields import Component
from service.programmes.nomination import exceptions, record, screening
from service.programmes.rule.eligibility import Result
from service.workflow.context import Context

FIELDS = ("ruling", "plain_ruling")  #: a form asks one of them
OVERRULING = "overruling"  #: the reason, on a form whose outcome itself lets in whom a rule refuses
ELIGIBLE, INELIGIBLE = "eligible", "ineligible"  #: any other ruling lets him pass as an exception
MAX_RULES, MAX_REASON = 1900, 2000  #: characters; together they fit the column
OVERRULED = "主办单位裁定符合条件（{rules}）：{reason}"


def keep(
    ctx: Context, nomination: Nomination, answers: Mapping[str, Any], components: Sequence[Component]
) -> None:
    """Keep what a ruling that lets a nominee pass means for what is printed of him.

    Within the bound he is no exception, and nothing says so any more. Whom a rule refuses is let in as an
    exception, or, where the form knows none, with a reason, which is printed inside and never published.
    Raises Invalid for a ruling that does not let him pass, and for one exception more than his unit may
    recommend.
    """
    if answers.get(OVERRULING):
        _explain(ctx, nomination, OVERRULING, str(answers[OVERRULING]).strip())
    field = next((name for name in FIELDS if answers.get(name)), "")
    if not field:
        return
    ruling = answers[field]
    if ruling == INELIGIBLE:
        _refuse(field, "裁定不符合的，不能通过，请选别的结论。")
    if ruling == ELIGIBLE and nomination.eligibility == Result.REVIEW:
        _let_in(ctx, nomination, field)
    elif ruling == ELIGIBLE:
        _overrule(ctx, nomination, field, answers, components)
    elif full := exceptions.find_refusal(ctx, nomination):
        _refuse(field, full)


def _let_in(ctx: Context, nomination: Nomination, field: str) -> None:
    """Rule that an open row is fulfilled; one that is fulfilled by a 破格 at best is no open one."""
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    found = screening.find(ctx, nomination, instance, record.answers_of(ctx, nomination))
    if found.at_best is Result.EXCEPTION:
        _refuse(field, "即使含当日，也只在可以放宽的范围以内，须同意破格才能通过。")
    nomination.exception_reason = ""
    nomination.revision += 1


def _overrule(
    ctx: Context,
    nomination: Nomination,
    field: str,
    answers: Mapping[str, Any],
    components: Sequence[Component],
) -> None:
    """Let in whom a rule refuses, with the reason written beside the ruling."""
    if nomination.eligibility != Result.FAIL or _offers_exception(field, components):
        _refuse(field, "不在年龄范围以内的，须同意破格才能通过。")
    beside, reason = _read_reason(field, answers, components)
    if not reason:
        sentence = "自动核验不符合的，裁定符合须写明理由；理由作为裁定说明随材料内部留存，不公示。"
        raise Invalid(sentence, fields={beside: sentence})
    _explain(ctx, nomination, beside, reason)


def _explain(ctx: Context, nomination: Nomination, field: str, reason: str) -> None:
    """Keep why somebody is let in, in the words of the rules that refuse him."""
    if len(reason) > MAX_REASON:
        raise Invalid("内容太长，请删减。", fields={field: f"最多 {MAX_REASON} 个字，现在 {len(reason)} 个"})
    failed = select(Finding.message).where(
        Finding.nomination_id == nomination.id, Finding.result == Result.FAIL.value
    )
    rules = "；".join(ctx.session.scalars(failed.order_by(Finding.rule)))[:MAX_RULES]
    nomination.overruling = OVERRULED.format(rules=rules, reason=reason)
    nomination.revision += 1


def _offers_exception(field: str, components: Sequence[Component]) -> bool:
    offered = [value.get("value") for c in components if c.get("key") == field for value in c["values"]]
    return any(value not in (ELIGIBLE, INELIGIBLE) for value in offered)


def _read_reason(field: str, answers: Mapping[str, Any], components: Sequence[Component]) -> tuple[str, str]:
    """Return the field in which the opinion beside a ruling is written, and what is written there."""
    for component in components:
        key, properties = str(component.get("key", "")), component.get("properties") or {}
        if component.get("type") == "textarea" and properties.get("print") == "opinion":
            return key, str(answers.get(key) or "").strip()
    return field, ""


def _refuse(field: str, sentence: str) -> None:
    raise Invalid(sentence, fields={field: sentence})
