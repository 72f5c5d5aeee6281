"""The dates of a round as its page shows them: the stages in order, when each opened, is due and closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from service.models import Round, Stage

State = Literal["done", "active", ""]


@dataclass(frozen=True, kw_only=True)
class StageDates:
    """One stage of a round."""

    stage: Stage
    state: State
    opened: datetime | None
    due: datetime | None
    closed: datetime | None


def list_stages(
    entry: Round, drawn: Collection[Stage], *, notice_closes: datetime | None = None
) -> list[StageDates]:
    """Return the stages of a round in order: those that are drawn, and any other that has a date.

    One that the round has left behind without entering it is neither. ``notice_closes`` is when the
    window of the round's notice ends.
    """
    order = list(Stage)
    here = order.index(Stage(entry.stage))
    stages = [
        StageDates(
            stage=stage,
            state=_state(index, here, last=stage == Stage.ANNOUNCED),
            opened=_moment(entry, stage, "opened"),
            due=_moment(entry, stage, "due") or (notice_closes if stage == Stage.NOTICE else None),
            closed=_moment(entry, stage, "closed"),
        )
        for index, stage in enumerate(order)
    ]
    return [row for row in stages if _belongs(row, drawn)]


def movable_stages(entry: Round) -> list[Stage]:
    """Return the stages whose closing day may still be moved: they have one and have not closed."""
    return [stage for stage in Stage if _moment(entry, stage, "due") and not _moment(entry, stage, "closed")]


def dated_stages(entry: Round) -> list[Stage]:
    """Return the stages that have a closing day at all: a unit may be given more time in them."""
    return [stage for stage in Stage if _moment(entry, stage, "due")]


def _belongs(row: StageDates, drawn: Collection[Stage]) -> bool:
    if row.opened or row.due or row.closed or row.state == "active":
        return True
    return row.stage in drawn and row.state != "done"


def _state(index: int, here: int, *, last: bool) -> State:
    if index < here or (index == here and last):
        return "done"
    return "active" if index == here else ""


def _moment(entry: Round, stage: Stage, which: str) -> datetime | None:
    text = entry.dates.get(stage, {}).get(which)
    return datetime.fromisoformat(text) if text else None
