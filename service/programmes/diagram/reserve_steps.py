"""Checking the steps of reserves (候补): what ``[award]`` promises must be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.engine.records import Problem, ProcessInfo
from service.programmes.pack.packs import Pack

#: topic to the process it is drawn in and what it is for, where reserves are kept
KEEPING = {"reserve.keep": ("nomination", "留为候补")}
#: and where they are promoted
PROMOTING = {
    "reserve.take": ("nomination", "把递补的列为候选人"),
    "reserve.close_notice": ("nomination", "结束补充公示"),
    "reserve.require_settled": ("round", "公布前核对补充公示已期满"),
}


def check(pack: Pack, processes: Mapping[str, ProcessInfo]) -> Iterator[Problem]:
    """Yield the steps without which the reserves of ``[award]`` are not kept, or not promoted."""
    award = pack.programme.award
    wanted = (KEEPING if award.reserves_per_category else {}) | (PROMOTING if award.refill_cancelled else {})
    for topic, (name, purpose) in wanted.items():
        process = processes.get(name)
        drawn = process is not None and any(one.topic == topic for one in process.elements.values())
        if not drawn:
            yield Problem(
                element_id=None,
                message=f"[award] 要留候补或递补，流程“{name}”里却没有“{topic}”这一步（{purpose}）。",
                fix="照 docs/modelling/programme-file.md 的“候补和递补”画上，或去掉 [award] 里的这两项。",
                rule="missing-reserve-step",
            )
