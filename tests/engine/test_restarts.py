"""Saving and restoring between any two steps changes nothing: random sound diagrams, random runs."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import engine
from service.engine import runner
from service.engine.instance import Instance
from service.engine.openings import Openings
from tests.engine.conftest import NOON, SHANGHAI
from tests.engine.random_diagrams import PLANS, draw_plan

MAX_STEPS = 60


def perform(task: engine.OpenServiceTask) -> engine.Variables | None:
    return {"done": task.element_id} if task.topic == "inline" else None


def commands(step: engine.Step, pick: int) -> list[engine.Command]:
    """Everything that could be done next."""
    said: engine.Variables = {"pick": pick}
    return [
        *(engine.CompleteUserTask(key=t.key, variables={**said, t.element_id: 1}) for t in step.user_tasks),
        *(engine.CompleteServiceTask(key=t.key, variables=said) for t in step.service_tasks),
        *(engine.FireTimer(key=timer.key) for timer in step.timers),
        *(engine.DeliverEvent(key=one.key, variables=said) for one in step.subscriptions),
    ]


def run(diagram: engine.Diagram, seed: int, *, reorder: bool) -> list[object]:
    """Walk at random; with ``reorder`` a store sorts the state's keys between any two steps."""
    chance = random.Random(seed)
    env = engine.Environment(now=NOON, zone=SHANGHAI, perform=perform)
    step = engine.advance(diagram, "p", None, engine.Start(variables={"nid": "n1", "pick": 0}), env)
    told: list[object] = []
    for _ in range(MAX_STEPS):
        assert step.fault is None, step.fault
        told.append((step.trace, step.user_tasks, step.timers, step.subscriptions, step.variables))
        if step.completed:
            return told
        state = step.state
        if reorder:
            header, _, body = state.partition(b"\n")
            state = header + b"\n" + json.dumps(json.loads(body), sort_keys=True, indent=1).encode()
        choices = commands(step, pick=chance.randrange(3) if len(told) < MAX_STEPS // 2 else 0)
        step = engine.advance(diagram, "p", state, chance.choice(choices), env)
    return told


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(plan=PLANS, seed=st.integers(0, 4))
def test_random_run_is_the_same_whatever_a_store_does(plan: object, seed: int) -> None:
    diagram = engine.compile_diagram(draw_plan(plan))

    told = run(diagram, seed, reorder=False)

    assert told == run(diagram, seed, reorder=True)


def run_in_memory(diagram: engine.Diagram, seed: int) -> list[object]:
    """Walk at random without ever saving: the instance stays as it is between commands."""
    chance = random.Random(seed)
    env = engine.Environment(now=NOON, zone=SHANGHAI, perform=perform)
    instance = Instance(diagram.specs["p"], diagram.subprocess_specs, env)
    command: engine.Command = engine.Start(variables={"nid": "n1", "pick": 0})
    told: list[object] = []
    for _ in range(MAX_STEPS):
        instance.trace.clear()
        runner.apply(instance, command)
        told.append(seen := look(instance))
        if instance.completed:
            return told
        pick = chance.randrange(3) if len(told) < MAX_STEPS // 2 else 0
        step = engine.Step(state=b"", variables={}, **dict(zip(KINDS, seen[1:5], strict=True)))
        command = chance.choice(commands(step, pick))
    return told


KINDS = ("user_tasks", "service_tasks", "timers", "subscriptions")


def look(instance: Instance) -> tuple[Any, ...]:
    openings = Openings(instance)
    return (
        tuple(instance.trace),
        *(tuple(getattr(openings, kind)) for kind in KINDS),
        dict(instance.data),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(plan=PLANS, seed=st.integers(0, 4))
def test_random_run_is_the_same_as_one_that_is_never_saved(plan: object, seed: int) -> None:
    xml = draw_plan(plan)

    told = run_in_memory(engine.compile_diagram(xml), seed)

    assert told == run_restarting(xml, seed)


def run_restarting(xml: bytes, seed: int) -> list[object]:
    """Walk at random as if the service began anew before each command: nothing compiled is left."""
    chance = random.Random(seed)
    env = engine.Environment(now=NOON, zone=SHANGHAI, perform=perform)
    command: engine.Command = engine.Start(variables={"nid": "n1", "pick": 0})
    state, told = None, []
    for number in range(MAX_STEPS):
        diagram = engine.compile_diagram(xml, functions=[f"never called {number}"])  # not from the cache
        step = engine.advance(diagram, "p", state, command, env)
        told.append((step.trace, *(tuple(getattr(step, kind)) for kind in KINDS), step.variables))
        if step.completed:
            return told
        state = step.state
        pick = chance.randrange(3) if len(told) < MAX_STEPS // 2 else 0
        command = chance.choice(commands(step, pick))
    return told


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(plan=PLANS, seed=st.integers(0, 4))
def test_random_sound_diagram_reaches_its_end(plan: object, seed: int) -> None:
    diagram = engine.compile_diagram(draw_plan(plan))
    env = engine.Environment(now=NOON, zone=SHANGHAI, perform=perform)
    chance = random.Random(seed)
    step = engine.advance(diagram, "p", None, engine.Start(variables={"nid": "n1", "pick": 0}), env)

    for _ in range(400):
        if step.completed:
            break
        step = engine.advance(diagram, "p", step.state, chance.choice(commands(step, pick=0)), env)
        assert step.fault is None, step.fault

    assert step.completed
    assert step.end_events == ("finish",)
