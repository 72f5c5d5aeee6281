"""Submissions: keeping what was submitted, and reading the newest of some steps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, insert, select

from service.models import Submission, UserTask
from service.models.base import table_of
from service.pending_rows import add_row
from service.workflow import memory
from service.workflow.context import Context

#: where a transaction remembers what it was given itself, by instance: elements and answers, oldest first
GIVEN = "given_submissions"

_Given = tuple[str, dict[str, Any]]

_submission = table_of(Submission)
_WRITE = insert(_submission)
_NEWEST = (
    select(_submission.c.answers)
    .where(
        _submission.c.instance_id == bindparam("instance"),
        _submission.c.element_id.in_(bindparam("elements", expanding=True)),
    )
    .order_by(_submission.c.id.desc())
    .limit(1)
)


def keep(ctx: Context, task: UserTask, outcome: str, answers: dict[str, Any]) -> None:
    """Keep what the actor submitted at a task."""
    add_row(
        ctx.session,
        _WRITE,
        round_id=task.round_id,
        instance_id=task.instance_id,
        user_task_id=task.id,
        element_id=task.element_id,
        user_id=ctx.actor.user_id,
        outcome=outcome,
        answers=answers,
        submitted_at=ctx.now,
    )
    given = memory.of(ctx.session).setdefault(GIVEN, {}).setdefault(task.instance_id, [])
    given.append((task.element_id, answers))


def find_newest(ctx: Context, instance_id: int | None, elements: Collection[str]) -> dict[str, Any] | None:
    """Return the newest answers given at some steps of an instance, or None.

    What this transaction was given itself is not read back: it need not be written yet.
    """
    given: dict[int | None, list[_Given]] = memory.of(ctx.session).get(GIVEN, {})
    for element_id, answers in reversed(given.get(instance_id, [])):
        if element_id in elements:
            return answers
    newest: dict[str, Any] | None = ctx.session.scalar(
        _NEWEST, {"instance": instance_id, "elements": list(elements)}
    )
    return newest
