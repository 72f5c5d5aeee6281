"""Tasks that wait for people and topics."""

from __future__ import annotations

from collections.abc import Callable

from SpiffWorkflow.util.task import TaskState

from tests.engine.bare import Bare
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]


ATTRIBUTES = """
start s
and f
user A assignee="=boss" groups="=[unit]" form=f.one due=P3D priority="=rank"
user B groups=r@self
s -> f
f -> A
f -> B
"""


def test_library_reads_no_attribute_of_a_user_task() -> None:
    spec = Bare(ATTRIBUTES).ready("A").task_spec

    read = {name: value for name, value in vars(spec).items() if not name.startswith("_")}
    assert [word for word in ("boss", "unit", "f.one", "P3D", "rank") if word in repr(read)] == []


def test_attributes_are_fixed_when_the_task_opens(walk: Maker) -> None:
    ours = walk(ATTRIBUTES)
    before = ours.start(boss="alice", unit="head@unit", rank=60).user_tasks[0]

    after = ours.complete("B", boss="bob", unit="other", rank=1).user_tasks[0]

    assert after == before
    assert (after.assignee, after.candidate_groups, after.form_id, after.priority) == (
        "alice", ("head@unit",), "f.one", 60,
    )  # fmt: skip
    assert after.due_date is not None
    assert after.due_date.isoformat() == "2024-03-04T04:00:00+00:00"


def test_service_task_stays_open_until_completed(walk: Maker) -> None:
    bare = Bare("start s\nservice M\nuser A\ns -> M -> A")
    assert bare.all(TaskState.READY) == []  # the library starts it, and nothing can end it by name

    ours = walk("start s\nservice M topic=mail.send header=to:nominee\nuser A groups=r@self\ns -> M -> A")
    task = ours.start(x=1).service_tasks[0]

    assert (task.topic, task.headers, task.variables, task.retries) == (
        "mail.send",
        {"to": "nominee"},
        {"x": 1},
        3,
    )
    assert ours.work("M", sent=True).variables == {"x": 1, "sent": True}
    assert ours.open == ["A"]
