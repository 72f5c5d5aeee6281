"""How long FEEL takes once compiled, beside the same in Python's own eval as the limit of what is possible.

.venv/bin/python -m bench.feel
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable
from datetime import UTC, date, datetime

from service import feel
from service.feel import dmn

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
AGE_RULE = 'birth > @"2026-01-01" - @"P35Y"'
RULES = 20


def main() -> int:
    """Print the figures; the exit code says whether all targets are met."""
    rows = [
        (
            'outcome = "approve"',
            5.0,
            _expression('outcome = "approve"', {"outcome": "approve"}),
            _eval_outcome(),
        ),
        ("age check on a date", 20.0, _expression(AGE_RULE, {"birth": date(1995, 5, 1)}), _eval_age()),
        (f"{RULES}-rule table", 200.0, _table(), _eval_table()),
    ]
    met = True
    print(f"{'':24} {'FEEL':>10} {'eval':>10} {'target':>10}")
    for label, target, ours, python in rows:
        took, floor = _microseconds(ours), _microseconds(python)
        met = met and took <= target
        print(
            f"{label:24} {took:8.2f}µs {floor:8.2f}µs {target:8.0f}µs{'' if took <= target else '  MISSED'}"
        )
    return 0 if met else 1


def _microseconds(call: Callable[[], object], number: int = 5_000) -> float:
    """The best of five, so that other work on the machine counts least."""
    return min(timeit.repeat(call, number=number, repeat=5)) / number * 1e6


def _expression(text: str, variables: dict[str, object]) -> Callable[[], object]:
    expression = feel.compile(text)
    return lambda: expression.evaluate(variables, now=NOW)


def _eval_outcome() -> Callable[[], object]:
    code = compile('outcome == "approve"', "bench", "eval")
    return lambda: eval(code, {"outcome": "approve"})


def _eval_age() -> Callable[[], object]:
    code = compile("birth > date(2026, 1, 1).replace(year=2026 - 35)", "bench", "eval")
    return lambda: eval(code, {"birth": date(1995, 5, 1), "date": date})


def _eval_table() -> Callable[[], object]:
    rules = (f'("R{i}" if {i} <= age < {i + 1} and kind == "C{i % 4}" else None)' for i in range(RULES))
    text = " or ".join(rules)
    code = compile(text, "bench", "eval")
    return lambda: eval(code, {"age": 19, "kind": "C3"})


def _table() -> Callable[[], object]:
    model = dmn.load(table_model(RULES).encode())
    return lambda: model.evaluate("Result", {"age": 19, "category": "C3"})


def table_model(rules: int) -> str:
    """A model of one table that has to look at all of its rules."""
    cells = (f"<text>[{i}..{i + 1})</text>" for i in range(rules))
    rows = "".join(
        f'<rule id="r{i}"><inputEntry>{cell}</inputEntry><inputEntry><text>"C{i % 4}"</text></inputEntry>'
        f'<outputEntry><text>"R{i}"</text></outputEntry></rule>'
        for i, cell in enumerate(cells)
    )
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m"
      namespace="bench">
      <inputData id="i1" name="age"><variable name="age" typeRef="number"/></inputData>
      <inputData id="i2" name="category"><variable name="category" typeRef="string"/></inputData>
      <decision id="d" name="Result"><variable name="Result" typeRef="string"/>
        <informationRequirement><requiredInput href="#i1"/></informationRequirement>
        <informationRequirement><requiredInput href="#i2"/></informationRequirement>
        <decisionTable id="t" hitPolicy="UNIQUE">
          <input id="c1"><inputExpression typeRef="number"><text>age</text></inputExpression></input>
          <input id="c2"><inputExpression typeRef="string"><text>category</text></inputExpression></input>
          <output id="o" name="result" typeRef="string"/>{rows}
        </decisionTable></decision></definitions>"""


if __name__ == "__main__":
    sys.exit(main())
