"""Rulings: what the organiser decides where the rules leave a nominee open, refuse him, or ask for a 破格.

The field ``ruling`` of the form on which he is examined. Name and date stand with the opinion it is part of.
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

FIELD = "ruling"
ELIGIBLE, INELIGIBLE = "eligible", "ineligible"  #: any other ruling lets him pass as an exception
MAX_PRINTED = 1000
OVERRULED = "主办单位裁定符合条件（{rules}）：{reason}"


def keep(
    ctx: Context, nomination: Nomination, answers: Mapping[str, Any], components: Sequence[Component]
) -> None:
    """Keep what a ruling that lets a nominee pass means for what is printed of him.

    Within the bound he is no exception, and nothing says so any more. Whom a rule refuses is let in as an
    exception, or, where the form knows none, with a reason: either is printed. Raises Invalid for a ruling
    that does not let him pass, and for one exception more than his unit may recommend.
    """
    ruling = answers.get(FIELD)
    if not ruling:
        return
    if ruling == INELIGIBLE:
        _refuse("裁定不符合的，不能通过，请选别的结论。")
    if ruling == ELIGIBLE and nomination.eligibility == Result.REVIEW:
        _let_in(ctx, nomination)
        return
    if ruling == ELIGIBLE:
        _overrule(ctx, nomination, answers, components)
    full = exceptions.find_refusal(ctx, nomination)
    if full:
        _refuse(full)


def _let_in(ctx: Context, nomination: Nomination) -> None:
    """Rule that an open row is fulfilled; one that is fulfilled by a 破格 at best is no open one."""
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    found = screening.find(ctx, nomination, instance, record.answers_of(ctx, nomination))
    if found.at_best is Result.EXCEPTION:
        _refuse("即使含当日，也只在可以放宽的范围以内，须同意破格才能通过。")
    nomination.exception_reason = ""
    nomination.revision += 1


def _overrule(
    ctx: Context, nomination: Nomination, answers: Mapping[str, Any], components: Sequence[Component]
) -> None:
    """Let in whom a rule refuses, with the reason written beside the ruling."""
    if nomination.eligibility != Result.FAIL or _offers_exception(components):
        _refuse("不在年龄范围以内的，须同意破格才能通过。")
    field, reason = _read_reason(answers, components)
    if not reason:
        sentence = "自动核验不符合的，裁定符合须写明理由，理由印入汇总表备注。"
        raise Invalid(sentence, fields={field: sentence})
    failed = select(Finding.rule).where(
        Finding.nomination_id == nomination.id, Finding.result == Result.FAIL.value
    )
    rules = "、".join(sorted(ctx.session.scalars(failed)))
    nomination.exception_reason = OVERRULED.format(rules=rules, reason=reason)[:MAX_PRINTED]
    nomination.revision += 1


def _offers_exception(components: Sequence[Component]) -> bool:
    offered = [value.get("value") for c in components if c.get("key") == FIELD for value in c["values"]]
    return any(value not in (ELIGIBLE, INELIGIBLE) for value in offered)


def _read_reason(answers: Mapping[str, Any], components: Sequence[Component]) -> tuple[str, str]:
    """Return the field in which the opinion beside a ruling is written, and what is written there."""
    for component in components:
        key, properties = str(component.get("key", "")), component.get("properties") or {}
        if component.get("type") == "textarea" and properties.get("print") == "opinion":
            return key, str(answers.get(key) or "").strip()
    return FIELD, ""


def _refuse(sentence: str) -> None:
    raise Invalid(sentence, fields={FIELD: sentence})
