"""The notice's conditions as named rules: rows of decision tables. The machine sorts, a person rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

#: asks a decision by id about the facts of a nomination; None where the table has no answer
Ask = Callable[[str, Mapping[str, Any]], object]

#: characters of a rule's name, of what was measured and of its sentence
MAX_RULE, MAX_MEASURED, MAX_MESSAGE = 20, 200, 500
UNDECIDED = "决策表“{decision}”对此没有结论，请主办单位裁定。"
UNKNOWN = "这份申报所用的流程版本没有决策表“{decision}”，请主办单位核对后裁定。"


class Result(StrEnum):
    """What a rule says of a nomination."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a secret
    REASON = "REASON"  #: 原则上不: allowed, with a reason in the roster's 备注
    EXCEPTION = "EXCEPTION"  #: 破格: allowed, with a reason in the roster's 备注 and in the 公示
    REVIEW = "REVIEW"  #: the notice's words leave it open: the organiser rules
    FAIL = "FAIL"  #: against the notice's words; a person confirms it, the machine refuses nobody


#: what a row of a table may say besides: nothing refuses it, and who passes it on says why
WARN = "WARN"
_SEVERITY = tuple(Result)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule found."""

    rule: str  #: N03, N04, … of requirements §1
    result: Result
    measured: str  #: the value it was held against, fit for an internal page
    message: str  #: a sentence with the notice's words
    warning: bool = False  #: worth a look, whatever the result
    field: str = ""  #: key of the form's field it is about
    otherwise: Result = Result.PASS  #: of a REVIEW: what it becomes when the organiser rules for the nominee

    @property
    def is_reminder(self) -> bool:
        """Whether a row said WARN: he may pass, and somebody says why."""
        return self.result is Result.PASS and self.warning


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All findings on one nomination."""

    findings: tuple[Finding, ...]

    @property
    def result(self) -> Result:
        """The gravest of all."""
        return max((f.result for f in self.findings), key=_SEVERITY.index, default=Result.PASS)

    @property
    def at_best(self) -> Result:
        """The gravest of all once the organiser has ruled for the nominee wherever he is asked."""
        ruled = (f.otherwise if f.result is Result.REVIEW else f.result for f in self.findings)
        return max(ruled, key=_SEVERITY.index, default=Result.PASS)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those that deserve a look even when nothing is refused."""
        return tuple(f for f in self.findings if f.warning)

    @property
    def asks_reason(self) -> bool:
        """Whether a rule of 原则上 was broken or a row reminds: either asks for a reason."""
        return any(f.result is Result.REASON or f.is_reminder for f in self.findings)


@dataclass(frozen=True, kw_only=True)
class RuleSource:
    """A decision that holds rules: one of ``[[rules]]`` in programme.toml."""

    decision: str  #: id of a decision; it returns rule, result, message and, if it likes, measured
    field: str = ""  #: key of the form's field beside which its sentence is shown while it is filled in


def check(sources: Iterable[RuleSource], facts: Mapping[str, Any], ask: Ask) -> Findings:
    """Ask every decision about a nomination's facts.

    A decision answers with one row or, with the hit policies COLLECT and RULE ORDER, with several. Of two
    rows with the same rule the graver counts. One without an answer, or that this version of the tables
    does not have (``LookupError``), is left to a person.
    """
    found: dict[str, Finding] = {}
    for source in sources:
        for finding in _ask(source, facts, ask):
            known = found.get(finding.rule)
            if known is None or _SEVERITY.index(known.result) < _SEVERITY.index(finding.result):
                found[finding.rule] = finding
    return Findings(findings=tuple(found.values()))


def check_tick(rule: str, words: str, answer: object) -> Finding:
    """Check what only a person can see in the papers: what is not ticked has not been verified."""
    if answer is True:
        message = f"已核实：{words}。"
        return Finding(rule=rule, result=Result.PASS, measured="已核实", message=message)
    message = f"尚未核实：{words}。"
    return Finding(rule=rule, result=Result.REVIEW, measured="未核实", message=message, warning=True)


def _ask(source: RuleSource, facts: Mapping[str, Any], ask: Ask) -> Iterator[Finding]:
    try:
        answer = ask(source.decision, facts)
    except LookupError:
        yield _left_open(source, UNKNOWN)
        return
    rows = answer if isinstance(answer, list) else [answer]
    for row in rows:
        finding = _read(row) if isinstance(row, dict) else None
        yield replace(finding, field=source.field) if finding else _left_open(source, UNDECIDED)


def _read(row: Mapping[str, Any]) -> Finding | None:
    """Read a row of a table; None where it is not one of the words it may say."""
    said, rule, message = row.get("result"), row.get("rule"), row.get("message")
    if said not in (*_SEVERITY, WARN) or not rule or not message:
        return None
    result = Result.PASS if said == WARN else Result(said)
    return Finding(
        rule=str(rule)[:MAX_RULE],
        result=result,
        measured=_text(row.get("measured"))[:MAX_MEASURED],
        message=str(message)[:MAX_MESSAGE],
        warning=said not in (Result.PASS, Result.FAIL),
        otherwise=Result.EXCEPTION if row.get("otherwise") == Result.EXCEPTION else Result.PASS,
    )


def _left_open(source: RuleSource, sentence: str) -> Finding:
    message = sentence.format(decision=source.decision)
    rule = source.decision[:MAX_RULE]
    return Finding(
        rule=rule, result=Result.REVIEW, measured="", message=message, warning=True, field=source.field
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
