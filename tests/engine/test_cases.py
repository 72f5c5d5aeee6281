"""One folder a construct: the diagram, what is done to it, and the golden trace of what happened."""

from __future__ import annotations

import pathlib
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from service import engine
from tests.engine.conftest import NOON, Walk

CASES = sorted((pathlib.Path(__file__).parent / "cases").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case_runs_as_recorded(case: pathlib.Path, request: pytest.FixtureRequest) -> None:
    golden = case / "trace.txt"

    told = tell(case)

    if request.config.getoption("--update-golden"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def tell(case: pathlib.Path) -> str:
    """Run a case's scenario and write down what happened."""
    scenario = yaml.safe_load((case / "scenario.yaml").read_text(encoding="utf-8"))
    xml = (case / "process.bpmn").read_bytes()
    lines = [f"# {scenario['expect']}"]
    problems = engine.check_diagram(xml)
    lines += [f"{p.severity} {p.element_id} {p.rule}: {p.message} → {p.fix}" for p in problems]
    if not any(problem.severity == "error" for problem in problems):
        lines += run(engine.compile_diagram(xml), scenario)
    return "\n".join(lines) + "\n"


def run(diagram: engine.Diagram, scenario: dict[str, Any]) -> list[str]:
    walk = Walk(diagram, scenario.get("process", next(iter(diagram.processes))), environment(scenario))
    lines: list[str] = []
    for deed in scenario.get("steps", [{"start": None}]):
        lines.append("> " + " ".join(f"{name}={value}" for name, value in deed.items()))
        try:
            act(walk, dict(deed))
        except (engine.UncaughtBpmnError, engine.Unreachable, engine.NotOpen) as error:
            lines.append(f"  {type(error).__name__}: {error}")
        else:
            lines += report(walk.step)
    return lines


def environment(scenario: dict[str, Any]) -> engine.Environment:
    topics = scenario.get("topics", {})

    def perform(task: engine.OpenServiceTask) -> engine.Variables | None:
        answer = topics.get(task.topic)
        if isinstance(answer, dict) and "error" in answer:
            raise engine.BpmnError(answer["error"])
        return answer

    now = scenario.get("now", NOON)
    zone = ZoneInfo(scenario.get("zone", "Asia/Shanghai"))
    return engine.Environment(now=now, zone=zone, perform=perform)


def act(walk: Walk, deed: dict[str, Any]) -> None:
    variables = deed.pop("variables", {})
    if "now" in deed:
        walk.env = replace(walk.env, now=deed.pop("now"))
    (verb, what), *more = deed.items()
    extra = dict(more)
    match verb:
        case "start":
            walk.start(what, **variables)
        case "complete":
            walk.complete(what, **variables)
        case "work":
            walk.work(what, **variables)
        case "fail":
            walk.fail(what, extra["code"])
        case "fire":
            moment: datetime | None = walk.env.now if extra.get("late") else None
            walk.fire(what, moment)
        case "deliver":
            walk.deliver(what, **variables)
        case "return":
            walk.go_back(what, extra["to"])
        case _:
            raise ValueError(verb)


def report(step: engine.Step) -> list[str]:
    lines = [f"  {event.kind} {event.element_id}" for event in step.trace if event.type != "sequenceFlow"]
    lines += [
        f"  thrown {e.kind} {e.name} {e.correlation_key or ''} {e.variables or ''}".rstrip()
        for e in step.thrown
    ]
    lines += [f"  open {describe_task(task)}".rstrip() for task in step.user_tasks]
    lines += [
        f"  open {task.element_id} topic={task.topic} {task.headers or ''}".rstrip()
        for task in step.service_tasks
    ]
    lines += [f"  timer {timer.element_id} due {timer.due_at:%Y-%m-%d %H:%M:%S}Z" for timer in step.timers]
    lines += [
        f"  waits {one.element_id} {one.kind} {one.name} {one.correlation_key or ''}".rstrip()
        for one in step.subscriptions
    ]
    lines += [f"  variables {step.variables}"] if step.variables else []
    lines += [f"  completed at {', '.join(step.end_events) or '-'}"] if step.completed else []
    lines += (
        [f"  FAULT {step.fault.kind} at {step.fault.element_id}: {step.fault.message}"] if step.fault else []
    )
    return lines


def describe_task(task: engine.OpenUserTask) -> str:
    parts = [task.element_id]
    parts += [f"assignee={task.assignee}"] if task.assignee else []
    parts += [f"groups={','.join(task.candidate_groups)}"] if task.candidate_groups else []
    parts += [f"form={task.form_id}"] if task.form_id else []
    parts += [f"due={task.due_date:%Y-%m-%d %H:%M}Z"] if task.due_date else []
    parts += [f"priority={task.priority}"] if task.priority != 50 else []
    parts += [f"inputs={task.inputs}"] if task.inputs else []
    return " ".join(parts)
