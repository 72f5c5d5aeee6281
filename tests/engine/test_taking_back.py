"""撤回: a user task in the place of all its completion opened, if nothing else is open or was ended."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from service import engine
from service.engine import serializer
from tests.engine.conftest import NOON, SHANGHAI, Walk
from tests.engine.random_diagrams import PLANS, draw_plan
from tests.engine.test_restarts import commands, perform

Maker = Callable[..., Walk]

BRANCHES = """
start s
user A
and split
user P
user Q
and join
user B
s -> A -> split
split -> P
split -> Q
P -> join
Q -> join
join -> B
"""


def rehearse(walk: Walk, element_id: str, outcome: str = "") -> engine.Taking:
    """Try taking the completion of a user task back; topics called once or more are local."""
    return engine.rehearse_taking_back(
        walk.diagram, walk.process, walk.step.state, engine.TakeBack(element_id=element_id), walk.env,
        outcome=outcome, local={"book", "check"},
    )  # fmt: skip


def take_back(walk: Walk, element_id: str, outcome: str = "") -> engine.Taking:
    taking = rehearse(walk, element_id, outcome)
    walk.do(engine.TakeBack(element_id=element_id))
    return taking


def test_every_branch_goes_and_opens_again(walk: Maker) -> None:
    ours = walk(BRANCHES)
    ours.start()
    ours.complete("A")

    taking = take_back(ours, "A")

    assert ([task.element_id for task in taking.user_tasks], ours.open) == (["P", "Q"], ["A"])
    ours.complete("A")
    ours.complete("P")
    ours.complete("Q")
    assert ours.open == ["B"]


def test_one_branch_goes_back_and_the_other_stays(walk: Maker) -> None:
    ours = walk(BRANCHES)
    ours.start()
    ours.complete("A")
    kept = next(task.key for task in ours.step.user_tasks if task.element_id == "Q")
    ours.complete("P")

    taking = take_back(ours, "P")

    assert (taking.user_tasks, sorted(ours.open)) == ((), ["P", "Q"])
    assert kept in ours.step.user_tasks.keys
    ours.complete("P")
    ours.complete("Q")
    assert ours.open == ["B"]


def test_branches_that_joined_do_not_part_again(walk: Maker) -> None:
    ours = walk(BRANCHES)
    ours.start()
    for name in ("A", "P", "Q"):
        ours.complete(name)

    with pytest.raises(engine.Unreachable, match="已经汇合"):
        rehearse(ours, "Q")


def test_what_is_open_beside_it_from_before_is_not_taken_for_its_own(walk: Maker) -> None:
    ours = walk(BRANCHES)
    ours.start()
    ours.complete("A")
    ours.complete("P")

    with pytest.raises(engine.Unreachable, match="别的进展"):
        rehearse(ours, "A")


CLOSED = """
start s
sub S {
  start i
  user I
  service T topic=book
  end e
  i -> I -> T -> e
}
boundary shut on S signal shut
user late
and split
user P
user Q
s -> S -> split
split -> P
split -> Q
shut -> late
"""


def test_sub_process_that_closed_opens_and_listens_again(walk: Maker) -> None:
    ours = walk(CLOSED, env={"perform": lambda _task: {}})
    ours.start()
    ours.complete("I")

    taking = take_back(ours, "I")

    assert ([one.name for one in taking.listens], [task.topic for task in taking.topics]) == (
        ["shut"],
        ["book"],
    )
    assert ours.open == ["I"]
    ours.deliver("shut")
    assert ours.open == ["late"]


def test_rehearsal_performs_nothing(walk: Maker) -> None:
    asked: list[str] = []

    def note(task: engine.OpenServiceTask) -> dict[str, object]:
        asked.append(task.topic)
        return {}

    ours = walk(CLOSED, env={"perform": note})
    ours.start()
    ours.complete("I")

    rehearse(ours, "I")

    assert asked == ["book"]


def test_deadline_that_has_passed_is_not_opened_again(walk: Maker) -> None:
    ours = walk(CLOSED.replace("signal shut", "date 2024-03-01T04:00:00Z"), env={"perform": lambda _task: {}})
    ours.start()
    ours.complete("I")

    with pytest.raises(engine.Unreachable, match="期限已过"):
        rehearse(ours, "I")


WAITS = """
start s
user A
xor decided
catch go signal go
user B
throw told signal told
user C
service T topic=remote
s -> A -> decided
decided -> go *
decided -> told ? =outcome = "tell"
decided -> T ? =outcome = "work"
go -> B
told -> C
"""


def test_wait_for_an_event_goes(walk: Maker) -> None:
    ours = walk(WAITS)
    ours.start()
    ours.complete("A", outcome="wait")

    taking = take_back(ours, "A", "wait")

    assert ([one.name for one in taking.closes], ours.open) == (["go"], ["A"])


def test_what_was_thrown_is_told(walk: Maker) -> None:
    ours = walk(WAITS)
    ours.start()
    ours.complete("A", outcome="tell")

    assert [event.name for event in rehearse(ours, "A", "tell").thrown] == ["told"]


def test_remote_work_that_goes_is_told(walk: Maker) -> None:
    ours = walk(WAITS)
    ours.start()
    ours.complete("A", outcome="work")

    assert [task.element_id for task in rehearse(ours, "A", "work").service_tasks] == ["T"]


def test_where_the_event_came_there_is_no_way_back(walk: Maker) -> None:
    ours = walk(WAITS)
    ours.start()
    ours.complete("A", outcome="wait")
    ours.deliver("go")

    with pytest.raises(engine.Unreachable, match="别的进展"):
        rehearse(ours, "A", "wait")


MANY = """
start s
user M parallel over="=[1,2]" item=n
sub E parallel over="=[1,2]" item=n {
  start i
  user I
  user J
  i -> I -> J
}
user B
s -> M -> E -> B
"""


@pytest.mark.parametrize(("done", "element_id"), [(["M"], "M"), (["M", "M", "I"], "I")])
def test_one_of_several_is_not_taken_back(walk: Maker, done: list[str], element_id: str) -> None:
    ours = walk(MANY)
    ours.start()
    for name in done:
        ours.complete(name)

    with pytest.raises(engine.Unreachable, match=r"由几人分别办理|不止一处"):
        rehearse(ours, element_id)


ENDS = """
start s
and split
user T
end over terminate
user O
s -> split
split -> T -> over
split -> O
"""


def test_what_the_completion_ended_shows_in_the_trace(walk: Maker) -> None:
    ours = walk(f"start b\nsub S {{{ENDS}}}\nuser N\nb -> S -> N")
    ours.start()
    happened = ours.complete("T").trace

    assert rehearse(ours, "T").trace != happened


EXAMPLES = 150


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(plan=PLANS, seed=st.integers(0, 2**16))
def test_whatever_may_be_taken_back_stands_as_it_stood_before(plan: object, seed: int) -> None:
    """A rehearsal that comes to the same, by the same trace, proves that nothing is lost or doubled."""
    diagram = engine.compile_diagram(draw_plan(plan))
    env = engine.Environment(now=NOON, zone=SHANGHAI, perform=perform)
    step = engine.advance(diagram, "p", None, engine.Start(variables={"pick": seed % 3, "nid": "1"}), env)
    choose = random.Random(seed)
    for _ in range(60):
        if step.completed or step.fault:
            return
        command = choose.choice(commands(step, choose.randrange(3)))
        done = next((t for t in step.user_tasks if t.key == getattr(command, "key", "")), None)
        before, step = step, engine.advance(diagram, "p", step.state, command, env)
        if done is None or step.completed or step.fault:
            continue
        back = engine.TakeBack(element_id=done.element_id)
        try:
            taking = engine.rehearse_taking_back(
                diagram, "p", step.state, back, env, outcome="", local={"inline"}
            )
        except engine.Unreachable:
            event("refused")
            continue
        if taking.trace != step.trace:
            event("another trace")
            continue
        event("taken back")
        restored = engine.advance(diagram, "p", step.state, back, env)
        assert standing(diagram, restored.state) == standing(diagram, before.state)


def standing(diagram: engine.Diagram, state: bytes) -> list[tuple[str, ...]]:
    """Return where an instance's tokens stand, everything awake, but for what listens: that begins anew."""
    instance = serializer.load(state, "p", diagram, engine.Environment(now=NOON, zone=SHANGHAI))
    instance.wake_everything()
    return sorted(
        (token.workflow.spec.name, token.task_spec.name, str(token.state))
        for token in instance.all_tokens()
        if not token.is_armed
    )
