"""Topics worked inside the step: what they are given, what they may raise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service import engine
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]

SKETCH = """
start s
user A
service M topic=quota.take header=stage:submission retries=5
boundary full on M error quota-full
user B
user C
s -> A -> M -> B
full -> C
"""


def test_topic_is_given_its_headers_and_variables_and_its_result_goes_on(walk: Maker) -> None:
    seen = []

    def perform(task: engine.OpenServiceTask) -> engine.Variables:
        seen.append(task)
        return {"place": 7}

    ours = walk(SKETCH, env={"perform": perform})
    ours.start(unit="u1")
    step = ours.complete("A", outcome="ok")

    (task,) = seen
    assert (task.element_id, task.topic, task.headers, task.retries) == (
        "M", "quota.take", {"stage": "submission"}, 5,
    )  # fmt: skip
    assert task.variables == {"unit": "u1", "outcome": "ok"}
    assert step.variables == {"unit": "u1", "outcome": "ok", "place": 7}
    assert step.service_tasks == ()
    assert ours.open == ["B"]


def test_topic_may_change_what_it_reads_and_the_process_keeps_its_own(walk: Maker) -> None:
    def perform(task: engine.OpenServiceTask) -> engine.Variables:
        units = task.variables["units"]
        assert isinstance(units, list)
        units.append("u2")
        return {"count": len(units)}

    ours = walk(SKETCH, env={"perform": perform})
    ours.start(units=["u1"])
    step = ours.complete("A", outcome="ok")

    assert step.variables == {"units": ["u1"], "outcome": "ok", "count": 2}


def test_bpmn_error_goes_to_the_boundary_event_with_its_code(walk: Maker) -> None:
    def full(_task: engine.OpenServiceTask) -> engine.Variables:
        raise engine.BpmnError("quota-full", "名额已满")

    ours = walk(SKETCH, env={"perform": full})
    ours.start()
    step = ours.complete("A")

    assert ours.open == ["C"]
    assert step.variables == {"errorCode": "quota-full", "errorMessage": "名额已满"}


def test_uncaught_bpmn_error_refuses_the_command(walk: Maker) -> None:
    def other(_task: engine.OpenServiceTask) -> engine.Variables:
        raise engine.BpmnError("no-such-unit", "没有这个单位")

    ours = walk(SKETCH, env={"perform": other})
    before = ours.start()

    with pytest.raises(engine.UncaughtBpmnError, match="没有这个单位") as caught:
        ours.complete("A")

    assert (caught.value.element_id, caught.value.error.code) == ("M", "no-such-unit")
    assert ours.step == before


def test_any_other_exception_passes_through_untouched(walk: Maker) -> None:
    class DatabaseGone(Exception):
        pass

    def gone(_task: engine.OpenServiceTask) -> engine.Variables:
        raise DatabaseGone

    ours = walk(SKETCH, env={"perform": gone})
    ours.start()

    with pytest.raises(DatabaseGone):
        ours.complete("A")


def test_result_without_json_form_is_refused_by_name(walk: Maker) -> None:
    ours = walk(SKETCH, env={"perform": lambda _task: {"photo": b"bytes"}})
    ours.start()

    with pytest.raises(TypeError, match="'photo'"):
        ours.complete("A")


def test_boundary_of_a_remote_task_listens_only_while_it_is_open(walk: Maker) -> None:
    sketch = (
        "start s\nservice M topic=mail\nboundary late on M timer PT1H\nuser B\nuser C\ns -> M -> B\nlate -> C"
    )
    remote, inline = walk(sketch), walk(sketch, env={"perform": lambda _task: {}})

    assert [timer.element_id for timer in remote.start().timers] == ["late"]
    assert inline.start().timers == ()
    remote.fire("late")
    assert remote.open == ["C"]


def test_topic_may_be_an_expression(walk: Maker) -> None:
    ours = walk('start s\nservice M topic="=channel"\ns -> M')

    assert ours.start(channel="mail.send").service_tasks[0].topic == "mail.send"


@pytest.mark.parametrize("written", ["0", "-1", "many", "2.5"])
def test_retries_that_are_no_number_of_times_are_refused(
    refused: Callable[[str], list[tuple[str | None, str]]], written: str
) -> None:
    assert refused(f"start s\nservice M topic=t retries={written}\ns -> M") == [("M", "retries")]


def test_retries_that_come_to_no_number_of_times_are_a_fault(walk: Maker) -> None:
    ours = walk('start s\nservice M topic=t retries="=tries"\ns -> M')

    fault = ours.start(tries="often").fault

    assert fault is not None
    assert (fault.element_id, fault.kind) == ("M", "expression")


def test_topic_of_an_open_task_does_not_move_with_the_variables(walk: Maker) -> None:
    ours = walk(
        'start s\nand f\nservice M topic="=where" retries="=tries"\nuser A groups=r@self\ns -> f -> M\nf -> A'
    )
    ours.start(where="mail.send", tries=7)

    ours.complete("A", where=None, tries=None)

    assert [(task.topic, task.retries) for task in ours.step.service_tasks] == [("mail.send", 7)]
