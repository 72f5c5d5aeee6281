"""A step costs what is open, not what has happened."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from SpiffWorkflow.util.task import TaskState

from tests.engine.bare import Bare
from tests.engine.conftest import Walk
from tests.engine.test_asleep import calls_of, work_of

Maker = Callable[..., Walk]


LOOP = """
start s
user A groups=r@self
task B
xor g
end e
s -> A -> B -> g
g -> A ? {condition}
g -> e *
"""


def test_library_calls_a_long_loop_completed() -> None:
    bare = Bare(LOOP.format(condition="again"))

    rounds = 0
    while not bare.workflow.is_completed() and rounds < 700:
        task = next(t for t in reversed(bare.workflow.tasks.values()) if t.state == TaskState.READY)
        task.data["again"] = True
        task.run()
        bare.workflow.do_engine_steps()
        rounds += 1

    assert rounds < 700
    assert [task.task_spec.name for task in bare.all(TaskState.READY)] == ["A"]  # still open


def test_plain_loop_of_ten_thousand_rounds_stays_open_and_flat(walk: Maker) -> None:
    ours = walk(LOOP.format(condition="=again"))
    ours.start()
    sizes, counts = set(), set()
    for number in range(10_000):
        done = work_of(lambda: ours.complete("A", again=True)) if number % 500 == 10 else None
        if done is not None:
            counts.add(done["tokens"])
            sizes.add(len(ours.step.state))
        else:
            ours.complete("A", again=True)

    assert ours.open == ["A"]
    assert not ours.step.completed
    assert max(sizes) - min(sizes) <= 8  # only the counter of keys grows
    assert len(counts) == 1
    assert ours.complete("A", again=False).completed


JOINT = """
start s
user W groups=r@self
user M groups=r@self parallel over="=people" item=who into=answers output="=outcome"
xor g
end e
s -> W -> M -> g
g -> W ? =answers[1] = "return"
g -> e *
"""


def test_joint_review_inside_a_rework_loop_is_flat_for_a_thousand_rounds(walk: Maker) -> None:
    ours = walk(JOINT)
    ours.start(people=["甲", "乙", "丙"])
    sizes, counts = set(), set()
    for number in range(1_000):
        round_of_review = partial(review, ours, "return")
        done = work_of(round_of_review) if number % 90 == 10 else round_of_review()
        if done is not None:
            counts.add(done["tokens"])
            sizes.add(len(ours.step.state))

    assert ours.open == ["W"]
    assert max(sizes) - min(sizes) <= 12
    assert len(counts) == 1
    review(ours, "approve")
    assert ours.step.completed


def review(ours: Walk, outcome: str) -> None:
    ours.complete("W")
    for _ in range(3):
        ours.complete("M", outcome=outcome)


REWORK = """
start s
xor m
and f
user X groups=r@self
user Y groups=r@self
user Z groups=r@self
and j
xor g
end e
s -> m -> f
f -> X -> j
f -> Y -> j
f -> Z -> j
j -> g
g -> m ? {condition}
g -> e *
"""


def test_join_inside_a_rework_loop_costs_the_library_more_in_every_round() -> None:
    bare = Bare(REWORK.format(condition="again"))
    calls = [calls_of(partial(rework, bare)) for _ in range(20)]

    # 7 ms at the 10th round, 600 ms at the 100th, RecursionError at the 195th
    assert calls[19] > 2 * calls[9] > 4 * calls[4]


def test_join_inside_a_rework_loop_is_flat_for_a_thousand_rounds(walk: Maker) -> None:
    ours = walk(REWORK.format(condition="=again"))
    ours.start()
    sizes, counts = set(), set()
    for number in range(1_000):
        done = work_of(partial(rework, ours)) if number % 90 == 10 else rework(ours)
        if done is not None:
            counts.add(done["tokens"])
            sizes.add(len(ours.step.state))

    assert ours.open == ["X", "Y", "Z"]
    assert max(sizes) - min(sizes) <= 16
    assert len(counts) == 1


def rework(instance: Walk | Bare) -> None:
    for name in ("X", "Y", "Z"):
        instance.complete(name, again=True)


def test_library_keeps_every_firing_of_a_reminder_in_its_tree() -> None:
    bare = Bare(
        "start s\nuser A\nboundary b on A cycle \"'R1200/2024-01-01T00:00:00Z/PT1H'\" non-interrupting\n"
        "manual N\ns -> A\nb -> N"
    )
    tasks = []
    for _ in range(40):
        bare.workflow.refresh_timers()
        bare.workflow.do_engine_steps()
        tasks.append(len(bare.workflow.tasks))

    assert {late - early for early, late in pairwise(tasks)} == {4}  # 4,811 after the last


def test_hourly_reminder_that_fires_twelve_hundred_times_stays_flat(walk: Maker) -> None:
    ours = walk(
        "start s\nuser A groups=r@self\nboundary b on A cycle R/PT1H non-interrupting\n"
        "service N topic=nudge\ns -> A\nb -> N",
        env={"perform": lambda _task: {}},
    )
    ours.start()
    first = len(ours.fire("b").state)
    for _ in range(1_199):
        ours.fire("b")

    assert len(ours.step.state) - first <= 16
    assert [timer.due_at.isoformat() for timer in ours.step.timers] == ["2024-04-20T05:00:00+00:00"]
