"""Submissions: keeping what was submitted, and reading the newest of some steps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, select

from service.models import Submission, UserTask
from service.models.base import table_of
from service.workflow.context import Context

#: where a session keeps what it was given itself, by instance, oldest first
GIVEN = "given_submissions"

_submission = table_of(Submission)
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
    submission = Submission(
        round_id=task.round_id,
        instance_id=task.instance_id,
        user_task_id=task.id,
        element_id=task.element_id,
        user_id=ctx.actor.user_id,
        outcome=outcome,
        answers=answers,
        submitted_at=ctx.now,
    )
    ctx.session.add(submission)
    ctx.session.info.setdefault(GIVEN, {}).setdefault(task.instance_id, []).append(submission)


def find_newest(ctx: Context, instance_id: int | None, elements: Collection[str]) -> dict[str, Any] | None:
    """Return the newest answers given at some steps of an instance, or None.

    What this transaction was given itself is not read back: it need not be written yet.
    """
    given: dict[int | None, list[Submission]] = ctx.session.info.get(GIVEN, {})
    for submission in reversed(given.get(instance_id, [])):
        if submission.element_id in elements:
            return submission.answers
    answers: dict[str, Any] | None = ctx.session.scalar(
        _NEWEST, {"instance": instance_id, "elements": list(elements)}
    )
    return answers
