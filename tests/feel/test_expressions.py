"""The language: one line a rule of chapter 10."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from service import feel

NOW = datetime(2024, 3, 1, 20, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def value(text: str, **variables: object) -> object:
    """What a text comes to, as JSON."""
    return feel.to_json(feel.compile(text).evaluate(variables, now=NOW, zone=SHANGHAI))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("-2 ** 2", 4),
        ("2 ** 3 ** 2", 64),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 3 * 3", 1.0),
        ("1 / 0", None),
        (".5 + 1 // a remark", 1.5),
        ("1 /* in between */ + 2", 3),
        ('"a" + "b"', "ab"),
        ('"a" + 1', None),
        ('"\\u4e2d\\uD83D\\uDE00\\n"', "中😀\n"),
        ("true and null", None),
        ("false and null", False),
        ("true or null", True),
        ("null = null", True),
        ('1 = "1"', None),
        ("1 != 2", True),
        ("2 between 1 and 3", True),
        ("x in (< 5, > 10)", True),
        ("x in [1..4]", True),
        ("x in ]1..4[", False),
        ("x in [1, 2]", False),
        ("x in (not(3))", False),
        ("if x > 3 then 1 else 2", 1),
        ("if null then 1 else 2", 2),
        ("for i in 1..3, j in [10, 20] return i + j", [11, 21, 12, 22, 13, 23]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in 1..4 return if i = 1 then 1 else partial[-1] * i", [1, 2, 6, 24]),
        ('for d in @"2024-02-28"..@"2024-03-01" return day of week(d)', ["Wednesday", "Thursday", "Friday"]),
        ("some i in [1, 2] satisfies i > 1", True),
        ("every i in [] satisfies false", True),
        ("every i in [1, null] satisfies i > 0", None),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ('[{name: "a", n: 1}, {name: "b", n: 2}][n > 1].name', ["b"]),
        ("{a: 1, b: a + 1}.b", 2),
        ('{first name: "A", greeting: "hi " + first name}.greeting', "hi A"),
        ("{a-b: 3, c: a-b + 1}.c", 4),
        ("(function(a, b) a - b)(b: 1, a: 3)", 2),
        ("{twice: function(n: number) n * 2, r: twice(4)}.r", 8),
        ("x instance of number", True),
        ("[1] instance of list<number>", True),
        ('{a: "x"} instance of context<a: string>', True),
        ('@"2024-01-31" + @"P1M"', "2024-02-29"),
        ('@"2024-03-25T23:00:00@Asia/Shanghai" + @"PT2H"', "2024-03-26T01:00:00@Asia/Shanghai"),
        ('@"2021-03-28T01:30:00@Europe/Paris" + @"PT1H"', "2021-03-28T03:30:00@Europe/Paris"),
        ('date and time("2024-03-25T24:00:00+08:00")', "2024-03-26T00:00:00+08:00"),
        ('(@"2024-03-01" - @"2024-02-28").days', 2),
        ('@"-2021-01-01" - @"P1D"', "-2022-12-31"),
        ("string(now())", "2024-03-02T04:00:00@Asia/Shanghai"),
        ("today()", "2024-03-02"),
        ("not(x = 4)", False),
        ("before(1, [2..3])", True),
        ("before(point: 1, range: [2..3])", True),
    ],
)
def test_expression_by_text(text: str, expected: object) -> None:
    assert value(text, x=4) == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "piece"),
    [
        ("1 +", 1, 4, "end of expression"),
        ("a =\n  = b", 2, 3, "="),
        ("foo(1", 1, 6, "end of expression"),
        ('"open', 1, 1, '"open'),
        ("a ! b", 1, 3, "!"),
        ('@"2024-13-01"', 1, 1, "2024-13-01"),
        ("f(a: 1, 2)", 1, 2, "("),
    ],
)
def test_error_names_line_column_and_text(text: str, line: int, column: int, piece: str) -> None:
    with pytest.raises(feel.FeelError) as caught:
        feel.compile(text)

    assert (caught.value.line, caught.value.column, caught.value.text) == (line, column, piece)


def test_names_used_are_those_that_come_from_outside() -> None:
    names = frozenset({"working days after"})

    text = "for i in items return working days after(start, i + count(items)) > x.y"

    used = feel.compile(text, names).names_used

    assert used == {"items", "start", "working days after", "x"}


def test_function_given_is_called_by_position_and_by_name() -> None:
    functions = {"working days after": lambda date, n: (date, n)}
    names = frozenset(functions)

    by_position = feel.compile("working days after(1, 2)", names).evaluate(functions=functions)
    by_name = feel.compile("working days after(n: 2, date: 1)", names).evaluate(functions=functions)

    assert by_position == by_name == [Decimal(1), Decimal(2)]


def test_function_given_that_cannot_answer_is_null_with_a_warning() -> None:
    functions = {"deadline": date.fromisoformat}

    outcome = feel.compile('deadline("13-45")').evaluate_with_warnings(functions=functions)

    assert outcome == feel.Outcome(None, ("deadline: Invalid isoformat string: '13-45'",))


def test_warnings_say_why_a_value_is_null() -> None:
    outcome = feel.compile("a.b + 1").evaluate_with_warnings({"a": {"c": 1}})

    assert outcome == feel.Outcome(None, ("the context has no entry 'b'", "+ of null"))


def test_plain_data_goes_in_and_out() -> None:
    data = {"n": 1, "f": 1.5, "s": "x", "t": (1, 2), "d": date(2024, 3, 1), "deep": [{"n": 2}]}

    result = feel.to_json(feel.compile("data").evaluate({"data": data}))

    assert result == {"n": 1, "f": 1.5, "s": "x", "t": [1, 2], "d": "2024-03-01", "deep": [{"n": 2}]}


@pytest.mark.parametrize(
    ("text", "subject", "expected"),
    [
        ("-", 1, True),
        ("< 5", 4, True),
        ("not(1, 2)", 3, True),
        ('"a", "b"', "b", True),
        ("[1..3], > 10", 5, False),
        ("? > 3 and ? < 5", 4, True),
        ("count(?) = 2", [1, 2], True),
        ("limit", 7, True),
        ('ends with(?, "x")', "ax", True),
    ],
)
def test_unary_tests_by_text(text: str, subject: object, expected: bool) -> None:
    tests = feel.compile_unary_tests(text)

    assert tests.matches(subject, {"limit": 7}) is expected


def test_path_into_plain_data_meets_every_kind_of_step() -> None:
    data = {"list": [{"n": 1}, {"n": 2}], "deep": {"n": 1.5}, "day": date(2024, 3, 1), "none": None}

    values = [value(f"data.{path}", data=data) for path in ("list.n", "deep.n", "day.year", "none.n", "x.y")]

    assert values == [[1, 2], 1.5, 2024, None, None]


def test_number_too_large_for_34_digits_is_rounded_or_null() -> None:
    assert feel.from_json(10**40 + 1) == Decimal("1e40")
    assert feel.from_json(10**7000) is None
