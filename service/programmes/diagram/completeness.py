"""Checking a pack as a whole: what its diagram asks for must be there in forms, roles, topics and dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from service.engine import xml as diagram_xml
from service.engine.records import Element, Problem, ProcessInfo
from service.models import Stage
from service.programmes.diagram import (
    expression_words,
    file_steps,
    notice_lengths,
    notice_steps,
    reserve_steps,
    review_steps,
    step_words,
    table_words,
)
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from service.programmes.round.round_events import RESERVE_PROMOTED
from service.programmes.topics import TOPICS
from service.workflow.definition import deployments

SCOPES = frozenset({"self", "unit", "recommender", "organiser"})
_DEADLINE = re.compile(r'\bdeadline\(\s*"([^"]*)"\s*\)')
#: properties of a user task that name candidate groups
GROUP_PROPERTIES = ("escalate-to",)
#: property of an event that says that its message or signal is the organiser's to give
BY_HAND = "by-hand"


def check(pack: Pack, *, remote_topics: Iterable[str] = ()) -> list[Problem]:
    """Return every problem of a pack, errors first; an empty list is a pack that can be run."""
    problems = list(check_diagram(pack, pack.diagram, remote_topics=remote_topics))
    return sorted(problems, key=lambda problem: problem.severity)


def check_diagram(pack: Pack, xml: bytes, *, remote_topics: Iterable[str] = ()) -> Iterator[Problem]:
    """Yield the problems of a diagram drawn for a pack: those of BPMN, then those of the programme."""
    try:
        found = deployments.check(xml, pack.forms, pack.decisions, outside=(RESERVE_PROMOTED,))
        processes = deployments.compile_processes(xml)
    except deployments.DiagramRefused as refused:
        yield from refused.problems
        return
    yield from (problem for problem in found if not _is_meant(problem, processes))
    known = {*TOPICS, *remote_topics}
    for name in ("round", "nomination"):
        if name not in processes:
            yield _problem(None, f"缺少流程“{name}”。", "在协作图中保留 id 为该名称的池。", "missing-process")
    for process in processes.values():
        for element in process.elements.values():
            yield from _check_topic(element, known)
            yield from _check_groups(element, pack)
            yield from review_steps.check(element, pack)
            yield from step_words.check(element, pack)
            yield from step_words.check_switches(element)
            yield from step_words.check_reading(element, process)
            yield from file_steps.check(element, process.id, pack)
    yield from _check_deadlines(pack, xml)
    yield from _check_closings(pack, processes)
    yield from _check_starts(pack, processes)
    yield from reserve_steps.check(pack, processes)
    yield from notice_steps.check(pack, processes, xml)
    yield from notice_lengths.check(pack, xml)
    yield from expression_words.check(pack, processes, xml)
    yield from table_words.check(pack, expression_words.variables_of(processes, xml))


def _is_meant(problem: Problem, processes: Mapping[str, ProcessInfo]) -> bool:
    """Whether a warning tells nothing: a role's is said below, what comes by hand says so (``by-hand``)."""
    if problem.rule == "nobody":
        return True
    elements = (process.elements.get(problem.element_id or "") for process in processes.values())
    is_by_hand = any(element is not None and BY_HAND in element.properties for element in elements)
    return problem.rule == "never-thrown" and is_by_hand


def _check_topic(element: Element, known: set[str]) -> Iterator[Problem]:
    if element.topic and element.topic not in known:
        yield _problem(
            element,
            f"“{element.called}”的服务主题 {element.topic} 不存在。",
            "从属性面板的列表中选择主题。",
            "unknown-topic",
        )


def _check_groups(element: Element, pack: Pack) -> Iterator[Problem]:
    if element.type != "userTask":
        return
    if not element.candidate_groups:
        yield _problem(
            element,
            f"“{element.called}”没有指定办理角色。",
            "在属性面板的“候选角色”中填写 角色@范围。",
            "no-group",
        )
    named = [part for name in GROUP_PROPERTIES for part in element.properties.get(name, "").split(",")]
    for group in (*element.candidate_groups, *(part.strip() for part in named if part.strip())):
        if not group.startswith("="):
            yield from _check_group(element, pack, group)


