"""Decision tables: compiled to a list of rules, evaluated in one pass, able to tell which rules matched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from service.feel.compiler import Compiler
from service.feel.dmn.boxed import RULES, Scope, compile_text, conform, parse_cell
from service.feel.dmn.hits import AGGREGATORS, LETTERS, Outputs, Policy, aggregate
from service.feel.dmn.xml import Element
from service.feel.expression import cell_test
from service.feel.frame import Frame, Run
from service.feel.lookup import Code
from service.feel.syntax import nodes as n
from service.feel.types import FeelType

Test = Callable[[Frame, object], bool | None]


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule that matched and counted."""

    table_id: str
    owner: str  #: name of the decision or business knowledge model
    index: int  #: from 1, as printed
    rule_id: str
    description: str
    annotations: tuple[tuple[str, str], ...]  #: name and text of each annotation column
    outputs: dict[str, object]


@dataclass(frozen=True, slots=True)
class Input:
    """An input column."""

    label: str
    text: str
    code: Code
    type: FeelType | None
    allowed: Test | None
    allowed_tree: n.UnaryTests | None
    id: str


@dataclass(frozen=True, slots=True)
class Output:
    """An output column."""

    name: str
    type: FeelType | None
    default: Code | None
    values: n.UnaryTests | None
    id: str
    label: str = ""  #: as printed above the column


@dataclass(frozen=True, slots=True)
class Rule:
    """A row."""

    index: int
    id: str
    description: str
    annotations: tuple[tuple[str, str], ...]
    cells: tuple[n.UnaryTests | None, ...]
    tests: tuple[tuple[int, Test], ...]  #: the cells that test something, with their column
    outputs: tuple[Code, ...]
    output_texts: tuple[str, ...]  #: the outputs as written
    cell_texts: tuple[str, ...] = ()  #: the input cells as written

    @property
    def words(self) -> str:
        """What is noted beside the rule: its annotations, or its description."""
        return "; ".join(text for _column, text in self.annotations if text) or self.description


@dataclass(slots=True)
class Table:
    """A compiled decision table."""

    id: str
    owner: str
    letter: str
    inputs: list[Input]
    outputs: list[Output]
    rules: list[Rule] = field(default_factory=list)
    policy: Policy = field(default_factory=lambda: Policy("U"))

    def evaluate(self, frame: Frame) -> object:
        """The result for the variables of the frame."""
        frames = self._columns(frame)
        if frames is None:
            return None
        run = frame.run
        run.step(len(self.rules))
        rows: list[Outputs] = []
        matched: list[tuple[Rule, Outputs]] = []
        for rule in self.rules:
            if _holds(rule, frames):
                row = [
                    conform(frame, code(frame), output.type, rule.id) if output.type else code(frame)
                    for code, output in zip(rule.outputs, self.outputs, strict=True)
                ]
                rows.append(row)
                matched.append((rule, row))
                if self.letter == "F":
                    break
        if not rows:
            return self._default(frame)
        chosen = self.policy.choose(run, rows)
        if run.notes is not None:
            self._note(run, matched, chosen)
        return None if chosen is None else self._result(run, chosen)

    def _columns(self, frame: Frame) -> list[tuple[Frame, object]] | None:
        """The value of each input column, with a frame that has it as ``?``."""
        found: list[tuple[Frame, object]] = []
        for column in self.inputs:
            value = column.code(frame)
            if column.type is not None:
                value = conform(frame, value, column.type, column.id)
            scope = Frame({"?": value}, frame, frame.run)
            if column.allowed is not None and value is not None and column.allowed(scope, value) is not True:
                frame.run.warn(f"{column.id}: the value of {column.label!r} is not among the input values")
                return None
            found.append((scope, value))
        return found

    def _default(self, frame: Frame) -> object:
        """The result where no rule matches: the default outputs, or null."""
        if not any(output.default for output in self.outputs):
            frame.run.warn(f"{self.id}: no rule matches")
            return None
        row = [output.default(frame) if output.default else None for output in self.outputs]
        value = self._value(row)
        return value if self.policy.single or self.letter not in ("R", "O", "C") else [value]

    def _result(self, run: Run, rows: list[Outputs]) -> object:
        if self.policy.single:
            return self._value(rows[0])
        return aggregate(run, self.letter, [self._value(row) for row in rows])

    def _value(self, row: Outputs) -> object:
        """One value, or with several columns a context."""
        if len(self.outputs) == 1:
            return row[0]
        return {output.name: value for output, value in zip(self.outputs, row, strict=True)}

    def _note(self, run: Run, matched: list[tuple[Rule, Outputs]], chosen: list[Outputs] | None) -> None:
        """Tell which rules counted; all that matched where the policy was violated."""
        rows = [row for _, row in matched] if chosen is None else chosen
        names = [output.name for output in self.outputs]
        for row in rows:
            rule = next(rule for rule, own in matched if own is row)
            outputs = dict(zip(names, row, strict=True))
            run.notes.append(  # type: ignore[union-attr]
                RuleMatch(
                    self.id, self.owner, rule.index, rule.id, rule.description, rule.annotations, outputs
                )
            )


