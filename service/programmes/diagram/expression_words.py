"""Checking the words of a diagram's expressions: outcomes nobody can choose, variables nothing sets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from service import feel
from service.engine import xml as diagram_xml
from service.engine.expressions import KNOWN_FUNCTIONS
from service.engine.records import Element, Problem, ProcessInfo
from service.programmes.pack.columns import components_of
from service.programmes.pack.packs import Pack
from service.programmes.topics import TOPICS
from service.workflow.definition import deployments
from service.workflow.task import user_tasks

#: variables that a start, an outcome, a repetition or a topic (docs/modelling/topics.md) sets
GIVEN = frozenset(
    {
        "outcome", "nomination_id", "category", "source", "initiator", "round_id", "year", "unit",
        "award_id", "objection_id", "notice_level", "nominee",
        "eligibility", "open_objections", "upheld", "notice", "reserve", "proposed", "experts", "voters",
        "seed", "ranked", "listed", "fallen", "recommender", "award_status", "valid_until",
        "loopCounter", "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances",
        "numberOfTerminatedInstances",
    }
)  # fmt: skip
#: attributes of the zeebe extensions that name a variable which is set
SETTING = ("target", "resultVariable", "inputElement", "outputCollection")
_OUTCOME = re.compile(r'\boutcome\s*!?=\s*"([^"]*)"')
_VALUE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def check(pack: Pack, processes: Mapping[str, ProcessInfo], xml: bytes) -> Iterator[Problem]:
    """Yield the outcomes and variables that are misspelt, or forgotten where they should be given.

    What a topic of another system gives back is not known here: with one in the diagram no variable is
    taken for misspelt.
    """
    root = diagram_xml.parse(xml)
    for process in processes.values():
        for element in process.elements.values():
            yield from _check_outcomes(element)
            yield from _check_entered(element, pack)
    topics = {element.topic for process in processes.values() for element in process.elements.values()}
    known = KNOWN_FUNCTIONS | variables_of(processes, xml) if topics <= {None, *TOPICS} else None
    for process in diagram_xml.scopes(root):
        info = processes.get(str(process.get("id")))
        if info is not None:
            offered = _offered_in(info)
            for place, text in _expressions_in(process):
                yield from _check_condition(place, text, offered)
                if known is not None:
                    yield from _check_names(place, text, known)


def _check_outcomes(element: Element) -> Iterator[Problem]:
    for value, _ in deployments.outcomes_of(element.properties.get("outcomes", "")):
        if not _VALUE.fullmatch(value):
            yield Problem(
                element_id=element.id,
                message=f"“{element.called}”的办理结论 outcomes 写不成按钮：“{value}”。",
                fix="写成 值:文字，值用英文，冒号和逗号也用英文半角，例如 approve:同意,reject:不同意。",
                rule="outcomes",
            )


def _check_entered(element: Element, pack: Pack) -> Iterator[Problem]:
    form = pack.forms.get(element.form_id or "")
    for name in _split(element.properties.get("variables", "")) if form else ():
        if form and name not in components_of(form):
            yield Problem(
                element_id=element.id,
                message=f"“{element.called}”的 variables 写了 {name}，表单 {element.form_id} 里没有这一项。",
                fix="改成表单里的 key，几个用英文逗号隔开。",
                rule="unknown-answer",
            )


def _check_condition(place: str, text: str, offered: Collection[str]) -> Iterator[Problem]:
    for value in _OUTCOME.findall(text):
        if value not in offered:
            yield Problem(
                element_id=place,
                message=f"表达式 {text} 问的办理结论“{value}”，这个流程里没有一步可以选。",
                fix=f"改成任务的“办理结论”里有的值：{'、'.join(sorted(offered)) or '现在一个也没有'}。",
                severity="warning",
                rule="unknown-outcome",
            )


def _check_names(place: str, text: str, known: Collection[str]) -> Iterator[Problem]:
    try:
        unknown = feel.compile(text[1:].strip(), names=KNOWN_FUNCTIONS).names_used - frozenset(known)
    except feel.FeelError:
        return  # told with its place by the check of the diagram itself
    for name in sorted(unknown):
        yield Problem(
            element_id=place,
            message=f"表达式 {text} 里的变量 {name} 没有哪一步给出，它的值总是空的。",
            fix="核对拼写；是表单的答案的，在填表的任务的“variables”里写上它的 key。",
            severity="warning",
            rule="unknown-variable",
        )


def _offered_in(process: ProcessInfo) -> set[str]:
    """Return the outcomes that can be chosen in a process and in those it calls."""
    return {
        value
        for element in process.reached.values()
        for value, _ in deployments.outcomes_of(
            element.properties.get("outcomes", user_tasks.DEFAULT_OUTCOMES)
        )
        if element.type in ("userTask", "manualTask")
    }


def variables_of(processes: Mapping[str, ProcessInfo], xml: bytes) -> frozenset[str]:
    """Return the variables there may be in a diagram: those it sets itself, and those it is given."""
    written = {
        str(part.get(name)) for part in diagram_xml.parse(xml).iter() for name in SETTING if part.get(name)
    }
    entered = {
        name
        for process in processes.values()
        for element in process.elements.values()
        for name in _split(element.properties.get("variables", ""))
    }
    return GIVEN | written | entered


def _expressions_in(process: diagram_xml.Element) -> Iterator[tuple[str, str]]:
    """Yield the place (a flow node, or a flow) and the text of every expression in a process."""
    for part in process.iter():
        if not isinstance(part.tag, str):
            continue  # a comment
        for text in (part.text or "", *part.attrib.values()):
            if text.strip().startswith("=") and diagram_xml.local(part) != "documentation":
                yield _place_of(part), text.strip()


def _place_of(part: diagram_xml.Element) -> str:
    while part is not None and diagram_xml.local(part) not in {*diagram_xml.FLOW_NODES, "sequenceFlow"}:
        part = part.getparent()
    return "" if part is None else str(part.get("id"))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
