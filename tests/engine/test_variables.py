"""Where variables live, and that nobody else changes them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from service import engine
from tests.engine.bare import Bare
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]
Refused = Callable[..., list[tuple[str | None, str]]]


PARALLEL = "start s\nand f\nuser X groups=r@self\nuser Y groups=r@self\nand j\nuser B groups=r@self\n" \
    "s -> f\nf -> X -> j\nf -> Y -> j\nj -> B"  # fmt: skip


def test_worker_that_changes_its_variables_in_place_changes_nothing(walk: Maker) -> None:
    def spoil(task: engine.OpenServiceTask) -> engine.Variables:
        task.variables["marks"].append("spoilt")  # type: ignore[union-attr]
        return {}

    ours = walk("start s\nservice M topic=t\nuser A groups=r@self\ns -> M -> A", env={"perform": spoil})
    step = ours.start(marks=["kept"])

    assert step.variables == {"marks": ["kept"]}


def test_values_given_to_a_command_are_copied(walk: Maker) -> None:
    ours = walk(PARALLEL)
    marks = ["kept"]
    ours.start(marks=marks)

    marks.append("later")

    assert ours.step.variables == {"marks": ["kept"]}


def test_nested_data_is_shared_between_branches_in_the_library() -> None:
    bare = Bare(PARALLEL)

    bare.ready("X").data["shared"] = shared = {"n": 1}
    bare.complete("X")
    shared["n"] = 2

    done = next(t for t in bare.all(TaskState.COMPLETED) if t.task_spec.name == "X")
    assert done.data["shared"] == {"n": 2}  # a completed task rewritten from outside


def test_parallel_join_replaces_values_whole_and_keeps_both_branches(walk: Maker) -> None:
    bare = Bare(PARALLEL)
    bare.complete("X", marks=[{"x": 1}, {"x": 2}])
    bare.complete("Y", marks=[{"y": 1}])
    assert bare.ready("B").data["marks"] == [{"x": 1, "y": 1}]  # spliced, and an entry lost

    ours = walk(PARALLEL)
    ours.start()
    ours.complete("X", marks=[{"x": 1}, {"x": 2}], by_x=[1])
    ours.complete("Y", marks=[{"y": 1}], by_y=[2])

    assert ours.step.variables == {"marks": [{"y": 1}], "by_x": [1], "by_y": [2]}


def test_branch_decides_on_its_own_outcome(walk: Maker) -> None:
    ours = walk("""
        start s
        and f
        user X groups=r@self
        user Y groups=r@self
        catch pause timer PT1H
        xor g
        user yes groups=r@self
        user no groups=r@self
        s -> f
        f -> X -> pause -> g
        f -> Y
        g -> yes ? =outcome = "approve"
        g -> no *
        """)
    ours.start()
    ours.complete("X", outcome="approve")
    ours.complete("Y", outcome="reject")

    ours.fire("pause")

    assert ours.open == ["yes"]


def test_library_gives_back_other_values_than_it_was_given() -> None:
    library = BpmnWorkflowSerializer()
    bare = Bare("start s\nuser A\nuser B\ns -> A -> B")
    bare.complete("A", groups={"a"}, pair=(1, 2), places={1: "first"})

    restored = library.deserialize_json(library.serialize_json(bare.workflow))

    after = next(task for task in restored.tasks.values() if task.task_spec.name == "B")
    assert after.data == {"groups": ["a"], "pair": [1, 2], "places": {"1": "first"}}


@pytest.mark.parametrize("value", [Decimal("87.5"), date(2024, 3, 1), b"bytes", object()])
def test_library_takes_a_value_it_cannot_save(value: object) -> None:
    bare = Bare("start s\nuser A\nuser B\ns -> A -> B")
    bare.complete("A", paper=value)

    with pytest.raises(TypeError, match="not JSON serializable"):
        BpmnWorkflowSerializer().serialize_json(bare.workflow)


def test_values_are_made_plain_where_they_enter(walk: Maker) -> None:
    ours = walk("start s\nuser A groups=r@self\ns -> A")
    step = ours.start(
        score=Decimal("87.5"), place=Decimal(3), groups={"b", "a"}, pair=(1, 2), born=ours.env.now
    )

    assert step.variables == {
        "score": 87.5,
        "place": 3,
        "groups": ["a", "b"],
        "pair": [1, 2],
        "born": "2024-03-01T04:00:00+00:00",
    }


@pytest.mark.parametrize("value", [b"bytes", object(), float("nan"), {1: "int key"}, len])
def test_value_without_json_form_is_refused_by_name(walk: Maker, value: object) -> None:
    ours = walk("start s\nuser A groups=r@self\ns -> A")

    with pytest.raises(TypeError, match="'paper'"):
        ours.start(paper=value)


def test_form_data_named_like_a_builtin_breaks_nothing(walk: Maker) -> None:
    sketch = "start s\nuser A\nxor g\nuser B\nend e\ns -> A -> g\ng -> B ? {condition}\ng -> e *"
    bare = Bare(sketch.format(condition="len(marks) > 1"))
    with pytest.raises(WorkflowException):
        bare.complete("A", marks=[1, 2], len=3)

    ours = walk(sketch.format(condition="=count(marks) > 1"))
    ours.start()
    ours.do(
        engine.CompleteUserTask(
            key=ours.step.user_tasks[0].key,
            variables={"marks": [1, 2], "len": 3, "__builtins__": {}, "count": 9},
        )
    )

    assert ours.open == ["B"]


CODE = '__import__("os").environ.update(RAN="yes") or {}'


@pytest.mark.parametrize(
    ("sketch", "value", "rules"),
    [
        ("xor g\nuser B\nend e\ns -> A -> g\ng -> B ? {code}\ng -> e *", "True", ["expression-mark"]),
        ("catch t timer {quoted}\ns -> A -> t", "'PT1H'", ["timer"]),
        ("user M parallel times={quoted}\ns -> A -> M", "2", []),
    ],
)
def test_code_in_a_diagram_is_run_by_the_library_only(
    walk: Maker, refused: Refused, monkeypatch: pytest.MonkeyPatch, sketch: str, value: str, rules: list[str]
) -> None:
    monkeypatch.setenv("RAN", "no")
    code = CODE.format(value)
    drawn = "start s\nuser A groups=r@self\n" + sketch.format(code=code, quoted=shlex.quote(code))

    Bare(drawn).complete("A")

    assert os.environ["RAN"] == "yes"

    monkeypatch.setenv("RAN", "no")
    assert [rule for _element, rule in refused(drawn)] == rules
    if not rules:  # no FEEL, and found out when it is asked
        ours = walk(drawn)
        ours.start()
        fault = ours.complete("A").fault
        assert fault is not None
        assert fault.kind == "expression"
    assert os.environ["RAN"] == "no"
