"""Fifteen redraws that a library's own migration loses data in, moves deadlines of, or cannot load again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import engine
from service.engine import serializer
from tests.engine.conftest import NOON
from tests.engine.redraw import CANCEL, Redrawn, due, onto, redraw, said, to

WRITE = "user write groups=r@self due=P5D form=a\n"
LATE = "boundary late on write timer P5D\n"
PLAIN = f"start s\n{WRITE}user check groups=r@unit\nend e\ns -> write -> check -> e"
LIMITED = f"start s\n{WRITE}{LATE}user check groups=r@unit\nend e\nend f\ns -> write -> check -> e\nlate -> f"
SPLIT = """start s
    and split
    user a groups=r@self
    user b groups=r@self
    and join
    user after groups=r@self
    end e
    s -> split -> a -> join -> after -> e
    split -> b -> join"""
INSIDE = """start s
    sub S {{
    start i
    user write groups=r@self due=P5D
    {inner}
    }}
    end e
    s -> S -> e"""


def begun(drawn: Redrawn, **variables: object) -> Redrawn:
    drawn.walk.start(score=3, **variables)
    return drawn


def test_step_inserted_after_the_open_one_is_taken_next() -> None:
    after = PLAIN.replace("user check", "user more groups=r@self\nuser check")
    after = after.replace("write -> check", "write -> more -> check")
    drawn = begun(redraw(PLAIN, after))
    kept = drawn.walk.step.user_tasks[0]

    migrated = drawn.move(days=2)

    assert (migrated.level, tuple(drawn.walk.step.user_tasks)) == ("ok", (kept,))
    assert dict(drawn.walk.step.variables) == {"score": 3}
    assert drawn.walk.complete("write").user_tasks[0].element_id == "more"


def test_step_inserted_before_the_open_one_is_named_and_left_out() -> None:
    after = PLAIN.replace("user check", "user first groups=r@self\nuser check")
    after = after.replace("s -> write", "s -> first -> write")
    drawn = begun(redraw(PLAIN, after))

    migrated = drawn.move()

    assert said(migrated.remarks) == [("warn", "left-out", "first")]
    assert drawn.walk.open == ["write"]


def test_later_step_that_was_taken_out_is_not_missed() -> None:
    drawn = begun(redraw(PLAIN, f"start s\n{WRITE}end e\ns -> write -> e"))

    assert drawn.move().level == "ok"
    assert drawn.walk.complete("write").completed


def test_later_condition_that_changed_holds_from_now_on() -> None:
    def drawn_with(limit: int) -> str:
        return (
            f"start s\n{WRITE}xor x\nend low\nend high\n"
            f"s -> write -> x\nx -> high ? =score > {limit}\nx -> low *"
        )

    drawn = begun(redraw(drawn_with(5), drawn_with(2)))

    assert drawn.move().level == "ok"
    assert drawn.walk.complete("write").end_events == ("high",)


def test_later_step_of_another_kind_is_taken_as_that() -> None:
    after = f"start s\n{WRITE}service check topic=t\nend e\ns -> write -> check -> e"
    drawn = begun(redraw(PLAIN, after))

    assert drawn.move().level == "ok"
    assert [one.topic for one in drawn.walk.complete("write").service_tasks] == ["t"]


def test_step_inserted_inside_a_sub_process_is_taken_next() -> None:
    before = INSIDE.format(inner="i -> write")
    drawn = begun(redraw(before, INSIDE.format(inner="user more groups=r@self\ni -> write -> more")))

    assert drawn.move().level == "ok"
    assert drawn.walk.complete("write").user_tasks[0].element_id == "more"
    assert drawn.walk.complete("more").completed


def test_open_step_with_another_id_keeps_its_key_and_dates() -> None:
    after = PLAIN.replace("write", "compose").replace("P5D", "P9D")
    drawn = begun(redraw(PLAIN, after))
    drawn.plan["write"] = to("compose")
    kept = drawn.walk.step.user_tasks[0]

    migrated = drawn.move(days=2)

    task = drawn.walk.step.user_tasks[0]
    assert (task.key, task.element_id, task.due_date) == (kept.key, "compose", kept.due_date)
    assert said(migrated.remarks) == [("warn", "due-kept", "write")]


def test_open_step_that_was_taken_out_is_blocked_by_name_until_somebody_says_where_to() -> None:
    drawn = begun(redraw(PLAIN, "start s\nuser check groups=r@unit\nend e\ns -> check -> e"))

    assert said(drawn.move().remarks) == [("blocked", "no-instruction", "write")]
    drawn.plan["write"] = onto("check")
    assert said(drawn.move().remarks) == [("warn", "moved", "write")]
    assert drawn.walk.open == ["check"]
    assert drawn.walk.complete("check").completed


def test_open_branch_that_was_taken_out_is_cancelled_if_somebody_says_so() -> None:
    after = "start s\nuser a groups=r@self\nuser after groups=r@self\nend e\ns -> a -> after -> e"
    drawn = begun(redraw(SPLIT, after))

    assert said(drawn.move().remarks) == [("blocked", "no-instruction", "b")]
    drawn.plan["b"] = CANCEL
    assert drawn.move().level == "warn"
    assert drawn.walk.open == ["a"]
    drawn.walk.complete("a")
    assert drawn.walk.complete("after").completed


def test_branch_taken_out_behind_one_that_has_arrived_lets_the_join_go_on() -> None:
    after = SPLIT.replace("user b groups=r@self\n", "").replace("split -> b -> join", "")
    drawn = begun(redraw(SPLIT, after))
    drawn.walk.complete("a")
    drawn.plan["b"] = CANCEL

    migrated = drawn.move()

    assert [rule for _, rule, _ in said(migrated.remarks)] == ["cancelled", "goes-on"]
    assert drawn.walk.open == ["after"]


def test_boundary_timer_taken_off_the_open_step_is_gone() -> None:
    drawn = begun(redraw(LIMITED, PLAIN))

    migrated = drawn.move(days=1)

    assert said(migrated.remarks) == [("warn", "listener-gone", "late")]
    assert list(drawn.walk.step.timers) == []
    assert due(migrated)["late"] == (NOON + timedelta(days=5), None)


def test_boundary_timer_put_on_the_open_step_counts_from_now() -> None:
    drawn = begun(redraw(PLAIN, LIMITED))

    migrated = drawn.move(days=1)

    assert due(migrated)["late"] == (None, NOON + timedelta(days=6))
    assert [timer.element_id for timer in drawn.walk.step.timers] == ["late"]
    assert drawn.walk.fire("late").end_events == ("f",)


def test_deadline_nobody_touched_does_not_move() -> None:
    drawn = begun(redraw(LIMITED, LIMITED.replace("check", "look")))

    migrated = drawn.move(days=2)

    five = NOON + timedelta(days=5)
    assert due(migrated) == {"write": (five, five), "late": (five, five)}
    assert [timer.due_at for timer in drawn.walk.step.timers] == [five]


def test_branch_put_behind_a_passed_split_is_blocked_at_its_join() -> None:
    after = SPLIT + "\nuser c groups=r@self\nsplit -> c -> join"

    assert said(begun(redraw(SPLIT, after)).move().remarks) == [("blocked", "dead-end", "join")]


def test_more_reviewers_do_not_change_a_vote_under_way() -> None:
    def drawn_with(times: int) -> str:
        return f"start s\nuser vote parallel times={times} groups=r@self\nend e\ns -> vote -> e"

    drawn = begun(redraw(drawn_with(3), drawn_with(4)))
    drawn.walk.complete("vote")

    migrated = drawn.move()

    assert said(migrated.remarks) == [("warn", "collection", "vote")]
    assert drawn.walk.open == ["vote", "vote"]
    drawn.walk.complete("vote")
    assert drawn.walk.complete("vote").completed


def test_vote_that_becomes_one_decision_is_blocked() -> None:
    many = "start s\nuser vote parallel times=3 groups=r@self\nend e\ns -> vote -> e"
    drawn = begun(redraw(many, many.replace("parallel times=3 ", "")))

    assert said(drawn.move().remarks) == [("blocked", "repetition", "vote")]


@pytest.mark.parametrize(
    ("after", "rule"),
    [
        (PLAIN.replace("user write", "manual write"), "no-instruction"),
        (INSIDE.format(inner="i -> write"), "nesting"),
    ],
)
def test_open_step_of_another_kind_or_place_is_blocked(after: str, rule: str) -> None:
    drawn = begun(redraw(PLAIN, after))
    if rule == "nesting":
        drawn.plan["write"] = to("write")

    assert said(drawn.move().remarks) == [("blocked", rule, "write")]


def test_moved_state_is_one_of_the_new_diagram_alone() -> None:
    drawn = begun(redraw(PLAIN, PLAIN.replace("check", "look")))
    source = drawn.walk.diagram
    drawn.move()

    with pytest.raises(serializer.WrongState):
        engine.advance(source, "p", drawn.walk.step.state, engine.CompleteUserTask(key="2"), drawn.walk.env)
