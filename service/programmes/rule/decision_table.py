"""eligibility.dmn: the conditions as decision tables that the organiser may redraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from service.errors import Invalid
from service.feel import FeelError, dmn
from service.programmes.rule.eligibility import (
    HONOUR_KINDS,
    HONOUR_LEVELS,
    AgeBounds,
    Result,
    Verdict,
    check_age,
    is_barred,
)

AGE, HONOUR = "age", "honour"
UNDECIDED = "决策表对此没有结论，请主办单位裁定。"


class WrongTable(Invalid):
    """The decision tables cannot be used."""


@dataclass(frozen=True)
class DecisionTable:
    """The decisions ``age`` (from birth_date) and ``honour`` (from level and kind, for each honour)."""

    model: dmn.Model

    def decide_age(self, birth: date) -> Verdict:
        """Decide on a birth date."""
        return self._decide(AGE, {"birth_date": birth})

    def decide_honour(self, level: str, kind: str) -> Verdict:
        """Decide on one honour."""
        return self._decide(HONOUR, {"level": level, "kind": kind})

    def _decide(self, name: str, inputs: dict[str, object]) -> Verdict:
        """Evaluate; a table without an answer leaves the matter to a person, never to chance."""
        value = self.model.evaluate(name, inputs).value
        if not isinstance(value, dict) or value.get("result") not in set(Result):
            return Verdict(result=Result.REVIEW, message=UNDECIDED)
        return Verdict(result=Result(value["result"]), message=str(value.get("message") or ""))


def read_table(markup: bytes) -> DecisionTable:
    """Read eligibility.dmn. Raises WrongTable with everything that is wrong."""
    try:
        table = DecisionTable(dmn.load(markup))
        for name in (AGE, HONOUR):
            table.model.node(name)
    except dmn.DmnError as wrong:
        raise WrongTable("；".join(f"{problem}" for problem in wrong.problems)) from wrong
    except FeelError as wrong:
        raise WrongTable(f"表达式有误：{wrong}") from wrong
    except dmn.UnknownElement as wrong:
        raise WrongTable(f"须有决策 {AGE} 和 {HONOUR}（decision id）") from wrong
    return table


def find_disagreements(table: DecisionTable, bounds: AgeBounds, honours_warn_from: str) -> list[str]:
    """Return where the tables and the dates of programme.toml decide otherwise: one of them was not changed.

    The dates are printed on pages and in reminders, so the two must say the same.
    """
    marks = [bounds.born_before, bounds.born_after]
    marks += [bounds.exception_after] if bounds.exception_after else []
    problems = []
    for day in sorted(mark.day + timedelta(days=off) for mark in marks for off in (-1, 0, 1)):
        decided, expected = table.decide_age(day).result, check_age(bounds, day).result
        if decided != expected:
            problems.append(f"{day} 出生的，决策表判 {decided}，eligibility_bounds 判 {expected}")
    for level in HONOUR_LEVELS:
        for kind in HONOUR_KINDS:
            decided = table.decide_honour(level, kind).result
            expected = Result.EXCEPTION if is_barred(level, kind, honours_warn_from) else Result.PASS
            if decided != expected:
                problems.append(f"{level}{kind}荣誉，决策表判 {decided}，honours_warn_from 判 {expected}")
    return problems
