"""Tasks that wait for a person. Who, until when and how urgent are worked out once, when they open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from service.engine import timers
from service.engine.expressions import Broken, Text
from service.engine.nodes.activity import Activity
from service.engine.nodes.multi_instance import inputs_of
from service.engine.nodes.node import Drawn
from service.engine.records import JSON, OpenUserTask

if TYPE_CHECKING:
    from service.engine.instance import ProcessSpec
    from service.engine.token import Token


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """The attributes of a user task, compiled."""

    assignee: Text | None = None
    candidate_groups: Text | None = None
    form_id: Text | None = None
    due_date: Text | None = None
    follow_up_date: Text | None = None
    priority: Text | None = None


class UserTask(Activity):
    """A user or manual task: READY until a person completes it."""

    def __init__(self, process: ProcessSpec, drawn: Drawn, assignment: Assignment) -> None:
        super().__init__(process, drawn)
        self.manual = True
        self.assignment = assignment

    def open(self, token: Token) -> bool:
        """Work out the attributes and keep them: what was promised must not move with the variables."""
        written = self.assignment
        task: dict[str, JSON] = {
            "assignee": self._word(token, written.assignee),
            "groups": list(self._words(token, written.candidate_groups)),
            "form": self._word(token, written.form_id),
            "due": self._moment(token, written.due_date),
            "follow_up": self._moment(token, written.follow_up_date),
            "priority": self._number(token, written.priority),
        }
        kept = {name: value for name, value in task.items() if value not in (None, [])}
        if kept:
            token.internal_data["task"] = kept
        return True

    def record_of(self, token: Token) -> OpenUserTask:
        """Return the open task as the rest of the service sees it."""
        task = token.internal_data.get("task", {})
        return OpenUserTask(
            key=token.id,
            element_id=self.name,
            name=self.bpmn_name or self.name,
            assignee=task.get("assignee"),
            candidate_groups=tuple(task.get("groups", ())),
            form_id=task.get("form"),
            due_date=_utc(task.get("due")),
            follow_up_date=_utc(task.get("follow_up")),
            priority=task.get("priority", 50),
            inputs={**inputs_of(token), **token.internal_data.get("mapped", {})},
        )

    def _word(self, token: Token, text: Text | None) -> str | None:
        value = None if text is None else token.workflow.script_engine.value(token, text)
        if value is None or isinstance(value, str):
            return value or None
        raise self._wrong(text, "应当是文字", value)

    def _words(self, token: Token, text: Text | None) -> tuple[str, ...]:
        value = None if text is None else token.workflow.script_engine.value(token, text)
        words = value.split(",") if isinstance(value, str) else [] if value is None else value
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise self._wrong(text, "应当是文字的列表", value)
        return tuple(word.strip() for word in words if isinstance(word, str) and word.strip())

    def _moment(self, token: Token, text: Text | None) -> str | None:
        value = self._word(token, text)
        if value is None:
            return None
        environment = token.workflow.top_workflow.environment
        try:
            due, _ = timers.find_first_due("timeDate", value, environment.now, environment.zone)
        except timers.Unclear as error:
            raise self._wrong(text, str(error), value) from error
        return due.isoformat()

    def _number(self, token: Token, text: Text | None) -> int | None:
        value = None if text is None else token.workflow.script_engine.value(token, text)
        if value is None:
            return None
        try:
            return int(float(str(value)))
        except ValueError as error:
            raise self._wrong(text, "应当是数字", value) from error

    def _wrong(self, text: Text | None, wanted: str, value: Any) -> Broken:
        source = text.source if text is not None else ""
        return Broken(self.name, "expression", f"{self.label}的属性 {source} {wanted}，得到的是 {value!r}")


def _utc(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
