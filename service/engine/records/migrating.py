"""Moving a running instance to a redrawn diagram: what is asked for, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from service.engine.records.step import Step

Level = Literal["ok", "warn", "blocked"]
Action = Literal["map", "move", "cancel"]


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """What becomes of what stands at an element of the old diagram."""

    action: Action  #: map: the same step, redrawn; move: leave it and open another; cancel: leave it
    target: str | None = None  #: element of the new diagram; None where it is left


#: by the element of the old diagram. Elements where nothing is open need none
Plan = Mapping[str, Instruction]


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something a person should know before one instance moves, or why it cannot."""

    level: Literal["warn", "blocked"]
    rule: str  #: short stable name, e.g. "no-instruction"
    element_id: str  #: of the old diagram, or of the new one for what is only there
    message: str  #: one sentence, Chinese, naming the element as drawn
    fix: str = ""  #: what to do about it, Chinese


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A due date or timer of an instance before and after it moved."""

    key: str  #: of the user task or the timer; of a timer that is new, its new one
    kind: Literal["task", "timer"]
    element_id: str  #: of the new diagram, or of the old one for a timer that goes
    name: str
    before: datetime | None  #: None for one that is new
    after: datetime | None  #: None for one that goes
    task_key: str | None = None  #: of the user task it limits, if it limits one


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What moving one instance came to."""

    step: Step | None  #: None when it is blocked
    remarks: tuple[Remark, ...] = ()
    deadlines: tuple[Deadline, ...] = ()  #: all of them, moved or not
    reoffered: frozenset[str] = field(default_factory=frozenset)  #: kept user tasks that others are to do
    rearmed: frozenset[str] = field(default_factory=frozenset)  #: kept keys that now wait for something else
    stood: frozenset[str] = field(default_factory=frozenset)  #: elements of the old diagram it stood at

    @property
    def goes_on(self) -> bool:
        """Whether it moved on by itself, past what nobody is waited for any more."""
        return any(remark.rule == "goes-on" for remark in self.remarks)

    @property
    def level(self) -> Level:
        """How it stands: the worst of its remarks."""
        levels = {remark.level for remark in self.remarks}
        return "blocked" if "blocked" in levels else "warn" if levels else "ok"
