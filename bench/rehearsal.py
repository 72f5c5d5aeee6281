"""Whole rounds on a moving clock, each selection at its full size."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace

from bench.table import Row, show
from service.config import Settings
from service.rehearsal.rehearse import rehearse
from tests.reliability.installation import PROGRAMME, ROOT


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many are put forward for a selection, and in how many seconds the round is to be over."""

    programme: str
    nominations: int
    seconds: float | None = None  #: None: it is only to end clean


#: 660 places; 100 titles of 300; 1,000 titles of 200 workplaces
FULL = (
    Size(programme=PROGRAMME, nominations=660, seconds=20.0),
    Size(programme="longcheng-craftsmen", nominations=300),
    Size(programme="thousand-good-youth", nominations=1000),
)


def main() -> None:
    """Print the figures, with the processor's seconds: other work on the machine counts less in those."""
    show("Rehearsal", [measure(size) for size in FULL])


def measure(size: Size) -> Row:
    """Live through one round."""
    settings = replace(Settings(), processes_dir=ROOT / "processes", forms_dir=ROOT / "forms")
    began, used = time.perf_counter(), time.process_time()
    report = rehearse(settings, size.programme, number=size.nominations)
    took, used = time.perf_counter() - began, time.process_time() - used
    load = os.getloadavg()[0]
    is_in_time = size.seconds is None or took <= size.seconds
    done = f"{report.completions} completions, {report.nudges} nudges"
    return Row(
        what=f"{size.programme} {size.nominations}: {done}",
        figure=f"{took:.1f} s",
        beside=f"processor {used:.1f} s, load {load:.1f}",
        target="ends clean" if size.seconds is None else f"<= {size.seconds:.0f} s",
        met=is_in_time and not report.problems,
    )
