"""What a step of the engine costs as an instance grows old or wide: ``python -m bench.engine_rounds``."""

from __future__ import annotations

import statistics
import time
from collections import deque
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from service import engine

ENV = engine.Environment(now=datetime(2024, 3, 1, 4, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))
HEAD = (
    '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d"><b:process id="p" isExecutable="true">'
)
TAIL = "</b:process></b:definitions>"
REVIEW = (
    '<b:userTask id="M"><b:extensionElements><zeebe:assignmentDefinition candidateGroups="r@organiser"/>'
    '</b:extensionElements><b:multiInstanceLoopCharacteristics isSequential="false"><b:extensionElements>'
    '<zeebe:loopCharacteristics inputCollection="=people" inputElement="who"/></b:extensionElements>'
    "</b:multiInstanceLoopCharacteristics></b:userTask>"
)
LOOP = (
    '<b:startEvent id="s"/><b:userTask id="W"/>{review}<b:exclusiveGateway id="g" default="back"/>'
    '<b:endEvent id="e"/><b:sequenceFlow id="f1" sourceRef="s" targetRef="W"/>{flows}'
    '<b:sequenceFlow id="back" sourceRef="g" targetRef="W"/>'
    '<b:sequenceFlow id="out" sourceRef="g" targetRef="e"><b:conditionExpression>=done = true'
    "</b:conditionExpression></b:sequenceFlow>"
)


def main() -> None:
    """Print each figure with what it must stay under."""
    plain = LOOP.format(review="", flows='<b:sequenceFlow id="f2" sourceRef="W" targetRef="g"/>')
    joint = LOOP.format(
        review=REVIEW,
        flows='<b:sequenceFlow id="f2" sourceRef="W" targetRef="M"/>'
        '<b:sequenceFlow id="f3" sourceRef="M" targetRef="g"/>',
    )
    for label, body, rounds in (("plain loop", plain, 10_000), ("loop with a joint review", joint, 1_000)):
        early, late, size = walk_rounds(body, rounds)
        print(f"{label}, {rounds} rounds: {early:.2f} ms a round early, {late:.2f} ms late "
              f"(x{late / early:.2f}, limit 1.3), state {size[0]} -> {size[1]} bytes")  # fmt: skip
    wide = '<b:startEvent id="s"/>' + REVIEW + '<b:sequenceFlow id="f1" sourceRef="s" targetRef="M"/>'
    one_by_one = wide.replace('isSequential="false"', 'isSequential="true"')
    for label, body in (("parallel", wide), ("sequential", one_by_one)):
        each = {count: min(complete_all(body, count) for _ in range(3)) for count in (10, 100, 1_000, 5_000)}
        for count, took in each.items():
            print(f"{label} multi-instance of {count}: {took:.3f} ms each")
        print(f"{label}: 1,000 cost {10 * each[1_000] / each[100]:.1f} times what 100 cost (limit 12)")


def walk_rounds(body: str, rounds: int) -> tuple[float, float, tuple[int, int]]:
    """Go round a loop; return the median cost of an early and a late round and the state's sizes."""
    diagram = engine.compile_diagram((HEAD + body + TAIL).encode())
    step = engine.advance(diagram, "p", None, engine.Start(variables={"people": ["a", "b", "c"]}), ENV)
    costs, sizes = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        step = advance_one(diagram, step)
        while step.user_tasks[0].element_id != "W":
            step = advance_one(diagram, step)
        costs.append((time.perf_counter() - began) * 1000)
        sizes.append(len(step.state))
    return statistics.median(costs[10:110]), statistics.median(costs[-100:]), (sizes[10], sizes[-1])


def advance_one(diagram: engine.Diagram, step: engine.Step) -> engine.Step:
    """Complete the oldest open task."""
    command = engine.CompleteUserTask(key=step.user_tasks.keys[0], variables={"outcome": "return"})
    return engine.advance(diagram, "p", step.state, command, ENV)


def complete_all(body: str, count: int) -> float:
    """Start a multi-instance and complete every repetition; return milliseconds of the processor for each."""
    diagram = engine.compile_diagram((HEAD + body + TAIL).encode())
    people = [f"reviewer {number}" for number in range(count)]
    began = time.process_time()
    step = engine.advance(diagram, "p", None, engine.Start(variables={"people": people}), ENV)
    keys = deque(step.user_tasks.keys)
    while not step.completed:
        key = keys.popleft() if keys else step.user_tasks.keys[0]
        step = engine.advance(diagram, "p", step.state, engine.CompleteUserTask(key=key), ENV)
    return (time.process_time() - began) * 1000 / count


if __name__ == "__main__":
    main()
