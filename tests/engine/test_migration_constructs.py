"""Constructs with a life of their own between two steps: each moves as a whole, or says why not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.engine import serializer
from service.engine.records import Instruction
from tests.engine.conftest import NOON
from tests.engine.redraw import CANCEL, due, onto, redraw, said, to

MANY = """start s
    user vote parallel over="=[7,8,9]" item=who into=out output="=who" groups=r@self
    end e
    s -> vote -> e"""
SEQUENCE = """start s
    user ask sequential over="=[1,2,3]" item=who into=out output="=who" groups=r@self
    end e
    s -> ask -> e"""
LIMITED = """start s
    user work groups=r@self due=P5D
    boundary late on work timer P5D
    end e
    end f
    s -> work -> e
    late -> f"""
RACE = """start s
    race r
    catch late timer PT2H
    catch heard signal go
    end e
    end f
    s -> r
    r -> late -> e
    r -> heard -> f"""
GUARDED = """start s
    user work groups=r@self
    end e
    s -> work -> e
    esp guard {
    start begin signal stop
    user stopped groups=r@self
    begin -> stopped
    }"""
PLAIN = "start s\nuser work groups=r@self\nend e\ns -> work -> e"


def test_sleeping_repetitions_move_with_their_results_and_a_renamed_item() -> None:
    drawn = redraw(MANY, MANY.replace("vote", "choose").replace("who", "person"))
    drawn.walk.start()
    drawn.walk.complete("vote")
    drawn.plan["vote"] = to("choose")

    migrated = drawn.move()

    assert migrated.level == "ok"
    assert [task.inputs["person"] for task in drawn.walk.step.user_tasks] == [8, 9]
    drawn.walk.complete("choose")
    drawn.walk.complete("choose")
    assert drawn.walk.step.variables["out"] == [7, 8, 9]


def test_sequence_goes_on_with_the_items_it_had() -> None:
    drawn = redraw(SEQUENCE, SEQUENCE.replace("[1,2,3]", "[4,5]"))
    drawn.walk.start()
    drawn.walk.complete("ask")

    migrated = drawn.move()

    assert said(migrated.remarks) == [("warn", "collection", "ask")]
    drawn.walk.complete("ask")
    assert drawn.walk.complete("ask").variables["out"] == [1, 2, 3]


def test_race_keeps_its_moment_and_lets_a_new_event_run_along() -> None:
    after = RACE + "\ncatch told signal other\nend g\nr -> told -> g"
    drawn = redraw(RACE, after)
    drawn.walk.start()

    migrated = drawn.move(days=0)

    two = NOON + timedelta(hours=2)
    assert due(migrated) == {"late": (two, two)}
    assert {one.element_id for one in drawn.walk.step.subscriptions} == {"heard", "told"}
    assert drawn.walk.deliver("told").end_events == ("g",)


def test_race_that_loses_an_event_waits_for_the_others() -> None:
    after = RACE.replace("catch heard signal go\n", "").replace("r -> heard -> f", "").replace("end f\n", "")
    drawn = redraw(RACE, after)
    drawn.walk.start()

    migrated = drawn.move()

    assert said(migrated.remarks) == [("warn", "listener-gone", "heard")]
    assert drawn.walk.fire("late").completed


def test_event_sub_process_that_is_new_listens_from_now_on() -> None:
    drawn = redraw(PLAIN, GUARDED)
    drawn.walk.start()

    assert drawn.move().level == "ok"
    assert drawn.walk.deliver("begin").user_tasks[0].element_id == "stopped"


def test_event_sub_process_under_way_moves_and_none_begins_beside_it() -> None:
    other = GUARDED + "\nesp second {\nstart again signal more\nuser more groups=r@self\nagain -> more\n}"
    drawn = redraw(GUARDED, other)
    drawn.walk.start()
    drawn.walk.deliver("begin")

    assert drawn.move().level == "ok"
    assert (drawn.walk.open, list(drawn.walk.step.subscriptions)) == (["stopped"], [])
    assert drawn.walk.complete("stopped").completed


def test_called_process_moves_with_its_own_variables() -> None:
    outer = "start s\ncall c process=q\nend e\ns -> c -> e"
    inner = "start i\nuser {} groups=r@self\nend j\ni -> {} -> j"
    drawn = redraw(outer, outer, {"q": (inner.format("a", "a"), inner.format("b", "b"))})
    drawn.walk.start(n=1)
    drawn.plan["a"] = to("b")

    assert drawn.move().level == "ok"
    assert drawn.walk.complete("b", n=2).variables["n"] == 2


def test_fired_reminder_does_not_come_again_and_a_cycle_keeps_counting() -> None:
    before = """start s
    user work groups=r@self
    boundary once on work timer P1D non-interrupting
    boundary often on work cycle R3/P1D non-interrupting
    task t
    task u
    end e
    s -> work -> e
    once -> t
    often -> u"""
    drawn = redraw(before, before.replace("user work", "user work priority=7"))
    drawn.walk.start()
    drawn.walk.fire("once")
    drawn.walk.fire("often")

    migrated = drawn.move()

    second = NOON + timedelta(days=2)
    assert due(migrated) == {"often": (second, second)}
    assert drawn.walk.step.user_tasks[0].priority == 7
    assert [timer.due_at for timer in drawn.walk.fire("often").timers] == [NOON + timedelta(days=3)]


def test_recomputed_timers_count_from_when_each_began() -> None:
    drawn = redraw(LIMITED, LIMITED.replace("P5D", "P9D"))
    drawn.walk.start()
    key = drawn.walk.step.user_tasks[0].key

    migrated = drawn.move(days=3, recompute=True, started={key: NOON})

    five, nine = NOON + timedelta(days=5), NOON + timedelta(days=9)
    assert due(migrated) == {"work": (five, nine), "late": (five, nine)}
    assert drawn.walk.step.user_tasks[0].due_date == nine
    assert migrated.remarks == ()


def test_recomputed_wait_counts_from_when_it_began_by_how_long_it_was_to_take() -> None:
    before = "start s\ncatch wait timer P5D\nend e\ns -> wait -> e"
    drawn = redraw(before, before.replace("P5D", "P7D"))
    drawn.walk.start()

    migrated = drawn.move(days=3, recompute=True)

    assert due(migrated) == {"wait": (NOON + timedelta(days=5), NOON + timedelta(days=7))}


def test_open_service_task_asks_for_the_new_topic() -> None:
    before = "start s\nservice send topic=mail header=to:a\nend e\ns -> send -> e"
    drawn = redraw(before, before.replace("to:a", "to:b"))
    drawn.walk.start()
    key = drawn.walk.step.service_tasks[0].key

    migrated = drawn.move()

    task = drawn.walk.step.service_tasks[0]
    assert (task.key, task.headers, migrated.rearmed) == (key, {"to": "b"}, frozenset({key}))


def test_message_with_another_key_is_waited_for_by_that() -> None:
    before = 'start s\ncatch wait message told key="=a"\nend e\ns -> wait -> e'
    drawn = redraw(before, before.replace('"=a"', '"=b"'))
    drawn.walk.start(a="x", b="y")

    assert drawn.move().level == "warn"
    assert [one.correlation_key for one in drawn.walk.step.subscriptions] == ["y"]


@pytest.mark.parametrize(
    ("instruction", "rule"),
    [
        (onto("e"), "no-wait"),
        (to("nowhere"), "no-target"),
        (CANCEL, "nothing-left"),
        (onto("inside"), "nesting"),
    ],
)
def test_instruction_that_cannot_be_followed_is_blocked(instruction: Instruction, rule: str) -> None:
    after = "start s\nsub S {\nstart i\nuser inside groups=r@self\ni -> inside\n}\nend e\ns -> S -> e"
    drawn = redraw(PLAIN, after)
    drawn.walk.start()
    drawn.plan["work"] = instruction

    assert said(drawn.move().remarks) == [("blocked", rule, "work")]


def test_two_branches_that_now_follow_one_another_are_blocked() -> None:
    before = """start s
    and x
    user a groups=r@self
    user b groups=r@self
    and y
    end e
    s -> x -> a -> y -> e
    x -> b -> y"""
    after = "start s\nuser a groups=r@self\nuser b groups=r@self\nend e\ns -> a -> b -> e"
    drawn = redraw(before, after)
    drawn.walk.start()

    assert said(drawn.move().remarks) == [("blocked", "twice", "b")]


def test_state_before_is_untouched_whatever_moving_comes_to() -> None:
    drawn = redraw(GUARDED, PLAIN)
    drawn.walk.start()
    state, source = drawn.walk.step.state, drawn.walk.diagram

    drawn.move()

    restored = serializer.load(state, "p", source, drawn.walk.env)
    assert serializer.dump(restored, source) == state
