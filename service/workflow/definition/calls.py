"""Which process of a diagram calls which, and by what call activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.engine import xml as diagram_xml
from service.engine.xml import bpmn, zeebe


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The call activities of a diagram."""

    process_of: Mapping[str, str]  #: flow node -> the process it is drawn in
    called_by: Mapping[str, str]  #: call activity -> the process it calls

    def list_calls(self, begun: str, called: str) -> Sequence[str]:
        """Return the call activities by which a process is called, as far as one that was begun reaches."""
        reached, left = {begun}, [begun]
        while left:
            process = left.pop()
            new = {self.called_by[one] for one in self.called_by if self.process_of[one] == process} - reached
            reached |= new
            left.extend(new)
        return [
            call for call, to in self.called_by.items() if to == called and self.process_of[call] in reached
        ]


@lru_cache(maxsize=16)
def read_calls(xml: bytes) -> Calls:
    """Read the calls of a diagram."""
    root = diagram_xml.parse(xml)
    process_of = {
        str(node.get("id")): str(process.get("id"))
        for process in root.iter(bpmn("process"))
        for node in process.iter()
        if isinstance(node.tag, str) and diagram_xml.local(node) in diagram_xml.FLOW_NODES
    }
    called_by = {
        str(call.get("id")): find_called(call)
        for call in root.iter(bpmn("callActivity"))
        if find_called(call)
    }
    return Calls(process_of=process_of, called_by=called_by)


def find_called(call: diagram_xml.Element) -> str:
    """Return the process a call activity calls; empty where it names none."""
    called = call.find(f".//{zeebe('calledElement')}")
    return "" if called is None else str(called.get("processId", ""))
