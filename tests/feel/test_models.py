"""Models: what is refused when loading, and boxed expressions, services and imports when deciding."""

from __future__ import annotations

import pytest

from service import feel
from service.feel import dmn
from tests.feel.models import a_decision, a_literal, a_model, a_table, an_input

NUMBERS = an_input("n", "number")


def decide(logic: str, **inputs: object) -> object:
    """What one decision over the number ``n`` comes to."""
    model = dmn.load(a_model(NUMBERS + a_decision("D", logic, needs=["n"])))
    return feel.to_json(model.evaluate("D", inputs).value)


@pytest.mark.parametrize(
    "xml",
    [
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY a "b">]><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    ],
)
def test_file_that_is_no_model_is_refused(xml: bytes) -> None:
    with pytest.raises(dmn.DmnError):
        dmn.load(xml)


def test_every_fault_is_listed_with_its_element() -> None:
    table = a_table("UNIQUE", [("n", "number")], [("< <", "1"), ("> 1", "1 +")])
    body = NUMBERS + a_decision("D", table, needs=["n", "missing"], kind="tUnknown")

    with pytest.raises(dmn.DmnError) as caught:
        dmn.load(a_model(body))

    assert [problem.element_id for problem in caught.value.problems] == ["D", "D", "r1i0", "r2"]


def test_decision_that_requires_itself_is_refused() -> None:
    body = a_decision("A", a_literal("1"), needs=["#B"]) + a_decision("B", a_literal("1"), needs=["#A"])

    with pytest.raises(dmn.DmnError, match="requires itself"):
        dmn.load(a_model(body))


def test_unknown_decision_is_its_own_error() -> None:
    with pytest.raises(dmn.UnknownElement):
        dmn.load(a_model(NUMBERS)).evaluate("nothing")


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (a_literal("n * 2"), 8),
        (
            '<context><contextEntry><variable name="first one"/><literalExpression><text>n + 1</text>'
            "</literalExpression></contextEntry><contextEntry><literalExpression><text>first one * 2</text>"
            "</literalExpression></contextEntry></context>",
            10,
        ),
        (f"<list>{a_literal('n')}{a_literal('n + 1')}</list>", [4, 5]),
        (
            f'<relation><column name="a"/><column name="b"/>'
            f"<row>{a_literal('n')}{a_literal('2')}</row></relation>",
            [{"a": 4, "b": 2}],
        ),
        (
            f"<conditional><if>{a_literal('n > 3')}</if><then>{a_literal('1')}</then>"
            f"<else>{a_literal('2')}</else></conditional>",
            1,
        ),
        (f"<filter><in>{a_literal('[1, 5, n]')}</in><match>{a_literal('item > 3')}</match></filter>", [5, 4]),
        (
            f'<for iteratorVariable="i"><in>{a_literal("[1, 2]")}</in>'
            f"<return>{a_literal('i * i')}</return></for>",
            [1, 4],
        ),
        (
            f'<every iteratorVariable="i"><in>{a_literal("[1, 2]")}</in>'
            f"<satisfies>{a_literal('i < n')}</satisfies></every>",
            True,
        ),
        (
            f'<some iteratorVariable="i"><in>{a_literal("[1, 2]")}</in>'
            f"<satisfies>{a_literal('i > n')}</satisfies></some>",
            False,
        ),
    ],
)
def test_boxed_expression_by_kind(logic: str, expected: object) -> None:
    assert decide(logic, n=4) == expected


def test_knowledge_is_invoked_by_box_and_by_name() -> None:
    knowledge = (
        '<businessKnowledgeModel id="k" name="twice it"><variable name="twice it"/><encapsulatedLogic>'
        f'<formalParameter name="a number" typeRef="number"/>{a_literal("a number * 2")}</encapsulatedLogic>'
        "</businessKnowledgeModel>"
    )
    invocation = (
        f"<invocation>{a_literal('twice it')}<binding><parameter name='a number'/>{a_literal('n')}</binding>"
        "</invocation>"
    )
    model = dmn.load(
        a_model(
            NUMBERS
            + knowledge
            + a_decision("boxed", invocation, needs=["n"], knows=["k"])
            + a_decision("called", a_literal("twice it(n)"), needs=["n"], knows=["k"])
        )
    )

    assert model.evaluate("boxed", {"n": 4}).value == model.evaluate("called", {"n": 4}).value == 8
    assert model.evaluate("twice it", {"a number": 3}).value == 6


def test_service_sees_its_own_inputs_only() -> None:
    service = (
        '<decisionService id="s" name="S"><variable name="S"/><outputDecision href="#B"/>'
        '<encapsulatedDecision href="#A"/><inputData href="#n"/></decisionService>'
    )
    model = dmn.load(
        a_model(
            NUMBERS
            + a_decision("A", a_literal("n + 1"), needs=["n"])
            + a_decision("B", a_literal("A * 10"), needs=["#A"])
            + service
            + a_decision("C", a_literal("S(5) + n"), needs=["n"], knows=["s"])
        )
    )

    assert model.evaluate("S", {"n": 1}).value == 20
    assert model.evaluate("C", {"n": 1}).value == 61


def test_value_outside_the_allowed_ones_is_null_with_a_warning() -> None:
    item = (
        '<itemDefinition name="tCategory"><typeRef>string</typeRef><allowedValues><text>"A", "B"</text>'
        "</allowedValues></itemDefinition>"
    )
    model = dmn.load(
        a_model(item + an_input("c", "tCategory") + a_decision("D", a_literal("c"), needs=["c"]))
    )

    allowed, refused = model.evaluate("D", {"c": "A"}), model.evaluate("D", {"c": "Z"})

    assert (allowed.value, refused.value) == ("A", None)
    assert refused.warnings == ('c: string is not string allowing "A", "B"',)


