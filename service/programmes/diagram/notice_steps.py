"""Checking the steps of notices below the organiser's (逐级公示): what ``[[notices]]`` says must be drawn."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from service.engine import xml as diagram_xml
from service.engine.records import Problem, ProcessInfo
from service.engine.xml import bpmn, zeebe
from service.programmes.pack.packs import Pack
from service.programmes.publication import statements
from service.workflow.definition.calls import find_called

OPEN, KEY, LEVEL = "notice.open", "notice_key", "notice_level"
#: what a process that publishes a nomination needs besides, and what for
CLOSE = ("notice.close", "期满后结束公示")
COUNT = ("objections.count", "清点没有办结的异议，有的不往上报")
ROUND = "round"
UPHELD = "objection_upheld"
POOL = "nomination"  #: where what is missing has no place of its own
SECTION = "docs/modelling/programme-file.md 的“逐级公示”"
_LITERAL = re.compile(r'="([^"]*)"')


def check(pack: Pack, processes: Mapping[str, ProcessInfo], xml: bytes) -> Iterator[Problem]:
    """Yield what of the notices is declared and not drawn, drawn and not declared, or drawn in part."""
    root = diagram_xml.parse(xml)
    declared = pack.programme.notices
    named = list(_named_keys(root))
    for element_id, key in named:
        if key not in declared:
            there = f"改为 {'、'.join(declared)}，或" if declared else ""
            message = f"“{element_id}”要发布的公示“{key}”不在 programme.toml 的 [[notices]] 中。"
            yield _problem(element_id, message, f"{there}在 [[notices]] 写明它。", "unknown-notice")
    for key in sorted(declared.keys() - {key for _, key in named}):
        message = f"programme.toml 的 [[notices]] 写了“{key}”，流程图里没有一步来发布它。"
        yield _problem(POOL, message, f"照 {SECTION}画上，或从 [[notices]] 删去。", "missing-notice")
    callers = _callers_of(root)
    publishing = [p for p in processes.values() if p.id != ROUND and _find(p, OPEN)]
    for process in publishing:
        yield from _check_parts(process, processes, callers.get(process.id, {}), root)
    yield from _check_calls(_calling({process.id for process in publishing}, callers), root)
    if declared and "objection" in processes:
        yield from _check_cases(processes["objection"])


def _named_keys(root: diagram_xml.Element) -> Iterator[tuple[str, str]]:
    """Yield the element and the key of every header ``notice`` and every input mapping of ``notice_key``."""
    for header in root.iter(zeebe("header")):
        if header.get("key") == "notice":
            yield _node_of(header), header.get("value", "")
    for given in root.iter(zeebe("input")):
        literal = _LITERAL.fullmatch((given.get("source") or "").strip())
        if given.get("target") == KEY and literal:
            yield _node_of(given), literal[1]


def _check_parts(
    process: ProcessInfo,
    processes: Mapping[str, ProcessInfo],
    callers: Mapping[str, str],
    root: diagram_xml.Element,
) -> Iterator[Problem]:
    """Yield what is missing around a notice; what waits for objections may stand where it is called.

    The organiser's own, called by the round alone, needs none of that: its candidates wait for themselves.
    """
    at = _find(process, OPEN)
    if not _find(process, CLOSE[0]):
        yield _missing(process, at, *CLOSE)
    others = {caller: call for caller, call in callers.items() if caller != ROUND}
    if callers and not others:
        return
    for caller, call in (others or {POOL: at}).items():
        is_outermost = caller == POOL
        around = [process] if is_outermost else [process, processes[caller]]
        if not any(_find(one, COUNT[0]) for one in around):
            yield _missing(around[-1], at if is_outermost else call, *COUNT)
        if not any(UPHELD in _heard(one, root) for one in around):
            message = f"流程“{around[-1].name}”发布公示，却没有接消息“{UPHELD}”，异议属实时没有人知道。"
            fix = f"照 {SECTION}，在公示的子流程边框上接它。"
            yield _problem(at if is_outermost else call, message, fix, "missing-notice-step")


def _missing(process: ProcessInfo, at: str, topic: str, purpose: str) -> Problem:
    message = f"流程“{process.name}”发布公示，却没有“{topic}”这一步（{purpose}）。"
    return _problem(at, message, f"照 {SECTION}画上。", "missing-notice-step")


def _check_calls(publishing: Collection[str], root: diagram_xml.Element) -> Iterator[Problem]:
    for call in root.iter(bpmn("callActivity")):
        given = [one.get("target") for one in call.iter(zeebe("input"))]
        if _process_of(call) != ROUND and find_called(call) in publishing and KEY not in given:
            message = f"{diagram_xml.label(call)}调用的流程发布公示，却没有写明是哪一份。"
            fix = f'在输入映射写 {KEY} = "…"（[[notices]] 的 key）。'
            yield _problem(call.get("id"), message, fix, "missing-notice-key")


def _callers_of(root: diagram_xml.Element) -> Mapping[str, dict[str, str]]:
    """Return for each process that is called who calls it, with the last call activity that does."""
    found: dict[str, dict[str, str]] = {}
    for call in root.iter(bpmn("callActivity")):
        found.setdefault(find_called(call), {})[_process_of(call)] = str(call.get("id"))
    return found


def _calling(publishing: Collection[str], callers: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return the processes that publish a nomination, themselves or by calling one that does."""
    found, left = set(publishing), list(publishing)
    while left:
        new = callers.get(left.pop(), {}).keys() - found - {ROUND, POOL}
        found |= new
        left.extend(new)
    return found


def _process_of(part: diagram_xml.Element) -> str:
    """Return the id of the process something is drawn in."""
    return next((str(one.get("id")) for one in part.iterancestors(bpmn("process"))), "")


def _check_cases(process: ProcessInfo) -> Iterator[Problem]:
    for element in process.elements.values():
        if element.type != "userTask" or statements.is_asked(element):
            continue  # a statement is the candidate's side's, whoever published
        if not any(LEVEL in group for group in element.candidate_groups):
            yield Problem(
                element_id=element.id,
                message=f"“{element.called}”不看是谁的公示：所在单位、推荐单位公示的异议也由同一些人核查。",
                fix=f"候选组写成表达式，按 {LEVEL} 交给公示的单位，见 {SECTION}。",
                severity="warning",
                rule="one-for-all-notices",
            )


def _heard(process: ProcessInfo, root: diagram_xml.Element) -> set[str]:
    """Return the names of the messages that a process waits for."""
    names = {message.get("id"): message.get("name", "") for message in root.iter(bpmn("message"))}
    drawn = next(one for one in root.iter(bpmn("process")) if one.get("id") == process.id)
    catching = drawn.iter(bpmn("boundaryEvent"), bpmn("intermediateCatchEvent"), bpmn("startEvent"))
    events = (event for node in catching for event in node.findall(bpmn("messageEventDefinition")))
    return {names.get(event.get("messageRef"), "") for event in events}


def _find(process: ProcessInfo, topic: str) -> str:
    return next((element.id for element in process.elements.values() if element.topic == topic), "")


def _node_of(part: diagram_xml.Element) -> str:
    """Return the id of the flow node something is written in."""
    while part is not None and diagram_xml.local(part) not in diagram_xml.FLOW_NODES:
        part = part.getparent()
    return "" if part is None else str(part.get("id"))


def _problem(element_id: str, message: str, fix: str, rule: str) -> Problem:
    return Problem(element_id=element_id, message=message, fix=fix, rule=rule)
