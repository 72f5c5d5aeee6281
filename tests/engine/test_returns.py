"""退回 without a drawn flow: inside one scope, and only by its only token."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service import engine
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]

SKETCH = """
start s
user A
sub S {
  start i
  user I
  user J
  boundary late on J timer P1D non-interrupting
  user late_task
  i -> I -> J
  late -> late_task
}
user M sequential over="=[1,2]" item=n
service T topic=remote
user B
s -> A -> S -> M -> T -> B
"""


def test_return_inside_a_sub_process_takes_the_armed_timer_along(walk: Maker) -> None:
    ours = walk(SKETCH)
    ours.start()
    ours.complete("A")
    ours.complete("I", outcome="approve")

    step = ours.go_back("J", to="I")

    assert ours.open == ["I"]
    assert step.timers == ()
    ours.complete("I")
    assert [timer.element_id for timer in ours.step.timers] == ["late"]


@pytest.mark.parametrize("target", ["A", "T", "S", "nowhere", "J_"])
def test_return_out_of_the_scope_or_to_no_user_task_is_unreachable(walk: Maker, target: str) -> None:
    ours = walk(SKETCH)
    ours.start()
    ours.complete("A")
    before = ours.step

    with pytest.raises(engine.Unreachable, match=target):
        ours.go_back("I", to=target)

    assert ours.step == before


def test_one_of_several_instances_cannot_return(walk: Maker) -> None:
    ours = walk(SKETCH)
    ours.start()
    for name in ("A", "I", "J"):
        ours.complete(name)

    with pytest.raises(engine.Unreachable, match="多实例"):
        ours.go_back("M", to="A")


def test_return_beside_another_branch_is_unreachable(walk: Maker) -> None:
    ours = walk(SKETCH)
    ours.start()
    ours.complete("A")
    ours.complete("I")
    ours.fire("late")

    with pytest.raises(engine.Unreachable, match="late_task"):
        ours.go_back("J", to="I")


def test_return_writes_its_variables(walk: Maker) -> None:
    ours = walk(SKETCH)
    ours.start()
    ours.complete("A")
    ours.complete("I")
    key = ours.step.user_tasks[0].key

    step = ours.do(engine.ReturnTo(key=key, element_id="I", variables={"outcome": "return"}))

    assert step.variables == {"outcome": "return"}
    assert [(event.kind, event.element_id) for event in step.trace] == [("cancelled", "J"), ("entered", "I")]


BRANCHES = """
start s
user A
and split
user P
user Q
and join
user B
catch go signal go
user C
s -> A -> split
split -> P
split -> Q
P -> join
Q -> join
join -> B
B -> go
go -> C
"""


def test_return_before_a_split_takes_every_branch_again(walk: Maker) -> None:
    ours = walk(BRANCHES)
    ours.start()
    for name in ("A", "P", "Q"):
        ours.complete(name)

    ours.go_back("B", to="A")
    for name in ("A", "P", "Q"):
        ours.complete(name)

    assert ours.open == ["B"]


def test_return_into_a_branch_whose_join_would_wait_for_ever_is_unreachable(walk: Maker) -> None:
    ours = walk(BRANCHES)
    ours.start()
    for name in ("A", "P", "Q"):
        ours.complete(name)

    with pytest.raises(engine.Unreachable, match="并行分支"):
        ours.go_back("B", to="P")


def test_return_past_a_signal_that_has_been_given_is_unreachable(walk: Maker) -> None:
    ours = walk(BRANCHES)
    ours.start()
    for name in ("A", "P", "Q", "B"):
        ours.complete(name)
    ours.deliver("go")

    with pytest.raises(engine.Unreachable, match="不会再来"):
        ours.go_back("C", to="B")

    assert ours.open == ["C"]


GIVEN = """
start s
user A
user B
xor again
user C
user D
throw told signal told
service T topic=once
sub S {
  throw inner message inner
}
user E
s -> A -> B -> again
again -> C *
again -> told ? =outcome = "again"
told -> A
C -> T -> D -> S -> E
"""


@pytest.mark.parametrize(
    ("source", "target", "obstacle"),
    [
        ("C", "B", None),  # the signal lies on the way back, not between
        ("C", "A", None),
        ("D", "C", "「C」（C）之后已经办过「T」（T），不会再办一次，不能退回到它"),
        ("E", "D", "「D」（D）之后已经发出「inner」（inner），不会再发，不能退回到它"),
        ("A", "B", "「B」（B）之后已经发出「told」（told），不会再发，不能退回到它"),
    ],
)
def test_what_is_done_once_is_not_gone_behind(
    walk: Maker, source: str, target: str, obstacle: str | None
) -> None:
    diagram = walk(GIVEN).diagram

    assert engine.find_return_obstacle(diagram, source, target, once={"once"}) == obstacle


def test_return_behind_a_signal_that_was_thrown_is_unreachable(walk: Maker) -> None:
    ours = walk(GIVEN)
    ours.start()
    ours.complete("A")
    ours.complete("B", outcome="again")

    with pytest.raises(engine.Unreachable, match="已经发出"):
        ours.go_back("A", to="B")

    assert ours.open == ["A"]


def test_one_of_several_is_offered_no_way_back(walk: Maker) -> None:
    diagram = walk(SKETCH).diagram

    assert engine.find_return_obstacle(diagram, "M", "A") == "「M」（M）是多实例中的一份，不能单独退回"
