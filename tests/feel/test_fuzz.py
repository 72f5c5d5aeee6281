"""Whatever is written, and whatever it is given: a value, or one of our own errors."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service import feel
from service.feel.builtins import REGISTRY

NOW = datetime(2024, 3, 1, 20, tzinfo=UTC)
LIMITS = feel.Limits(steps=5_000, items=500, text=5_000)
WORDS = """if then else for return in some every satisfies and or between instance of function true null x
    item partial ? a list<number> 1 0 -1 2.5 1e30 99999999999999999999 ** .. != <= >= "text" "(a+)+"
    "2024-02-29" @"2024-02-29" @"P1D" @"P1Y" @"10:00:00@Asia/Shanghai" @"2024-02-29T10:00:00+08:00"
    (function(a,b)a<b) [1,2,3] {a:1} [1..3] (<5)"""
PIECES = st.sampled_from([*REGISTRY, *"()[]{}+-*/,:.<>=@", *WORDS.split()])
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.decimals(),
        st.text(max_size=20),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
        st.sampled_from(["2024-02-29", "P1D", "[1..3]", "(a+)+", date.max, time.max, timedelta.min]),
        st.sampled_from([Decimal("1e6144"), Decimal("-1e-6176"), object(), b"bytes"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=14), VALUES)
def test_any_text_gives_a_value_or_an_error_of_ours(pieces: list[str], x: object) -> None:
    try:
        expression = feel.compile(" ".join(pieces), limits=LIMITS)
        feel.to_json(expression.evaluate({"x": x, "a": x}, now=NOW))
    except (feel.FeelError, feel.EvaluationError):
        return


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(REGISTRY)), st.lists(VALUES, max_size=4))
def test_any_argument_of_a_built_in_gives_a_value(name: str, arguments: list[object]) -> None:
    variables = {f"v{i}": value for i, value in enumerate(arguments)}

    outcome = feel.compile(f"{name}({', '.join(variables)})").evaluate_with_warnings(variables, now=NOW)

    feel.to_json(outcome.value)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", "<=", "and", "or", "in"]), VALUES, VALUES)
def test_any_operands_give_a_value(operator: str, left: object, right: object) -> None:
    value = feel.compile(f"left {operator} right").evaluate({"left": left, "right": right})

    feel.to_json(value)