def _holds(rule: Rule, frames: list[tuple[Frame, object]]) -> bool:
    for column, test in rule.tests:
        frame, value = frames[column]
        if test(frame, value) is not True:
            return False
    return True


def compile_table(scope: Scope, element: Element) -> Table:
    """The compiled table of a ``decisionTable`` element; faults go to the scope."""
    inputs = [_input(scope, each) for each in element.children("input")]
    outputs = [_output(scope, each) for each in element.children("output")]
    if len(outputs) == 1 and not outputs[0].name:
        outputs = [_renamed(outputs[0], scope.variable)]
    letter = _letter(scope, element, len(outputs))
    table = Table(element.id, scope.owner, letter, inputs, outputs)
    notes = [each.name for each in element.children("annotation")]
    for index, each in enumerate(element.children("rule"), start=1):
        rule = _rule(scope, table, each, index, notes)
        if rule is not None:
            table.rules.append(rule)
    table.policy = Policy(letter, [_order(output.values) for output in outputs])
    scope.tables.append(table)
    if not outputs:
        scope.refuse(element, "no-output")
    return table


def _renamed(output: Output, name: str) -> Output:
    return Output(name, output.type, output.default, output.values, output.id, output.label or name)


def _letter(scope: Scope, element: Element, outputs: int) -> str:
    policy = element.get("hitPolicy") or "UNIQUE"
    letter = LETTERS.get(policy)
    if letter is None:
        scope.refuse(element, "unknown-hit-policy", name=policy)
        return "U"
    aggregation = element.get("aggregation")
    if letter != "C" or not aggregation:
        return letter
    if aggregation not in AGGREGATORS:
        scope.refuse(element, "unknown-aggregation", name=aggregation)
        return "C"
    if outputs > 1:
        scope.refuse(element, "aggregates-several")
    return AGGREGATORS[aggregation]


def _input(scope: Scope, element: Element) -> Input:
    expression = element.child("inputExpression")
    if expression is None:
        scope.refuse(element, "no-expression")
        return Input("", "", lambda _frame: None, None, None, None, element.id)
    text = expression.text("text")
    values = element.child("inputValues")
    tree = (
        parse_cell(scope, values, values.text("text")) if values is not None and values.text("text") else None
    )
    allowed = cell_test(Compiler(scope.items.types, depth=1), tree) if tree else None
    wanted = scope.items.reference(expression.get("typeRef"))
    label = element.get("label") or text
    return Input(label, text, compile_text(scope, expression, text), wanted, allowed, tree, element.id)


def _output(scope: Scope, element: Element) -> Output:
    values, default = element.child("outputValues"), element.child("defaultOutputEntry")
    tree = (
        parse_cell(scope, values, values.text("text")) if values is not None and values.text("text") else None
    )
    code = (
        compile_text(scope, default, default.text("text"))
        if default is not None and default.text("text")
        else None
    )
    wanted = scope.items.reference(element.get("typeRef"))
    label = element.get("label") or element.name
    return Output(element.name, wanted, code, tree, element.id, label)


def _rule(scope: Scope, table: Table, element: Element, index: int, notes: list[str]) -> Rule | None:
    entries = list(element.children("inputEntry"))
    outputs = list(element.children("outputEntry"))
    if len(entries) != len(table.inputs) or len(outputs) != len(table.outputs):
        scope.refuse(element, "cells-of-rule", index=index)
        return None
    cells = [parse_cell(scope, entry, entry.text("text") or "-") for entry in entries]
    tests = tuple(
        (column, cell_test(Compiler(scope.items.types, depth=1), cell) if cell else _never)
        for column, cell in enumerate(cells)
        if cell is None or not cell.anything
    )
    codes = tuple(
        compile_text(scope, entry, entry.text("text")) if entry.text("text") else _nothing
        for entry in outputs
    )
    texts = [each.text("text") for each in element.children("annotationEntry")]
    annotations = tuple(zip(notes, texts, strict=False))
    written = tuple(entry.text("text") for entry in outputs)
    asked = tuple(entry.text("text") or "-" for entry in entries)
    description = element.text("description")
    return Rule(index, element.id, description, annotations, tuple(cells), tests, codes, written, asked)


def _never(_frame: Frame, _value: object) -> bool:
    return False


def _nothing(_frame: Frame) -> None:
    return None


def _order(values: n.UnaryTests | None) -> list[object] | None:
    """The output values in order of priority, where they are given."""
    if values is None:
        return None
    return [each.value for each in values.tests if isinstance(each, n.Literal)]


RULES["decisionTable"] = lambda scope, element: compile_table(scope, element).evaluate
