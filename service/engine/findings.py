"""Collecting what is wrong with a diagram, and reading its texts on the way."""

from __future__ import annotations

import re
from typing import Final, Literal

from service import feel
from service.engine import attributes, timers
from service.engine.expressions import Text, read
from service.engine.feel_sentences import say
from service.engine.records import Problem
from service.engine.xml import Element, label

VARIABLE: Final = re.compile(r"[^\W\d]\w*")


class Findings:
    """Every problem found in one diagram, in the order of the passes."""

    def __init__(self, functions: frozenset[str] = frozenset()) -> None:
        self.problems: list[Problem] = []
        self._seen: set[Problem] = set()
        self.functions = functions

    def error(self, element: Element, rule: str, message: str, fix: str) -> None:
        """Note what keeps the diagram from being published. The element's label goes before the message."""
        self._add(element, rule, message, fix, "error")

    def warning(self, element: Element, rule: str, message: str, fix: str) -> None:
        """Note what runs, though perhaps not as meant."""
        self._add(element, rule, message, fix, "warning")

    def has(self, element_id: str) -> bool:
        """Whether something is wrong with an element already."""
        return any(problem.element_id == element_id for problem in self.errors)

    @property
    def errors(self) -> list[Problem]:
        """Only what keeps it from being published."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def text(self, element: Element, source: str | None, what: str) -> Text | None:
        """Read an attribute that may be FEEL; one that does not parse is an error."""
        if source is None:
            return None
        try:
            return read(source, self.functions)
        except feel.FeelError as error:
            message = f"的{what}「{source}」不是合法的表达式：{say(error)}"
            self.error(element, "expression", message, "按 FEEL 语法修改表达式")
            return None

    def expression(self, element: Element, source: str | None, what: str) -> Text | None:
        """Read an attribute that must be FEEL with a leading ``=``."""
        if source is None:
            return None
        if not source.lstrip().startswith("="):
            fix = f"在前面加上等号：={source.strip()}"
            self.error(element, "expression-mark", f"的{what}「{source.strip()}」没有以等号开头", fix)
            return None
        return self.text(element, source, what)

    def timer(self, element: Element, kind: timers.Kind, source: str) -> timers.Timer | None:
        """Read a timer; plain text must already be a date, duration or cycle."""
        text = self.text(element, source, "时间")
        if text is None:
            return None
        if text.expression is None:
            try:
                timers.check(kind, text.source)
            except timers.Unclear as error:
                fix = "写成 ISO 8601 的时间、时长或循环，或以等号开头的表达式"
                self.error(element, "timer", f"的时间无效：{error}", fix)
                return None
        return timers.Timer(kind, text, self._missed(element))

    def _missed(self, element: Element) -> timers.Missed:
        written = attributes.properties(element).get("missed", "once")
        if written not in timers.MISSED:
            message = f"的属性 missed 写成了「{written}」"
            self.error(element, "missed", message, "写 once（补一次）、all（逐次补）或 none（不补）")
        return next((missed for missed in timers.MISSED if missed == written), "once")

    def variable(self, element: Element, name: str | None, what: str) -> str | None:
        """Read the name of a variable."""
        if name is not None and VARIABLE.fullmatch(name) is None:
            self.error(
                element, "variable", f"的{what}「{name}」不是变量名", "只用字母、数字和下划线，不以数字开头"
            )
            return None
        return name

    def _add(
        self, element: Element, rule: str, message: str, fix: str, severity: Literal["error", "warning"]
    ) -> None:
        found = Problem(
            element_id=element.get("id"),
            message=label(element) + message,
            fix=fix,
            severity=severity,
            rule=rule,
        )
        if found not in self._seen:
            self._seen.add(found)
            self.problems.append(found)
