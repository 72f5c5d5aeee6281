"""What two published diagrams disagree about: steps, flows, conditions, timers; not where they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.engine import xml

#: what a page calls an attribute or a text, by the tag and the attribute
WORDS = {
    ("documentation", ""): "说明",
    ("timeDate", ""): "定时",
    ("timeDuration", ""): "定时（时长）",
    ("timeCycle", ""): "定时（周期）",
    ("conditionExpression", ""): "条件",
    ("condition", ""): "条件",
    ("completionCondition", ""): "完成条件",
    ("sequenceFlow", "sourceRef"): "起点",
    ("sequenceFlow", "targetRef"): "终点",
    ("boundaryEvent", "attachedToRef"): "附着于",
    ("boundaryEvent", "cancelActivity"): "是否中断",
    ("startEvent", "isInterrupting"): "是否中断",
    ("signalEventDefinition", "signalRef"): "信号",
    ("messageEventDefinition", "messageRef"): "消息",
    ("receiveTask", "messageRef"): "消息",
    ("errorEventDefinition", "errorRef"): "错误",
    ("escalationEventDefinition", "escalationRef"): "升级",
    ("formDefinition", "formId"): "表单",
    ("assignmentDefinition", "candidateGroups"): "办理角色",
    ("assignmentDefinition", "assignee"): "办理人",
    ("taskSchedule", "dueDate"): "期限",
    ("taskSchedule", "followUpDate"): "跟进日期",
    ("priorityDefinition", "priority"): "优先级",
    ("taskDefinition", "type"): "服务主题",
    ("taskDefinition", "retries"): "重试次数",
    ("calledElement", "processId"): "调用的流程",
    ("calledDecision", "decisionId"): "决策",
    ("script", "expression"): "脚本",
    ("script", "resultVariable"): "结果变量",
    ("subscription", "correlationKey"): "关联键",
    ("loopCharacteristics", "inputCollection"): "多人办理的名单",
    ("multiInstanceLoopCharacteristics", "isSequential"): "逐个办理",
}
#: children that name what they hold: tag -> attribute with the name, attribute with the value
NAMED = {
    "property": ("name", "value"),
    "header": ("key", "value"),
    "input": ("target", "source"),
    "output": ("target", "source"),
}
REFERENCES = {
    "signalRef",
    "messageRef",
    "errorRef",
    "escalationRef",
    "sourceRef",
    "targetRef",
    "attachedToRef",
}
_NOT_COMPARED = {"incoming", "outgoing"}
_INNER = xml.FLOW_NODES | {"sequenceFlow", "laneSet"}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What two versions disagree about at one element."""

    process: str
    element_id: str
    name: str
    kind: str  #: added, removed, changed
    is_flow: bool = False
    details: Sequence[tuple[str, str, str]] = field(default=())  #: what, before, after


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A step or a flow as the comparison sees it."""

    process: str
    name: str
    is_flow: bool
    facts: Mapping[str, str]


def compare(old: bytes, new: bytes) -> list[Difference]:
    """Return what differs between two published diagrams, steps first, then flows."""
    before, after = _read(old), _read(new)
    found = []
    for element_id in before.keys() | after.keys():
        was, becomes = before.get(element_id), after.get(element_id)
        details = _details(was.facts, becomes.facts) if was and becomes else []
        one = becomes or was
        if one is None or (was and becomes and not details):
            continue
        kind = "changed" if was and becomes else ("added" if becomes else "removed")
        found.append(
            Difference(
                process=one.process,
                element_id=element_id,
                name=one.name,
                kind=kind,
                is_flow=one.is_flow,
                details=details,
            )
        )
    return sorted(found, key=lambda row: (row.process, row.is_flow, row.element_id))


def _details(was: Mapping[str, str], becomes: Mapping[str, str]) -> list[tuple[str, str, str]]:
    words = list(dict.fromkeys((*becomes, *was)))
    pairs = [(word, was.get(word, ""), becomes.get(word, "")) for word in words]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _read(source: bytes) -> dict[str, _Drawn]:
    root = xml.parse(source)
    names = {one.get("id"): one.get("name") or one.get("id") for one in root.iter() if one.get("id")}
    processes = {one.get("processRef"): one.get("name") for one in root.iter(xml.bpmn("participant"))}
    found = {}
    for process in root.iter(xml.bpmn("process")):
        title = processes.get(process.get("id")) or process.get("name") or process.get("id")
        lanes = _lanes(process)
        for element in process.iter(*(xml.bpmn(tag) for tag in sorted(_INNER - {"laneSet"}))):
            found[element.get("id")] = _describe(element, title, lanes, names)
    return found


def _lanes(process: xml.Element) -> dict[str, str]:
    """Return the innermost lane of each element: outer ones come first and are written over."""
    return {
        reference.text: lane.get("name") or lane.get("id")
        for lane in process.iter(xml.bpmn("lane"))
        for reference in xml.children(lane, "flowNodeRef")
    }


def _describe(
    element: xml.Element, process: str, lanes: Mapping[str, str], names: Mapping[str, str]
) -> _Drawn:
    is_flow = xml.local(element) == "sequenceFlow"
    facts = {"名称": element.get("name") or "", "类型": "" if is_flow else xml.local(element)}
    facts["泳道"] = lanes.get(element.get("id"), "")
    facts |= dict(_facts(element, names))
    name = element.get("name") or element.get("id")
    if is_flow:
        name = f"{names.get(element.get('sourceRef'))} → {names.get(element.get('targetRef'))}"
    return _Drawn(process=process, name=name, is_flow=is_flow, facts=facts)


def _facts(element: xml.Element, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield word and value of everything an element says that a process runs by."""
    tag = xml.local(element)
    for attribute, value in element.attrib.items():
        if attribute in ("id", "name") or attribute.startswith("{"):
            continue
        said = names.get(value, value) if attribute in REFERENCES else value
        yield _word(tag, attribute), str(said)
    text = (element.text or "").strip()
    if text:
        yield _word(tag, ""), text
    for child in element:
        yield from _facts_of_child(child, names)


def _facts_of_child(child: Any, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    tag = xml.local(child)
    if tag in NAMED:
        name, value = NAMED[tag]
        yield str(child.get(name)), str(child.get(value) or "")
    elif tag not in _NOT_COMPARED and tag not in _INNER:
        yield from _facts(child, names)


def _word(tag: str, attribute: str) -> str:
    if attribute == "default":
        return "默认出口"
    return WORDS.get((tag, attribute)) or ".".join(part for part in (tag, attribute) if part)
