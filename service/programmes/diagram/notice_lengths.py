"""Checking how long notices are: what ``[notice]`` promises the public is what the diagram waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.engine import xml as diagram_xml
from service.engine.records import Problem
from service.programmes.pack.packs import Pack

#: working days below which a notice is shorter than is usual for awards
LEAST_DAYS = 5
POOL = "round"  #: where what is in no diagram has its place
_COUNTED = re.compile(r"\bworking days after\(\s*notice\.start\s*,\s*(\d+)\s*\)")


def check(pack: Pack, xml: bytes) -> Iterator[Problem]:
    """Yield a warning for a notice shorter than five working days, and for each timer of another length."""
    days = pack.programme.notice.working_days
    if days < LEAST_DAYS:
        yield _problem(
            POOL,
            f"[notice] working_days = {days}：公示一般不少于 {LEAST_DAYS} 个工作日。",
            "改为 5 或更长；确有依据的可以保留。",
            "short-notice",
        )
    for part in diagram_xml.parse(xml).iter():
        for text in (part.text or "", *part.attrib.values()):
            for counted in _COUNTED.findall(text):
                if int(counted) != days:
                    yield _problem(
                        _flow_node_of(part),
                        f"计时按 {counted} 个工作日，[notice] working_days 是 {days}："
                        "公示页面写的最后一天与实际结束的不是同一天。",
                        "把计时改为 =notice.until。",
                        "notice-length",
                    )


def _flow_node_of(part: diagram_xml.Element) -> str:
    while part is not None and diagram_xml.local(part) not in diagram_xml.FLOW_NODES:
        part = part.getparent()
    return "" if part is None else str(part.get("id"))


def _problem(element_id: str, message: str, fix: str, rule: str) -> Problem:
    return Problem(element_id=element_id, message=message, fix=fix, severity="warning", rule=rule)
