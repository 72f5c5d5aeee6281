"""Tasks that a topic works: inside the step when the environment performs it, otherwise left open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.engine.attributes import TaskDefinition
from service.engine.expressions import Broken, Text
from service.engine.nodes import escalation
from service.engine.nodes.activity import Activity
from service.engine.nodes.node import Drawn
from service.engine.records import JSON, BpmnError, OpenServiceTask, UncaughtBpmnError
from service.engine.variables import Copied, normalise

if TYPE_CHECKING:
    from service.engine.instance import ProcessSpec
    from service.engine.token import Token


class ServiceTask(Activity):
    """A service, send or business rule task with a topic."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, definition: TaskDefinition) -> None:
        super().__init__(process, drawn)
        self.definition = definition
        self.topic: Text | None = None  #: the topic, when it is an expression
        self.retries: Text | None = None  #: how often a remote topic may be tried, when it is an expression
        self.is_immediate = True  # boundary events are armed only if the task stays open

    def execute(self, token: Token) -> bool | None:
        """Let the environment perform the topic; None leaves the task STARTED."""
        instance = token.workflow.top_workflow
        self._settle(token)
        try:
            result = instance.environment.perform(self.record_of(token, Copied(token.variables())))
        except BpmnError as error:
            if not escalation.throw(token, error.code, error.message):
                raise UncaughtBpmnError(self.name, error) from error
            return None
        if result is None:
            self.arm(token)
            return None
        token.write(normalise(result))
        return True

    def record_of(self, token: Token, variables: Mapping[str, JSON] | None = None) -> OpenServiceTask:
        """Return the open task as the rest of the service sees it."""
        if self.topic is not None and "topic" not in token.internal_data:
            self._settle(token)  # opened by a version that kept nothing
        retries = 3 if self.retries is not None else int(self.definition.retries)
        return OpenServiceTask(
            key=token.id,
            element_id=self.name,
            name=self.bpmn_name or self.name,
            topic=token.internal_data.get("topic", self.definition.topic),
            headers=dict(self.definition.headers),
            variables=token.variables() if variables is None else variables,
            retries=token.internal_data.get("retries", retries),
        )

    def _settle(self, token: Token) -> None:
        """Work out what is an expression and keep it: what was asked for must not move with the variables."""
        engine = token.workflow.script_engine
        if self.topic is not None:
            topic = engine.value(token, self.topic)
            if not isinstance(topic, str) or not topic:
                raise self._wrong("主题", self.topic, "文字", topic)
            token.internal_data["topic"] = topic
        if self.retries is not None:
            retries = engine.value(token, self.retries)
            if not isinstance(retries, int) or retries < 1:
                raise self._wrong("重试次数", self.retries, "正整数", retries)
            token.internal_data["retries"] = int(retries)

    def _wrong(self, what: str, text: Text, wanted: str, value: JSON) -> Broken:
        message = f"{self.label}的{what} {text.source} 应当是{wanted}，得到的是 {value!r}"
        return Broken(self.name, "expression", message)


class ScriptTask(Activity):
    """A FEEL expression whose value goes into a variable."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, expression: Text, result_variable: str) -> None:
        super().__init__(process, drawn)
        self.expression = expression
        self.result_variable = result_variable
        self.is_immediate = True

    def execute(self, token: Token) -> bool | None:
        """Evaluate and write the result."""
        token.write({self.result_variable: token.workflow.script_engine.value(token, self.expression)})
        return True
