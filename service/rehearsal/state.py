"""What a rehearsal knows while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.clock import MovableClock
from service.programmes.demo.demo_file import Demo
from service.programmes.nomination import attachments
from service.programmes.pack.packs import Pack
from service.rehearsal.crowd import Planned
from service.rehearsal.report import Report
from service.scheduler.wiring import Wiring
from service.workflow import notifications
from service.workflow.context import Actor, Context
from service.workflow.person import actors


@dataclass(kw_only=True)
class Rehearsal:
    """One round lived through: its parts, its people and what is remembered from task to task."""

    wiring: Wiring
    clock: MovableClock
    pack: Pack
    demo: Demo
    report: Report
    round_id: int = 0  #: once it is opened
    guessed: tuple[int, ...] = ()  #: years taken as Monday to Friday, nobody having announced their holidays
    planned: list[Planned] = field(default_factory=list)
    people_of: dict[int, Planned] = field(default_factory=dict)  #: by instance
    groups: dict[int, str] = field(default_factory=dict)  #: of each open task, one it is offered to
    actors: dict[str, Actor] = field(default_factory=dict)
    files: dict[str, attachments.Checked] = field(default_factory=dict)  #: by slot, stored already
    #: steps whose first outcome found no place
    full: set[tuple[str, str | None]] = field(default_factory=set)


def find_actor(rehearsal: Rehearsal, ctx: Context, group: str) -> Actor:
    """Return somebody of a group, always the same."""
    if group not in rehearsal.actors:
        rehearsal.actors[group] = actors.actor_of(ctx, notifications.list_holders(ctx, [group])[0])
    return rehearsal.actors[group]