def test_imported_decision_is_used_by_its_prefix() -> None:
    base = a_model(NUMBERS + a_decision("Base", a_literal("n + 1"), needs=["n"]))
    user = (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="u" name="u" namespace="user">'
        '<import id="i" namespace="test" name="lib" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
        '<decision id="D" name="D"><variable name="D"/><informationRequirement>'
        f'<requiredDecision href="test#Base"/></informationRequirement>{a_literal("lib.Base * 2")}</decision>'
        "</definitions>"
    ).encode()

    model = dmn.load_all([user, base])[0]

    assert model.evaluate("D", {"n": 4}).value == 10


def test_name_nobody_defines_is_a_fault() -> None:
    body = NUMBERS + a_decision("D", a_literal("n + m + deadline(1)"), needs=["n"])

    with pytest.raises(dmn.DmnError) as caught:
        dmn.load(a_model(body), functions=["deadline"])

    assert [problem.message for problem in caught.value.problems] == [
        "there is no variable or function named 'm': is a requirement missing?"
    ]


def test_function_given_when_deciding_may_have_any_name() -> None:
    body = NUMBERS + a_decision("D", a_literal("working days between(n, 9)"), needs=["n"])
    functions = {"working days between": lambda a, b: b - a}

    model = dmn.load(a_model(body), functions=functions)

    assert model.evaluate("D", {"n": 4}, functions=functions).value == 5


ITEMS = (
    '<itemDefinition name="tLetter"><typeRef>string</typeRef>'
    '<typeConstraint><text>"a", "b"</text></typeConstraint></itemDefinition>'
    '<itemDefinition name="tLetters" isCollection="true"><typeRef>tLetter</typeRef></itemDefinition>'
    '<itemDefinition name="tSome" isCollection="true"><typeRef>string</typeRef>'
    "<typeConstraint><text>count(?) &gt; 1</text></typeConstraint></itemDefinition>"
    '<itemDefinition name="tGrade"><itemComponent name="n"><typeRef>number</typeRef>'
    "<allowedValues><text>[1..3]</text></allowedValues></itemComponent></itemDefinition>"
)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("tLetter", "a", "a"),
        ("tLetter", "c", None),
        ("tLetters", ["a", "b"], ["a", "b"]),
        ("tLetters", ["a", "c"], None),
        ("tLetters", "a", ["a"]),
        ("tSome", ["x", "y"], ["x", "y"]),
        ("tSome", ["x"], None),
        ("tGrade", {"n": 2}, {"n": 2}),
        ("tGrade", {"n": 4}, None),
        ("tGrade", {"n": 2, "more": 1}, {"n": 2, "more": 1}),
    ],
)
def test_constraint_of_a_type_holds_for_items_and_for_the_whole(
    kind: str, given: object, value: object
) -> None:
    model = dmn.load(a_model(ITEMS + an_input("i", kind) + a_decision("D", a_literal("i"), needs=["i"])))

    assert feel.to_json(model.evaluate("D", {"i": given}).value) == value


def test_import_without_a_name_brings_names_as_they_are() -> None:
    imported = a_model(a_decision("limit", a_literal("3"))).replace(
        b'namespace="test"', b'namespace="limits"'
    )
    importing = a_model(
        '<import namespace="limits" name="" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
        '<decision id="D" name="D"><variable name="D"/><informationRequirement>'
        '<requiredDecision href="limits#limit"/></informationRequirement>'
        f"{a_literal('limit + 1')}</decision>"
    )

    model, _ = dmn.load_all([importing, imported])

    assert model.evaluate("D").value == 4


def test_boxed_filter_sees_the_members_of_an_item() -> None:
    logic = f"<filter><in>{a_literal('[{a: 1}, {a: 2}]')}</in><match>{a_literal('a > n')}</match></filter>"

    assert decide(logic, n=1) == [{"a": 2}]


def test_boxed_loop_sees_what_it_has_made_so_far() -> None:
    logic = (
        f'<for iteratorVariable="i"><in>{a_literal("[1, 2, 3]")}</in>'
        f"<return>{a_literal('i + count(partial)')}</return></for>"
    )

    assert decide(logic, n=0) == [1, 3, 5]


def test_service_takes_a_decision_as_its_input_and_may_be_called_by_name() -> None:
    body = (
        NUMBERS
        + a_decision("a", a_literal("n + 1"), needs=["n"])
        + a_decision("b", a_literal("a * 2"), needs=["#a"])
        + '<decisionService id="whole" name="whole"><variable name="whole"/><outputDecision href="#b"/>'
        '<encapsulatedDecision href="#a"/><inputData href="test#n"/></decisionService>'
        '<decisionService id="half" name="half"><variable name="half"/><outputDecision href="#b"/>'
        '<inputDecision href="#a"/></decisionService>'
        + a_decision("c", a_literal("[whole(3), whole(n: 4), half(5)]"), knows=["whole", "half"])
    )

    assert feel.to_json(dmn.load(a_model(body)).evaluate("c").value) == [8, 10, 10]


def test_every_code_of_a_fault_has_its_sentence() -> None:
    with pytest.raises(dmn.DmnError) as caught:
        dmn.load(a_model(a_decision("D", a_literal("x"), needs=["gone"], kind="tGone")))

    assert [(one.code, one.message) for one in caught.value.problems] == [
        ("unknown-type", "there is no type 'tGone'"),
        ("unknown-target", "there is nothing at '#gone'"),
        ("unknown-name", "there is no variable or function named 'x': is a requirement missing?"),
    ]
