"""Countersigning as a diagram draws it: a step of several people, all, any or so many of whom decide.

会签: everybody signs. 或签: the first decides. 票签: a share of the votes does. The repetition and its
end are the diagram's (multi-instance with a completion condition); the task's property ``signing`` names
which of the three it is, for the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from service.models import TaskStatus, User, UserTask
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.definition import deployments

Signing = Literal["all", "any", "vote"]
PROPERTY = "signing"
KINDS: tuple[Signing, ...] = ("all", "any", "vote")


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One of those who sign a step together."""

    task: UserTask
    who: str  #: whoever signed, or those whose turn it is
    outcome: str  #: as the diagram calls it; nothing while open


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How a step that several sign stands."""

    kind: str  #: all, any or vote
    signatures: Sequence[Signature]

    @property
    def done(self) -> int:
        """How many have signed."""
        return sum(bool(signature.outcome) for signature in self.signatures)


def tally(ctx: Context, task: UserTask) -> Tally | None:
    """Return how a task's step stands among all who sign it; None for a step of one person.

    A step entered again after it was sent back counts those of the last time only.
    """
    kind = deployments.get_element(ctx, task.instance, task.element_id).properties.get(PROPERTY, "")
    if kind not in KINDS:
        return None
    query = select(UserTask).where(
        UserTask.instance_id == task.instance_id,
        UserTask.element_id == task.element_id,
        UserTask.status != TaskStatus.CANCELLED,
        UserTask.created_at == task.created_at,  # those of one time open in one step
    )
    together = list(ctx.session.scalars(query.order_by(UserTask.id)))
    signed = [row.completed_by_id for row in together if row.completed_by_id]
    names = {user.id: user.name for user in ctx.session.scalars(select(User).where(User.id.in_(signed)))}
    return Tally(
        kind=kind,
        signatures=[
            Signature(task=row, who=_who(ctx, row, names), outcome=row.outcome or "") for row in together
        ],
    )


def _who(ctx: Context, task: UserTask, names: dict[int, str]) -> str:
    if task.completed_by_id is not None:
        return names.get(task.completed_by_id, "")
    return "、".join(user.name for user in notifications.list_responsible(ctx, task))
