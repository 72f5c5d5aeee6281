"""Which stages the diagram of a round leads through: what a programme does not have is not listed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from service.engine import xml as diagram_xml
from service.engine.records import Element
from service.models import Deployment, Instance, Round, Stage
from service.programmes import wiring
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.calls import find_called

#: topics that write a stage without naming it
TOPICS = {
    "notice.open": Stage.NOTICE,
    "notice.close": Stage.CONFIRMATION,
    "announcement.publish": Stage.ANNOUNCED,
}
_SWITCH = re.compile(r'=\s*(not\()?switch\("([^"]*)"\)\)?')


def list_drawn(ctx: Context, entry: Round) -> Collection[Stage]:
    """Return the stages a round enters by its diagram and the programme's switches."""
    instance = ctx.session.get_one(Instance, entry.instance_id)
    process = deployments.get_diagram(ctx, instance).processes[instance.process_id]
    opening = dict(_list_opening(process.reached))
    switches = wiring.pack_of(ctx, entry).programme.switches
    if switches:
        shut = frozenset(name for name, is_on in switches.items() if not is_on)
        xml = ctx.session.get_one(Deployment, instance.deployment_id).xml
        passed_by = _find_cut_off(xml, shut)
        opening = {id_: stage for id_, stage in opening.items() if id_ not in passed_by}
    return {Stage.PREPARATION, *opening.values()}


def _list_opening(elements: Mapping[str, Element]) -> Iterator[tuple[str, Stage]]:
    for element in elements.values():
        if element.topic == "stage.open":
            yield element.id, Stage(element.headers["stage"])
        elif element.topic in TOPICS and "notice" not in element.headers:
            yield element.id, TOPICS[element.topic]


@lru_cache(maxsize=16)
def _find_cut_off(xml: bytes, shut: frozenset[str]) -> frozenset[str]:
    """Return the nodes that only flows lead to whose switch is off, in called processes too."""
    root = diagram_xml.parse(xml)
    all_flows: dict[str, list[str]] = defaultdict(list)
    open_flows: dict[str, list[str]] = defaultdict(list)
    targets = set()
    for call, start in _list_calls(root):
        all_flows[call].append(start)
        open_flows[call].append(start)
        targets.add(start)
    for flow in root.iter(diagram_xml.bpmn("sequenceFlow")):
        source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
        all_flows[source].append(target)
        targets.add(target)
        if not _is_shut(flow, shut):
            open_flows[source].append(target)
    roots = all_flows.keys() - targets
    return frozenset(_reach(all_flows, roots) - _reach(open_flows, roots))


def _list_calls(root: diagram_xml.Element) -> Iterator[tuple[str, str]]:
    """Yield each call activity with each start event of the process it calls."""
    starts = {
        process.get("id"): [str(one.get("id")) for one in process.findall(diagram_xml.bpmn("startEvent"))]
        for process in root.iter(diagram_xml.bpmn("process"))
    }
    for call in root.iter(diagram_xml.bpmn("callActivity")):
        for start in starts.get(find_called(call), []):
            yield str(call.get("id")), start


def _is_shut(flow: diagram_xml.Element, shut: frozenset[str]) -> bool:
    written = flow.findtext(diagram_xml.bpmn("conditionExpression"), "").strip()
    condition = _SWITCH.fullmatch(written)
    return condition is not None and bool(condition[1]) != (condition[2] in shut)


def _reach(flows: Mapping[str, list[str]], roots: Collection[str]) -> set[str]:
    found, left = set(roots), list(roots)
    while left:
        new = set(flows.get(left.pop(), ())) - found
        found |= new
        left.extend(new)
    return found
