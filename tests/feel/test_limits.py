"""What mischief meets: every limit has its own error, and nothing but data is in reach."""

from __future__ import annotations

import time

import pytest

from service import feel
from service.feel.builtins.pattern_cost import max_text

#: processor seconds a second of ours may take on a slow or busy machine: this is no benchmark
PATIENCE = 4

SMALL = feel.Limits(steps=10_000, items=1_000, text=10_000)


def test_source_too_long_is_refused() -> None:
    with pytest.raises(feel.SourceTooLong):
        feel.compile("1" * 100_001)


@pytest.mark.parametrize("text", ["(" * 500 + "1" + ")" * 500, "-" * 500 + "1", "[" * 500, "1" + "+1" * 500])
def test_source_nested_too_deep_is_refused(text: str) -> None:
    with pytest.raises(feel.NestedTooDeep):
        feel.compile(text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("count(for i in 1..1000000000 return i)", feel.EvaluationError),
        ("some i in 1..1000000000 satisfies i < 0", feel.StepsExceeded),
        ("for i in 1..2000 return i", feel.OutputTooLarge),
        ("{f: function(n) f(n + 1), r: f(1)}.r", feel.CallsTooDeep),
        (
            '{f: function(s, n) if n = 0 then s else f(s + s, n - 1), r: f("ab", 40)}.r',
            feel.OutputTooLarge,
        ),
        (
            "{f: function(s, n) if n = 0 then s else f(concatenate(s, s), n - 1), r: f([1], 40)}.r",
            feel.OutputTooLarge,
        ),
    ],
)
def test_evaluation_past_a_limit_is_stopped(text: str, error: type[Exception]) -> None:
    expression = feel.compile(text, limits=SMALL)

    with pytest.raises(error):
        expression.evaluate()


def test_result_that_shares_parts_is_written_within_its_limit() -> None:
    layers = ", ".join(f"x{n}: [x{n - 1}, x{n - 1}]" for n in range(1, 40))
    value = feel.compile(f"{{x0: 1, {layers}}}").evaluate()

    with pytest.raises(feel.OutputTooLarge):
        feel.to_json(value)


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        ("^(a+)+$", 24),
        ("^(a|aa)+$", 24),
        ("^(a?)+b", 24),
        ("(a+){9}b", 24),
        ("((a+)+)+b", 15),
        ("(a|a|a)*b", 15),
        ("((a{1,30}){1,30}){1,30}b", 15),
        ("(a?){40}a{40}", 24),
        ("a*a*a*a*a*a*a*b", 32),
        ("a*a*a*a*a*a*a*a*a*a*b", 18),
    ],
)
def test_pattern_that_would_run_for_ever_is_null(pattern: str, longest: int) -> None:
    started = time.process_time()

    outcome = feel.compile("matches(text, pattern)").evaluate_with_warnings(
        {"text": "a" * 60 + "!", "pattern": pattern}
    )

    assert outcome == feel.Outcome(
        None, (f"the pattern {pattern!r} takes texts of up to {longest} characters",)
    )
    assert time.process_time() - started < 1 * PATIENCE


@pytest.mark.parametrize("pattern", [".*b", "a*!$", "a.*a.*a.*b", "(a|b)+c", "(ab?){2}.*c", "([a-z])+"])
def test_pattern_within_bounds_is_quick(pattern: str) -> None:
    started = time.process_time()

    for length in (60, 200, 1_000, 10_000):
        feel.compile("matches(text, pattern)").evaluate({"text": "a" * length, "pattern": pattern})

    assert time.process_time() - started < 5 * PATIENCE


def test_result_that_nests_too_deep_is_an_error_of_ours() -> None:
    value = feel.compile("for i in 1..5000 return [partial[-1]]").evaluate()

    with pytest.raises(feel.OutputTooLarge):
        feel.to_json(value)


class Secret:
    """An object that must stay out of reach."""

    password = "hidden"


@pytest.mark.parametrize(
    "text",
    [
        "x.password",
        "x.__class__",
        "x.__dict__",
        "s.__class__",
        "s.upper",
        "d.keys",
        "f.__globals__",
        "f.apply",
        "__import__",
        "open",
        "eval",
    ],
)
def test_no_attribute_of_python_is_in_reach(text: str) -> None:
    variables = {"x": Secret(), "s": "text", "d": {}}

    assert feel.compile(text).evaluate(variables, functions={"f": len}) is None


def test_the_clock_is_what_the_caller_gave() -> None:
    outcome = feel.compile("today()").evaluate_with_warnings()

    assert outcome == feel.Outcome(None, ("now: the evaluation was given no time",))


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+b",
        "((a+)+)+b",
        "(a|a|a)*b",
        "((a{1,30}){1,30}){1,30}b",
        "(a?){40}a{40}",
        "a*a*a*a*a*a*a*a*a*a*b",
    ],
)
def test_longest_text_a_pattern_takes_ends_soon(pattern: str) -> None:
    started = time.process_time()

    feel.compile("matches(text, pattern)").evaluate({"text": "a" * max_text(pattern), "pattern": pattern})

    assert time.process_time() - started < 3 * PATIENCE


@pytest.mark.parametrize(
    "pattern",
    [r"^(\d{1,3}\.){3}\d{1,3}$", "^[A-Z]{2}[0-9]{4,6}$", "(ab?){2,3}", "(foo|bar)?baz", "^1[3-9][0-9]{9}$"],
)
def test_pattern_of_few_ways_takes_any_text(pattern: str) -> None:
    assert max_text(pattern) == 1_000_000


def test_escape_of_no_character_stays_as_written() -> None:
    assert feel.compile(r'"\UFFFFFF"').evaluate() == r"\UFFFFFF"
