"""Camunda 8's extension elements, read from a diagram into plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from service.engine.xml import BPMN, Element, bpmn, zeebe

#: everything this module or the builder reads; anything else of the namespace is reported
KNOWN_EXTENSIONS: Final = frozenset(
    {
        "assignmentDefinition", "formDefinition", "taskSchedule", "priorityDefinition", "properties",
        "property", "taskDefinition", "taskHeaders", "header", "calledElement", "loopCharacteristics",
        "script",
        "subscription", "calledDecision", "ioMapping", "input", "output", "userTask",
        "modelerTemplate", "modelerTemplateIcon",
    }
)  # fmt: skip

#: attributes that would change who does a task or what runs, and are not read
UNREAD_ATTRIBUTES: Final = {
    ("assignmentDefinition", "candidateUsers"): "改用办理人或候选组",
    ("formDefinition", "formKey"): "改用表单标识 formId",
    ("formDefinition", "externalReference"): "改用表单标识 formId",
    ("calledElement", "processIdExpression"): "写明固定的流程标识",
}

#: left alone although not read: they change nothing about how a process runs here
HARMLESS_EXTENSIONS: Final = frozenset(
    {"userTaskForm", "versionTag", "publishedRuntime", "conditionalFilter"}
)


@dataclass(frozen=True, kw_only=True)
class UserTaskAttributes:
    """Who does a user task and until when; every text still unevaluated."""

    assignee: str | None = None
    candidate_groups: str | None = None
    form_id: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None


@dataclass(frozen=True, kw_only=True)
class TaskDefinition:
    """The topic of a service task."""

    topic: str
    retries: str = "3"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LoopAttributes:
    """A repetition marker: over a collection, a number of times, or while a condition holds."""

    sequential: bool = False
    input_collection: str | None = None
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    completion_condition: str | None = None
    cardinality: str | None = None
    standard: bool = False  #: a standard loop, not a multi-instance
    loop_condition: str | None = None
    loop_maximum: str | None = None
    test_before: bool = False


@dataclass(frozen=True, kw_only=True)
class Script:
    """A FEEL expression and the variable that takes its value."""

    expression: str
    result_variable: str


@dataclass(frozen=True, kw_only=True)
class Mappings:
    """``zeebe:ioMapping``: pairs of FEEL source and target variable."""

    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()


def extension(element: Element, name: str) -> Element | None:
    """Return the first extension element of Camunda 8 with a local name, or None."""
    return element.find(f"{bpmn('extensionElements')}/{zeebe(name)}")


def user_task(element: Element) -> UserTaskAttributes:
    """Read what a user task says about its people, form and dates."""
    assignment = extension(element, "assignmentDefinition")
    form = extension(element, "formDefinition")
    schedule = extension(element, "taskSchedule")
    priority = extension(element, "priorityDefinition")
    return UserTaskAttributes(
        assignee=_get(assignment, "assignee"),
        candidate_groups=_get(assignment, "candidateGroups"),
        form_id=_get(form, "formId"),
        due_date=_get(schedule, "dueDate"),
        follow_up_date=_get(schedule, "followUpDate"),
        priority=_get(priority, "priority"),
    )


def task_definition(element: Element) -> TaskDefinition | None:
    """Read a topic with its headers; None when the task names none."""
    definition = extension(element, "taskDefinition")
    topic = _get(definition, "type")
    if topic is None:
        return None
    headers = extension(element, "taskHeaders")
    written = [] if headers is None else headers.findall(zeebe("header"))
    pairs = {header.get("key", ""): header.get("value", "") for header in written}
    return TaskDefinition(topic=topic, retries=_get(definition, "retries") or "3", headers=pairs)


def properties(element: Element) -> dict[str, str]:
    """Read ``zeebe:properties``."""
    found = extension(element, "properties")
    return (
        {}
        if found is None
        else {p.get("name", ""): p.get("value", "") for p in found.findall(zeebe("property"))}
    )


def called_process(element: Element) -> str | None:
    """Return the process a call activity calls."""
    return _get(extension(element, "calledElement"), "processId") or element.get("calledElement")


def propagates_all(element: Element) -> bool:
    """Whether a called process hands all its variables back."""
    return _get(extension(element, "calledElement"), "propagateAllChildVariables") != "false"


def script(element: Element) -> Script | None:
    """Read a script task's FEEL expression; None when it has none."""
    found = extension(element, "script")
    expression = _get(found, "expression")
    if expression is None:
        return None
    return Script(expression=expression, result_variable=_get(found, "resultVariable") or "")


def decision(element: Element) -> tuple[str, str] | None:
    """Return the decision a business rule task calls and the variable that takes its result."""
    found = extension(element, "calledDecision")
    identifier = _get(found, "decisionId")
    return None if identifier is None else (identifier, _get(found, "resultVariable") or "")


def correlation_key(message: Element | None) -> str | None:
    """Return the correlation key of a ``bpmn:message``."""
    return None if message is None else _get(extension(message, "subscription"), "correlationKey")


def mappings(element: Element) -> Mappings:
    """Read ``zeebe:ioMapping``."""
    found = extension(element, "ioMapping")
    if found is None:
        return Mappings()
    read = {name: tuple((m.get("source", ""), m.get("target", "")) for m in found.findall(zeebe(name)))
            for name in ("input", "output")}  # fmt: skip
    return Mappings(inputs=read["input"], outputs=read["output"])


def loop(element: Element) -> LoopAttributes | None:
    """Read a repetition marker; None when there is none."""
    standard = element.find(bpmn("standardLoopCharacteristics"))
    if standard is not None:
        return LoopAttributes(
            standard=True,
            sequential=True,
            loop_condition=_text(standard, "loopCondition"),
            loop_maximum=standard.get("loopMaximum"),
            test_before=standard.get("testBefore") == "true",
        )
    multi = element.find(bpmn("multiInstanceLoopCharacteristics"))
    if multi is None:
        return None
    found = extension(multi, "loopCharacteristics")
    collection, answer = _data_name(multi, "loopDataInputRef"), _data_name(multi, "outputDataItem")
    return LoopAttributes(
        sequential=multi.get("isSequential") == "true",
        input_collection=_get(found, "inputCollection") or (f"={collection}" if collection else None),
        input_element=_get(found, "inputElement") or _data_name(multi, "inputDataItem"),
        output_collection=_get(found, "outputCollection") or _data_name(multi, "loopDataOutputRef"),
        output_element=_get(found, "outputElement") or (f"={answer}" if answer else None),
        completion_condition=_text(multi, "completionCondition"),
        cardinality=_text(multi, "loopCardinality"),
    )


def documentation(element: Element) -> str:
    """Return what the author wrote about an element."""
    return (_text(element, "documentation") or "").strip()


def _data_name(loop: Element, name: str) -> str | None:
    """Return the variable BPMN's own data items of a multi-instance mean: by name, else by id."""
    item = loop.find(bpmn(name))
    if item is None:
        return None
    if name.endswith("Item"):
        return _get(item, "name") or _get(item, "id")
    reference = (item.text or "").strip()
    referred = loop.getroottree().getroot().xpath("//*[@id=$id]", id=reference)
    return (_get(referred[0], "name") if referred else None) or reference or None


def _get(element: Element | None, name: str) -> str | None:
    value = None if element is None else element.get(name)
    return value.strip() if value and value.strip() else None


def _text(element: Element, name: str) -> str | None:
    child = element.find(f"{{{BPMN}}}{name}")
    return child.text.strip() if child is not None and child.text and child.text.strip() else None
