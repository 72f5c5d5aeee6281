"""Screening: holding a nomination against the notice's rules and keeping what each of them said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from service.models import Finding, Instance, Nomination, Submission
from service.programmes import wiring
from service.programmes.nomination import record
from service.programmes.rule import eligibility
from service.programmes.rule.eligibility import Result
from service.workflow.context import Context


def check(ctx: Context, nomination: Nomination) -> Result:
    """Apply every rule of the programme to a nomination's newest answers; findings replace the old ones."""
    rules = wiring.pack_of(ctx, nomination.round).programme.eligibility
    findings = rules.check(nomination.birth_date, record.answers_of(ctx, nomination))
    ctx.session.execute(delete(Finding).where(Finding.nomination_id == nomination.id))
    _keep(ctx, nomination, findings.findings)
    nomination.eligibility = findings.result.value
    return findings.result


def note_ticks(
    ctx: Context, nomination: Nomination, answers: Mapping[str, Any], asked: Collection[str]
) -> None:
    """Keep what a reviewer ticked as seen in the papers (N06, N07), for the conditions a form asks about."""
    ticks = [tick for tick in eligibility.TICKS if tick.field in asked]
    if ticks:
        rules = [tick.rule for tick in ticks]
        of_ticks = (Finding.nomination_id == nomination.id, Finding.rule.in_(rules))
        ctx.session.execute(delete(Finding).where(*of_ticks))
        _keep(ctx, nomination, eligibility.check_ticks(answers, ticks))


def list_findings(ctx: Context, nomination: Nomination) -> list[Finding]:
    """Return what the rules said of a nomination, in the order of the rules."""
    query = select(Finding).where(Finding.nomination_id == nomination.id).order_by(Finding.rule)
    return list(ctx.session.scalars(query))


def last_answer(ctx: Context, instance: Instance, field: str) -> str:
    """Return a field of an instance's newest submission, or nothing."""
    query = select(Submission.answers).where(Submission.instance_id == instance.id)
    answers = ctx.session.scalars(query.order_by(Submission.id.desc()).limit(1)).first() or {}
    return str(answers.get(field, ""))


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
    ctx.session.execute(insert(Finding), rows)
