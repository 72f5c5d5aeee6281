"""Random diagrams, redrawn at random, moved at random places: what can move loads, keeps its tasks, and ends.

``XUANSHU_MIGRATIONS=10000`` runs as many examples as a release asks for.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from service import engine
from service.engine import migration, serializer
from service.engine.openings import Openings
from service.engine.records import Instruction, Plan
from tests.engine.conftest import NOON, SHANGHAI
from tests.engine.random_diagrams import LEAVES, PLANS, Builder
from tests.engine.sketch import draw
from tests.engine.test_restarts import commands, perform

EXAMPLES = int(os.environ.get("XUANSHU_MIGRATIONS", "100"))
MAX_STEPS = 400
ENV = engine.Environment(now=NOON, zone=SHANGHAI, perform=perform)


class Redrawer(Builder):
    """Names what it draws after the part of the plan it comes from, so that a redraw keeps the names."""

    mark = ""

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.mark}x{self.count}"

    def block(self, plan: object) -> tuple[str, str]:
        named, *parts = (plan,) if isinstance(plan, str) else plan  # type: ignore[misc]
        kind, _, mark = named.partition(":")
        around = self.mark, self.count
        self.mark, self.count = mark, 0
        ends = super().block((kind, *parts) if parts else kind)
        self.mark, self.count = around
        return ends


def mark(plan: object, numbers: Iterator[int]) -> object:
    """Number the parts of a plan."""
    if isinstance(plan, str):
        return f"{plan}:{next(numbers)}"
    kind, *parts = plan  # type: ignore[misc]
    return (f"{kind}:{next(numbers)}", *(mark(part, numbers) for part in parts))


def count_leaves(plan: object) -> int:
    return 1 if isinstance(plan, str) else sum(count_leaves(part) for part in plan[1:])  # type: ignore[index]


def edit(plan: object, leaf: str, way: int, where: int) -> tuple[object, int]:
    """Redraw a plan at one of its leaves: another one before it, after it, beside it or in its place."""
    if isinstance(plan, str):
        ways = (("sequence:n", leaf, plan), ("sequence:n", plan, leaf), ("parallel:n", plan, leaf), leaf)
        return (ways[way] if where == 0 else plan), where - 1
    kind, *parts = plan  # type: ignore[misc]
    edited = []
    for part in parts:
        changed, where = edit(part, leaf, way, where)
        edited.append(changed)
    return (kind, *edited), where


def draw_marked(plan: object) -> bytes:
    """Draw a numbered plan between a start and an end."""
    drawn = Redrawer()
    first, last = drawn.block(plan)
    drawn.lines += ["start begin", "end finish", f"begin -> {first}", f"{last} -> finish"]
    return draw(p="\n".join(drawn.lines), **drawn.called)


def walk(diagram: engine.Diagram, steps: int, chance: random.Random) -> engine.Step:
    """Start an instance and do some of what can be done."""
    step = engine.advance(diagram, "p", None, engine.Start(variables={"nid": "n1", "pick": 0}), ENV)
    for _ in range(steps):
        if step.completed:
            break
        command = chance.choice(commands(step, pick=chance.randrange(3)))
        following = engine.advance(diagram, "p", step.state, command, ENV)
        if following.completed:
            break
        step = following
    return step


def complete_plan(source: engine.Diagram, target: engine.Diagram, chance: random.Random) -> Plan:
    """Return the proposed plan, with what nobody proposed said at random."""
    plan = migration.propose(source, target)
    places = migration.list_places(target)
    waits = [name for name, place in places.items() if migration.can_move_to(place.node)]
    for name in migration.list_places(source):
        if name not in plan and chance.random() < 0.5:
            there = [Instruction(action="move", target=one) for one in waits]
            plan[name] = chance.choice([Instruction(action="cancel"), *there])
    return plan


def can_end(diagram: engine.Diagram, step: engine.Step, chance: random.Random) -> bool:
    """Whether an instance comes to its end: loops are left after a while."""
    for number in range(MAX_STEPS):
        if step.fault is not None:
            raise AssertionError(step.fault)
        if step.completed:
            return True
        pick = chance.randrange(3) if number < 20 else 0
        step = engine.advance(diagram, "p", step.state, chance.choice(commands(step, pick)), ENV)
    return step.completed


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
@given(
    plan=PLANS, leaf=LEAVES, way=st.integers(0, 3), where=st.integers(0, 7), steps=st.integers(0, 12),
    seed=st.integers(0, 9),
)  # fmt: skip
def test_random_instance_that_can_move_loads_keeps_its_tasks_and_ends(
    plan: object, leaf: str, way: int, where: int, steps: int, seed: int
) -> None:
    chance = random.Random(seed)
    plan = mark(plan, count())
    edited, _ = edit(plan, f"{leaf}:new", way, where % count_leaves(plan))
    source, target = compile_plan(plan), compile_plan(edited)
    before = walk(source, steps, chance)
    if before.completed:
        return
    instructions = complete_plan(source, target, chance)
    redraw = migration.Redraw(source, target, instructions)

    later = replace(ENV, now=NOON.replace(year=2025))
    migrated = migration.migrate(redraw, "p", before.state, later)

    event(", ".join(sorted({remark.rule for remark in migrated.remarks}) or ["ok"]))
    if migrated.step is None:
        assert all(remark.message and remark.element_id for remark in migrated.remarks)
        return
    step = migrated.step
    restored = Openings(serializer.load(step.state, "p", target, ENV))
    assert tuple(restored.user_tasks) == tuple(step.user_tasks)
    kept = {task.key: task for task in step.user_tasks}
    for task in before.user_tasks:
        instruction = instructions.get(task.element_id)
        if instruction is not None and instruction.action == "map" and not migrated.goes_on:
            assert task.key in kept or is_inside_what_went(instructions, source, task.element_id)
        if task.key in kept:
            assert (kept[task.key].due_date, kept[task.key].element_id) == (
                task.due_date,
                redraw.names[task.element_id],
            )
    for deadline in migrated.deadlines:
        assert deadline.before in (None, deadline.after) or deadline.after is None
    assert can_end(target, step, chance)


def compile_plan(plan: object) -> engine.Diagram:
    return engine.compile_diagram(draw_marked(plan))


def is_inside_what_went(plan: Plan, source: engine.Diagram, element_id: str) -> bool:
    """Whether something around an element was left by the plan: what is inside goes with it."""
    scopes = {name: place.scope.name for name, place in migration.list_places(source).items()}
    callers = {
        getattr(place.node, "called", ""): name for name, place in migration.list_places(source).items()
    }
    around = scopes.get(element_id)
    while around is not None:
        host = callers.get(around, around)
        if host in plan and plan[host].action != "map":
            return True
        around = scopes.get(host) if host in scopes else None
    return False
