"""Texts of a diagram that are evaluated: FEEL behind a leading ``=``, plain text otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from service import feel
from service.engine.feel_sentences import say
from service.engine.records import JSON, Environment, Variables

if TYPE_CHECKING:
    from service.engine.token import Token

#: functions every programme has; they are known at publish, so names with spaces parse
KNOWN_FUNCTIONS: Final = frozenset(
    {
        "deadline",
        "working days after",
        "working days between",
        "character count",
        "superiors",
        "recommenders",
        "uncovered",
        "switch",
        "holders",
        "account",
        "day begins",
        "day ends",
        "period begins",
        "period ends",
        "period years",
    }
)

#: characters of a value that a message quotes
SHOWN: Final = 80


class Broken(Exception):
    """Something inside the instance is wrong: the runner turns it into a ``Fault``."""

    def __init__(self, element_id: str, kind: str, message: str) -> None:
        super().__init__(message)
        self.element_id = element_id
        self.kind = kind
        self.message = message


@dataclass(frozen=True)
class Text:
    """An attribute of the diagram: ``expression`` is None for plain text."""

    source: str
    expression: feel.Expression | None = None


def read(source: str, names: frozenset[str]) -> Text:
    """Read an attribute's text: ``=…`` is FEEL (``feel.FeelError`` when it does not parse), else literal."""
    source = source.strip()
    if source.startswith("="):
        return Text(source, feel.compile(source[1:].strip(), names=names))
    return Text(source)


class FeelEngine(PythonScriptEngine):  # type: ignore[misc]  # SpiffWorkflow is untyped
    """SpiffWorkflow's script engine, speaking FEEL over the variables a token sees. Runs no Python."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.world = environment

    def validate(self, expression: str) -> None:
        """Raise ``feel.FeelError`` when the text is not FEEL."""
        feel.compile(expression, names=frozenset(self.world.functions) | KNOWN_FUNCTIONS)

    def evaluate(self, task: Token, expression: Text, external_context: Variables | None = None) -> Any:
        """Evaluate a text where the token stands; plain text is its own value.

        ``external_context`` shadows the token's variables. A failing expression is a ``Broken``
        that names the element and quotes the text.
        """
        if expression.expression is None:
            return expression.source
        variables = {**task.look_up(expression.expression.names_used), **(external_context or {})}
        try:
            return expression.expression.evaluate(
                variables, functions=self.world.functions, now=self.world.now, zone=self.world.zone
            )
        except feel.EvaluationError as error:
            raise _stopped(task, expression, error) from error

    def value(self, task: Token, expression: Text, external_context: Variables | None = None) -> JSON:
        """Evaluate to what may be kept in a variable."""
        result = self.evaluate(task, expression, external_context)
        try:
            return cast("JSON", feel.to_json(result))
        except feel.EvaluationError as error:
            raise _stopped(task, expression, error) from error

    def holds(self, task: Token, expression: Text, external_context: Variables | None = None) -> bool:
        """Whether a condition holds. A result that is neither true nor false is a ``Broken``."""
        result = self.evaluate(task, expression, external_context)
        if isinstance(result, bool):
            return result
        message = (
            f"{task.task_spec.label}的条件 {expression.source} 既不是真也不是假，而是 {_describe(result)}"
        )
        raise Broken(task.task_spec.name, "expression", message)

    def execute(self, task: Token, script: str, external_context: Any = None) -> None:  # noqa: ARG002
        """Refuse: a diagram carries no programs."""
        raise Broken(task.task_spec.name, "expression", f"{task.task_spec.label}带有程序脚本，不能执行")


def _stopped(task: Token, expression: Text, error: feel.EvaluationError) -> Broken:
    message = f"{task.task_spec.label}的表达式 {expression.source} 无法计算：{say(error)}"
    return Broken(task.task_spec.name, "expression", message)


def _describe(value: object) -> str:
    try:
        text = repr(feel.to_json(value))
    except feel.EvaluationError as error:
        return say(error)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