def _check_group(element: Element, pack: Pack, group: str) -> Iterator[Problem]:
    key, _, scope = group.partition("@")
    role = pack.programme.roles.get(key)
    if role is None:
        yield _problem(
            element,
            f"“{element.called}”的角色 {key} 没有人可以担任。",
            f"使用 programme.toml 的 [roles] 中列出的：{'、'.join(pack.programme.roles)}。",
            "unknown-role",
        )
    places = {unit.code for unit in pack.units} | {unit.level for unit in pack.units}
    if scope not in SCOPES | places:
        yield _problem(
            element,
            f"“{element.called}”的范围 {scope or '（空）'} 无法解析。",
            "使用 self、unit、recommender、organiser、级别名称或单位代码。",
            "unknown-scope",
        )
    elif role is not None and scope in SCOPES and scope not in role.scopes:
        yield _problem(
            element,
            f"“{element.called}”的角色 {key} 不能用于范围 {scope}（只能用于 {'、'.join(role.scopes)}）。",
            "改用该角色的范围，或在 programme.toml 的 roles 中补上。",
            "wrong-scope",
        )


def _check_deadlines(pack: Pack, xml: bytes) -> Iterator[Problem]:
    known = set(pack.programme.deadlines.values())
    for element_id, month_day in sorted(_deadlines_of(xml)):
        if month_day not in known:
            yield Problem(
                element_id=element_id,
                message=f"流程图中的截止日 {month_day} 不在 [deadlines] 中，改期和延期对它不起作用。",
                fix="在 [deadlines] 中为它取一个阶段名，或改用已有的日期。",
                severity="warning",
                rule="unknown-deadline",
            )


def _check_closings(pack: Pack, processes: Mapping[str, ProcessInfo]) -> Iterator[Problem]:
    """Moving a stage's last day moves the timer that is called after it."""
    drawn = processes.get(rounds.PROCESS)
    for stage in sorted(pack.programme.deadlines.keys() & set(Stage)) if drawn else ():
        timer = f"{stage}_deadline"
        if drawn and timer not in drawn.elements:
            yield Problem(
                element_id=drawn.id,
                message=f"[deadlines] 有阶段 {stage} 的截止日，届次流程里没有定时 {timer}："
                "改期只改日期和待办的期限，流程不跟着改。",
                fix=f"把等这一天的定时的标识改成 {timer}；没有这样的定时，在 [deadlines] 里换一个名称。",
                severity="warning",
                rule="missing-closing",
            )


def _deadlines_of(xml: bytes) -> set[tuple[str, str]]:
    """Return (element id, month-day) of every ``deadline("03-25")`` in an expression of a diagram."""
    found = set()
    for part in diagram_xml.parse(xml).iter():
        for text in (part.text or "", *part.attrib.values()):
            for month_day in _DEADLINE.findall(text) if text.lstrip().startswith("=") else ():
                found.add((_flow_node_of(part), month_day))
    return found


def _flow_node_of(part: diagram_xml.Element) -> str:
    """Return the id of the flow node something is written in."""
    while part is not None and diagram_xml.local(part) not in diagram_xml.FLOW_NODES:
        part = part.getparent()
    return "" if part is None else str(part.get("id"))


def _check_starts(pack: Pack, processes: Mapping[str, ProcessInfo]) -> Iterator[Problem]:
    nomination = processes.get("nomination")
    for source, event in pack.programme.start_events.items():
        if nomination is not None and event not in nomination.start_events:
            yield Problem(
                element_id=nomination.id,  # the pool: what is missing has no place of its own
                message=f"申报途径 {source} 的开始事件 {event} 不在流程图中。",
                fix="恢复该开始事件。",
                rule="missing-start",
            )


def _problem(element: Element | None, message: str, fix: str, rule: str) -> Problem:
    return Problem(element_id=element.id if element else None, message=message, fix=fix, rule=rule)
