"""The notice's conditions as named rules. The machine sorts; a person rules on what is not clear-cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Protocol

from service.programmes.rule.text_length import TextLength, count_characters, describe_length

Boundary = Literal["review", "inside", "outside"]


class Result(StrEnum):
    """What a rule says of a nomination."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a secret
    EXCEPTION = "EXCEPTION"  #: allowed for a reason given in writing (破格)
    REVIEW = "REVIEW"  #: the notice's words leave it open: the organiser rules
    FAIL = "FAIL"


_SEVERITY = (Result.PASS, Result.EXCEPTION, Result.REVIEW, Result.FAIL)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was decided, and why."""

    result: Result
    message: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A condition that a reviewer verifies and ticks on a form."""

    field: str
    rule: str
    words: str


#: the ticks of the qualification form
TICKS = (
    Tick(field="national", rule="N06", words="须具有中国国籍"),
    Tick(field="insured", rule="N07", words="依法参加我市在职社会保险"),
)
HONOUR_LEVELS = ("县级", "市级", "省级", "国家级")  # rising
PERSONAL = "个人"
HONOUR_KINDS = (PERSONAL, "集体")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule found. ``measured`` is the value it was held against, fit for an internal page."""

    rule: str  #: N03, N04, ... of requirements §1.1
    result: Result
    measured: str
    message: str  #: a sentence with the notice's words
    warning: bool = False  #: worth a look, whatever the result


NO_BIRTH_DATE = Finding(
    rule="N03", result=Result.REVIEW, measured="缺", message="没有可核对的出生日期，请先填写身份证号。"
)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All findings on one nomination."""

    findings: tuple[Finding, ...]

    @property
    def result(self) -> Result:
        """The gravest of all: FAIL, then REVIEW, then EXCEPTION, then PASS."""
        return max((f.result for f in self.findings), key=_SEVERITY.index, default=Result.PASS)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those that deserve a look even when nothing is refused."""
        return tuple(f for f in self.findings if f.warning)

    @property
    def open(self) -> tuple[Finding, ...]:
        """Those that somebody must answer for: everything but PASS."""
        return tuple(f for f in self.findings if f.result is not Result.PASS)


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One birth date of the notice. 前 and 后 do not say whether the day itself counts (A-01)."""

    rule: str
    day: date
    on_the_day: Boundary = "review"
    words: str = ""  #: as the notice puts it


@dataclass(frozen=True, kw_only=True)
class AgeBounds:
    """18周岁（born_before 前出生）至35周岁（born_after 后出生）, 个别优秀的可放宽 to exception_after."""

    born_before: Bound
    born_after: Bound
    exception_after: Bound | None = None


class Table(Protocol):
    """Decision tables that decide in place of the typed rules: the same, in the organiser's words."""

    def decide_age(self, birth: date) -> Verdict:
        """Decide on a birth date."""
        ...

    def decide_honour(self, level: str, kind: str) -> Verdict:
        """Decide on one honour."""
        ...


@dataclass(frozen=True, kw_only=True)
class EligibilityRules:
    """The rules of one programme that can be held against a filled-in form."""

    age: AgeBounds
    honours_warn_from: str  #: level from which a personal honour asks for a reason
    deeds: TextLength
    table: Table | None = None

    def check(self, birth: date | None, answers: Mapping[str, Any]) -> Findings:
        """Apply every rule to a nomination's birth date and answers."""
        rows = answers.get("honours")
        honours = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return Findings(
            findings=(
                NO_BIRTH_DATE if birth is None else self._check_age(birth),
                check_honours(honours, self._decide_honour),
                check_text(self.deeds, str(answers.get("deeds") or "")),
            )
        )

    def _check_age(self, birth: date) -> Finding:
        finding = check_age(self.age, birth)
        if self.table is None:
            return finding
        verdict = self.table.decide_age(birth)
        return replace(finding, result=verdict.result, message=verdict.message or finding.message)

    def _decide_honour(self, level: str, kind: str) -> Verdict:
        if self.table is not None:
            return self.table.decide_honour(level, kind)
        return decide_honour(level, kind, self.honours_warn_from)


def check_age(bounds: AgeBounds, birth: date) -> Finding:
    """Hold a birth date against the notice's bounds; a day that is itself a bound asks for a ruling."""
    young = bounds.born_before
    if _beyond(young, birth, later=True):
        return _age(young, Result.FAIL, birth, f"通知要求 {_day(young)}前出生，该同志未满规定年龄。")
    if _undecided(young, birth):
        return _age(young, Result.REVIEW, birth, _ask(f"{_day(young)}前出生"))
    old = bounds.born_after
    if _undecided(old, birth):
        return _age(old, Result.REVIEW, birth, _ask(f"{_day(old)}后出生"))
    if not _beyond(old, birth, later=False):
        return _age(old, Result.PASS, birth, f"符合“{_day(young)}前、{_day(old)}后出生”的年龄要求。")
    return _check_exception(old, bounds.exception_after, birth)


