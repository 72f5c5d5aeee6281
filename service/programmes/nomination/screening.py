"""Screening: holding a nomination against the notice's rules and keeping what each of them said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from service import feel
from service.models import Finding, Instance, Nomination, Submission
from service.models.base import table_of
from service.programmes import wiring
from service.programmes.form.fields import Component, label
from service.programmes.nomination import asked_ahead, facts, record, stated_findings
from service.programmes.rule import eligibility
from service.programmes.rule.eligibility import Findings, Result
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import decisions

_finding = table_of(Finding)
_WRITE = insert(_finding)
_FORGET = delete(_finding).where(_finding.c.nomination_id == bindparam("nominee"))
_KEPT = select(_finding.c.nomination_id, _finding.c.rule).where(
    _finding.c.nomination_id.in_(bindparam("nominees", expanding=True))
)
#: the rules that findings of a nomination are kept of
RULES_KEPT = "rules_with_findings"
_FORGET_SOME = _FORGET.where(_finding.c.rule.in_(bindparam("rules", expanding=True)))
#: those a reason is asked for: a rule of 原则上, or a reminder
_ANSWER = update(_finding).where(
    _finding.c.nomination_id == bindparam("nominee"),
    or_(
        _finding.c.result == Result.REASON.value,
        and_(_finding.c.result == Result.PASS.value, _finding.c.warning),
    ),
)


def check(ctx: Context, nomination: Nomination) -> Result:
    """Apply every rule of the programme to a nomination's newest answers; findings replace the old ones."""
    instance = ctx.session.get_one(Instance, nomination.instance_id)
    # nothing here looks at what this step has not written yet
    with ctx.session.no_autoflush:
        found = find(ctx, nomination, instance, record.answers_of(ctx, nomination))
        if nomination.eligibility is not None:
            ctx.session.execute(_FORGET, {"nominee": nomination.id})
        _keep(ctx, nomination, found.findings)
    asked_ahead.forget(ctx, RULES_KEPT, nomination.id)
    nomination.eligibility = found.result.value
    nomination.asks_reason = found.asks_reason
    told = [{"rule": f.rule, "result": f.result.value, "message": f.message} for f in found.findings]
    history.record(ctx, instance, "rules.checked", result=found.result.value, rules=told)
    return found.result


def find(ctx: Context, nomination: Nomination, instance: Instance, answers: Mapping[str, Any]) -> Findings:
    """Ask every rule about some answers, by the tables the nomination began with; keeps nothing."""
    rules = wiring.pack_of(ctx, nomination.round).programme.rules
    known = facts.read_facts(ctx, nomination, answers, decisions.tables_of(ctx, instance))
    return eligibility.check(rules, known, partial(_ask, ctx, instance))


def note_ticks(
    ctx: Context, nomination: Nomination, answers: Mapping[str, Any], components: Sequence[Component]
) -> None:
    """Keep what a reviewer ticked as seen in the papers: each checkbox that names a ``rule`` (N06, N07)."""
    ticks = list(_read_ticks(answers, components))
    if ticks:
        rules = {tick.rule for tick in ticks}
        if not rules.isdisjoint(_rules_kept(ctx, nomination)):
            ctx.session.execute(_FORGET_SOME, {"nominee": nomination.id, "rules": sorted(rules)})
        _keep(ctx, nomination, ticks)
        asked_ahead.forget(ctx, RULES_KEPT, nomination.id)


def note_reason(ctx: Context, nomination: Nomination, reason: str) -> None:
    """Keep a stated reason (情况说明) with the findings it answers."""
    ctx.session.execute(_ANSWER.values(reason=reason), {"nominee": nomination.id})


def list_open(ctx: Context, nomination: Nomination) -> list[str]:
    """Return the rules a nomination does not simply pass, by name; none where it passes all of them."""
    if nomination.eligibility in (None, Result.PASS):
        return []
    query = select(Finding.rule).where(
        Finding.nomination_id == nomination.id, Finding.result != Result.PASS.value
    )
    return list(ctx.session.scalars(query.order_by(Finding.rule)))


def list_findings(ctx: Context, nomination: Nomination) -> list[Finding]:
    """Return what the rules said of a nomination, in the order of the rules."""
    query = select(Finding).where(Finding.nomination_id == nomination.id)
    # SQLite gives the number of a row that was replaced out again
    kept = ctx.session.scalars(query.execution_options(populate_existing=True))
    return sorted([*kept, *stated_findings.find(ctx, nomination)], key=lambda finding: finding.rule)


def last_answer(ctx: Context, instance: Instance, field: str) -> str:
    """Return a field of an instance's newest submission, or nothing."""
    query = select(Submission.answers).where(Submission.instance_id == instance.id)
    answers = ctx.session.scalars(query.order_by(Submission.id.desc()).limit(1)).first() or {}
    return str(answers.get(field, ""))


def _ask(ctx: Context, instance: Instance, decision: str, known: Mapping[str, Any]) -> object:
    """Ask one decision; one that cannot be computed has no answer, and a person decides."""
    if decision not in decisions.tables_of(ctx, instance):
        raise LookupError(decision)
    try:
        return feel.to_json(decisions.decide(ctx, instance, decision, known).value)
    except feel.EvaluationError:
        return None


def _read_ticks(answers: Mapping[str, Any], components: Sequence[Component]) -> Iterator[eligibility.Finding]:
    for component in components:
        properties = component.get("properties") or {}
        if component.get("type") == "checkbox" and "rule" in properties:
            words = properties.get("message") or label(component)
            yield eligibility.check_tick(properties["rule"], words, answers.get(str(component.get("key"))))


def _rules_kept(ctx: Context, nomination: Nomination) -> frozenset[str]:
    none: frozenset[str] = frozenset()
    return asked_ahead.ask(ctx, RULES_KEPT, nomination.id, partial(_find_kept, ctx), none)


def _find_kept(ctx: Context, numbers: Sequence[int]) -> dict[int, frozenset[str]]:
    kept: defaultdict[int, set[str]] = defaultdict(set)
    for number, rule in ctx.session.execute(_KEPT, {"nominees": numbers}):
        kept[number].add(rule)
    return {number: frozenset(rules) for number, rules in kept.items()}


def _keep(ctx: Context, nomination: Nomination, findings: Sequence[eligibility.Finding]) -> None:
    rows = [
        {
            "round_id": nomination.round_id,
            "nomination_id": nomination.id,
            "rule": finding.rule,
            "result": finding.result.value,
            "measured": finding.measured[:200],
            "message": finding.message[:500],
            "warning": finding.warning,
        }
        for finding in findings
    ]
    ctx.session.execute(_WRITE, rows)
