"""What is asked for when instances are to move, and what is told about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from service.engine.records import Deadline, Instruction, Level, Plan, Remark
from service.models import ItemStatus


@dataclass(frozen=True, kw_only=True)
class Request:
    """Which instances are to move where, and how."""

    source: int  #: number of the version they run
    target: int  #: number of the version they are to run
    plan: Plan
    recompute: bool = False  #: due dates and timers are counted anew from when each began
    before: str | None = None  #: element of the old diagram: only instances that have not reached it


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One element of the old diagram and what is proposed for it."""

    element_id: str
    name: str
    type: str  #: BPMN local name
    process: str  #: name of its process
    open: int  #: instances in which something waits there for a person, a moment or an event
    instruction: Instruction | None  #: None: somebody has to say, if anything stands there
    how: Literal["id", "name", ""]  #: how it was found


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An element of the new diagram that may be chosen."""

    element_id: str
    name: str
    type: str
    process: str
    may_move: bool  #: something can be moved there: it waits


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A plan as it is proposed, to be corrected."""

    source: int
    target: int
    rows: tuple[PlanRow, ...]  #: where something is open first
    choices: tuple[Choice, ...]
    instances: int  #: that run the old version

    @property
    def plan(self) -> dict[str, Instruction]:
        """The plan itself."""
        return {row.element_id: row.instruction for row in self.rows if row.instruction is not None}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What moving one instance would come to."""

    instance_id: int
    title: str
    business_key: str
    process_id: str
    level: Level
    remarks: tuple[Remark, ...]
    deadlines: tuple[Deadline, ...]  #: those that would move


@dataclass(frozen=True, kw_only=True)
class Report:
    """A dry run: nothing of it was written."""

    plan_hash: str
    trials: tuple[Trial, ...]
    passed: int  #: instances left out, as they have reached the element they were not to have

    def count(self, level: Level) -> int:
        """Return how many instances stand so."""
        return sum(trial.level == level for trial in self.trials)

    @property
    def ok(self) -> int:
        """How many would move without a remark."""
        return self.count("ok")

    @property
    def warn(self) -> int:
        """How many would move with something to know."""
        return self.count("warn")

    @property
    def blocked(self) -> int:
        """How many would stay."""
        return self.count("blocked")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """An order and how far it has come."""

    id: int
    source: int
    target: int
    plan: Plan
    plan_hash: str
    reason: str
    recompute: bool
    before: str | None
    by: str
    ordered_at: datetime
    finished_at: datetime | None
    pending: int
    moved: int
    left: int


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """What became of one instance."""

    instance_id: int
    title: str
    status: ItemStatus
    reason: str  #: why it was left, or failed last; empty otherwise
    remarks: tuple[Remark, ...]
    deadlines: tuple[Deadline, ...]
    done_at: datetime | None


def deadline_to_json(deadline: Deadline) -> dict[str, Any]:
    """Return a deadline in plain JSON."""
    moments = {name: getattr(deadline, name) for name in ("before", "after")}
    return {**vars(deadline), **{name: at and at.isoformat() for name, at in moments.items()}}


def deadline_from_json(written: dict[str, Any]) -> Deadline:
    """Return the deadline that ``deadline_to_json`` wrote."""
    moments = {name: written[name] for name in ("before", "after")}
    return Deadline(**{**written, **{n: at and datetime.fromisoformat(at) for n, at in moments.items()}})