def check_ticks(answers: Mapping[str, object], ticks: Sequence[Tick] | None = None) -> list[Finding]:
    """Check what only a person can see in the papers: what is not ticked has not been verified."""
    return [_check_tick(tick, answers.get(tick.field)) for tick in (TICKS if ticks is None else ticks)]


def check_honours(honours: Sequence[Mapping[str, object]], decide: Callable[[str, str], Verdict]) -> Finding:
    """Check N08, 获评市级及以上个人荣誉的青年原则上不再推报: ``decide`` tells for one level and kind."""
    verdicts = [(row, decide(str(row.get("level")), str(row.get("kind")))) for row in honours]
    hits = [(row, verdict) for row, verdict in verdicts if verdict.result is not Result.PASS]
    if not hits:
        return Finding(rule="N08", result=Result.PASS, measured="无", message="未填报市级及以上个人荣誉。")
    gravest = max((verdict for _, verdict in hits), key=lambda verdict: _SEVERITY.index(verdict.result))
    names = "、".join(str(row.get("title") or "未写名称") for row, _ in hits)
    return Finding(rule="N08", result=gravest.result, measured=names, message=gravest.message, warning=True)


def decide_honour(level: str, kind: str, warn_from: str) -> Verdict:
    """Decide on one honour by the level of programme.toml."""
    if is_barred(level, kind, warn_from):
        words = "获评市级及以上个人荣誉的青年原则上不再推报；如确需推报，请推荐单位写明理由。"
        return Verdict(result=Result.EXCEPTION, message=words)
    return Verdict(result=Result.PASS, message="")


def is_barred(level: str, kind: str, warn_from: str) -> bool:
    """Say whether an honour bars from nomination in principle: a person's own, from that level up (A-14)."""
    barred = HONOUR_LEVELS[HONOUR_LEVELS.index(warn_from) :]
    return kind == PERSONAL and level in barred


def check_text(rule: TextLength, text: str) -> Finding:
    """Check N12, 个人事迹（300字）: a wrong length warns; only a hard limit fails."""
    sentence = describe_length(rule, text)
    measured = f"{count_characters(text)}字"
    if sentence is None:
        return Finding(rule="N12", result=Result.PASS, measured=measured, message="个人事迹篇幅合适。")
    result = Result.FAIL if rule.hard and count_characters(text) > rule.most else Result.PASS
    return Finding(rule="N12", result=result, measured=measured, message=f"个人事迹{sentence}", warning=True)


def _check_exception(old: Bound, limit: Bound | None, birth: date) -> Finding:
    if limit is None or _beyond(limit, birth, later=False):
        last = limit or old
        return _age(last, Result.FAIL, birth, f"通知要求 {_day(last)}后出生，该同志已超过规定年龄。")
    if _undecided(limit, birth):
        return _age(limit, Result.REVIEW, birth, _ask(f"{_day(limit)}后出生"))
    words = f"{_day(old)}及以前出生，属“个别优秀的可放宽”（{_day(limit)}后出生），须写明破格理由。"
    return _age(limit, Result.EXCEPTION, birth, words)


def _beyond(bound: Bound, birth: date, *, later: bool) -> bool:
    """Whether a birth date lies on the wrong side, the day itself when it is outside the bound."""
    wrong = birth > bound.day if later else birth < bound.day
    return wrong or (birth == bound.day and bound.on_the_day == "outside")


def _undecided(bound: Bound, birth: date) -> bool:
    return birth == bound.day and bound.on_the_day == "review"


def _age(bound: Bound, result: Result, birth: date, message: str) -> Finding:
    return Finding(rule=bound.rule, result=result, measured=birth.isoformat(), message=message)


def _ask(words: str) -> str:
    return f"出生日期正是界限当天，“{words}”是否含当天通知未写明，请主办单位裁定。"


def _day(bound: Bound) -> str:
    return f"{bound.day.year}年{bound.day.month}月{bound.day.day}日"


def _check_tick(tick: Tick, answer: object) -> Finding:
    if answer is True:
        return Finding(
            rule=tick.rule, result=Result.PASS, measured="已核实", message=f"已核实：{tick.words}。"
        )
    return Finding(
        rule=tick.rule,
        result=Result.REVIEW,
        measured="未核实",
        message=f"尚未核实：{tick.words}。",
        warning=True,
    )
