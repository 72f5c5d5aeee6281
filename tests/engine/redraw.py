"""Walking an instance to somewhere in one diagram, and on in another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from service import engine
from service.engine import migration
from service.engine.records import Instruction, Migrated, Remark
from tests.engine.conftest import NOON, SHANGHAI, Walk
from tests.engine.sketch import draw


@dataclass
class Redrawn:
    """An instance of one diagram that is to move to another."""

    walk: Walk
    target: engine.Diagram
    plan: dict[str, Instruction] = field(default_factory=dict)

    def move(self, *, days: int = 0, **options: Any) -> Migrated:
        """Move the instance some days later; the walk goes on in the new diagram if it could."""
        if days:
            self.walk.env = replace(self.walk.env, now=self.walk.env.now + timedelta(days=days))
        redraw = migration.Redraw(self.walk.diagram, self.target, self.plan)
        migrated = migration.migrate(redraw, "p", self.walk.step.state, self.walk.env, **options)
        if migrated.step is not None:
            self.walk.step, self.walk.diagram = migrated.step, self.target
        return migrated


def redraw(before: str, after: str, called: Mapping[str, tuple[str, str]] | None = None) -> Redrawn:
    """Start an instance of one sketch, and get ready to move it to another by the proposed plan."""
    others = called or {}
    source = engine.compile_diagram(draw(p=before, **{name: pair[0] for name, pair in others.items()}))
    target = engine.compile_diagram(draw(p=after, **{name: pair[1] for name, pair in others.items()}))
    walk = Walk(source, env=engine.Environment(now=NOON, zone=SHANGHAI))
    return Redrawn(walk=walk, target=target, plan=migration.propose(source, target))


def to(target: str) -> Instruction:
    """The same step, redrawn."""
    return Instruction(action="map", target=target)


def onto(target: str) -> Instruction:
    """Leave it and open another."""
    return Instruction(action="move", target=target)


CANCEL = Instruction(action="cancel")


def said(remarks: tuple[Remark, ...]) -> list[tuple[str, str, str]]:
    """Level, rule and element of remarks."""
    return [(remark.level, remark.rule, remark.element_id) for remark in remarks]


def due(migrated: Migrated) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Moments before and after, by element."""
    return {one.element_id: (one.before, one.after) for one in migrated.deadlines}
