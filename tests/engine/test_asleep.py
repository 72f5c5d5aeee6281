"""A parallel multi-instance costs in step with its size: what nobody touches is not even read."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

import pytest
from SpiffWorkflow.task import Task

from service import engine
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]

REVIEW = 'start s\nuser M groups=r@self assignee==who parallel over="=people" item=who\nend e\ns -> M -> e'
INSIDE = """
start s
sub M parallel over="=people" item=who {
  start i
  user A groups=r@self
  boundary late on A timer P1D
  user B groups=r@self
  end x
  end y
  i -> A -> B -> y
  late -> x
}
boundary stop on M signal stop
user H groups=r@self
end e
s -> M -> e
stop -> H
"""


def people(count: int) -> list[str]:
    return [f"person {number}" for number in range(count)]


def work_of(deed: Callable[[], object]) -> Counter[str]:
    """Count the tokens built and the bytes of JSON read while something is done."""
    done: Counter[str] = Counter()

    def look(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is Task.__init__.__code__:
            done["tokens"] += 1
        elif event == "call" and frame.f_code is json.loads.__code__:
            done["bytes"] += len(frame.f_locals["s"])

    sys.setprofile(look)
    try:
        deed()
    finally:
        sys.setprofile(None)
    return done


@pytest.mark.parametrize(("sketch", "task"), [(REVIEW, "M"), (INSIDE, "A")])
def test_completion_reads_one_repetition_however_many_there_are(walk: Maker, sketch: str, task: str) -> None:
    def one_completion(count: int) -> Counter[str]:
        ours = walk(sketch)
        key = ours.start(people=people(count)).user_tasks.keys[count // 2]
        done = work_of(lambda: ours.do(engine.CompleteUserTask(key=key)))
        assert len(ours.step.user_tasks) == count - (task == "M")
        return done

    small, big = one_completion(10), one_completion(1_000)

    assert big["tokens"] == small["tokens"]
    index = 5 * 1_000 * (2 if sketch == INSIDE else 1)  # the keys of what is open, in one text a kind
    assert big["bytes"] <= small["bytes"] + index + 40


def calls_of(deed: Callable[[], object]) -> int:
    """Count the calls, of Python's functions and of its own, while something is done."""
    count = 0

    def look(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(look)
    try:
        deed()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("how", ["parallel", "sequential"])
@pytest.mark.parametrize("result", ["", " into=answers output==outcome"])
def test_whole_multi_instance_costs_in_step_with_its_size(walk: Maker, how: str, result: str) -> None:
    def calls_for(count: int) -> int:
        ours = walk(
            f'start s\nuser M groups=r@self {how} over="=people" item=who{result}\nend e\ns -> M -> e'
        )

        def everybody() -> None:
            ours.start(people=people(count))
            while not ours.step.completed:
                key = ours.step.user_tasks.keys[0]
                ours.do(engine.CompleteUserTask(key=key, variables={"outcome": "approve"}))

        calls = calls_of(everybody)
        assert ours.step.variables.get("answers", ["approve"] * count) == ["approve"] * count
        return calls

    calls_for(1)  # what is compiled or cached once

    assert calls_for(600) <= 3.06 * calls_for(200)


def test_results_and_what_is_still_to_come_outlive_a_store_that_sorts_keys(walk: Maker) -> None:
    ours = walk(
        'start s\nuser M groups=r@self sequential over="=people" item=who into=answers '
        'output="=who + outcome" until="=answers[3] = null and loopCounter = 9"\nend e\ns -> M -> e'
    )
    ours.start(people=["a", "b", "|u3|"])
    for _ in range(2):
        ours.complete("M", outcome='","|u4|"')
        header, _, body = ours.step.state.partition(b"\n")
        sorted_keys = json.dumps(json.loads(body), sort_keys=True).encode()
        ours.step = replace(ours.step, state=header + b"\n" + sorted_keys)

    done = ours.complete("M", outcome="!")

    assert done.completed
    assert done.variables["answers"] == ['a","|u4|"', 'b","|u4|"', "|u3|!"]


def test_interrupted_multi_instance_keeps_nothing(walk: Maker) -> None:
    ours = walk(
        'start s\nuser M groups=r@self sequential over="=people" item=who into=answers output="=who"\n'
        "boundary late on M timer P1D\nuser H groups=r@self\ns -> M\nlate -> H"
    )
    ours.start(people=people(50))
    ours.complete("M")

    ours.fire("late")

    assert b"person 2" not in ours.step.state.partition(b'"asleep"')[2]
    assert ours.open == ["H"]


def test_thousand_reviewers_in_any_order(walk: Maker) -> None:
    ours = walk(REVIEW)
    keys = ours.start(people=people(1_000)).user_tasks.keys

    for key in reversed(keys):
        assert not ours.step.completed
        step = ours.do(engine.CompleteUserTask(key=key))

    assert step.completed
    assert step.end_events == ("e",)


def test_what_sleeps_is_listed_as_what_is_awake(walk: Maker) -> None:
    ours = walk(REVIEW)
    ours.start(people=["甲", "乙|u3|", "丙"])
    first, second, third = ours.step.user_tasks

    after = ours.do(engine.CompleteUserTask(key=second.key))

    assert [task.assignee for task in (first, second, third)] == ["甲", "乙|u3|", "丙"]
    assert after.user_tasks == (first, third)
    assert after.user_tasks.besides({first.key}) == [third]
    assert after.user_tasks[-1:] == (third,)
    with pytest.raises(engine.NotOpen):
        ours.do(engine.CompleteUserTask(key=second.key))


def test_timer_inside_a_sleeping_repetition_fires(walk: Maker) -> None:
    ours = walk(INSIDE)
    ours.start(people=people(3))

    fired = ours.fire("late")

    assert ours.open == ["A", "A"]
    assert [event.kind for event in fired.trace if event.element_id == "A"] == ["cancelled"]
    assert len(fired.timers) == 2


def test_sleeping_repetitions_are_cancelled_with_their_activity(walk: Maker) -> None:
    ours = walk(INSIDE)
    ours.start(people=people(3))
    ours.complete("A")

    step = ours.deliver("stop")

    assert ours.open == ["H"]
    cancelled = sorted(event.element_id for event in step.trace if event.kind == "cancelled")
    assert cancelled == ["A", "A", "B", "M", "M", "M"]
    assert step.timers == ()


def test_signal_thrown_beside_wakes_who_waits_for_it(walk: Maker) -> None:
    ours = walk(
        'start s\nand f\nsub M parallel over="=people" item=who {\nstart i\ncatch c signal go\n'
        "user A groups=r@self\ni -> c -> A\n}\nuser T groups=r@self\nthrow t signal go\n"
        "s -> f\nf -> M\nf -> T -> t"
    )
    ours.start(people=people(3))

    ours.complete("T")

    assert ours.open == ["A", "A", "A"]


def test_condition_inside_a_sleeping_repetition_is_looked_at(walk: Maker) -> None:
    ours = walk(
        'start s\nand f\nsub M parallel over="=people" item=who {\nstart i\ncatch c condition "=n > 1"\n'
        "user A groups=r@self\ni -> c -> A\n}\nuser T groups=r@self\nuser Z groups=r@self\n"
        "s -> f\nf -> M\nf -> T -> Z"
    )
    ours.start(people=people(2), n=0)

    ours.complete("T", n=2)

    assert sorted(ours.open) == ["A", "A", "Z"]


def test_state_a_store_wrote_anew_is_read_all_the_same(walk: Maker) -> None:
    ours = walk(REVIEW)
    step = ours.start(people=people(5))
    header, _, body = step.state.partition(b"\n")

    ours.step = replace(
        step, state=header + b"\n" + json.dumps(json.loads(body), sort_keys=True, indent=2).encode()
    )
    after = ours.do(engine.CompleteUserTask(key=step.user_tasks.keys[2]))

    assert [task.inputs["who"] for task in after.user_tasks] == [
        "person 0",
        "person 1",
        "person 3",
        "person 4",
    ]
