"""Steps that somebody does in person (本人签署): nobody acts for him, and he passes it to nobody.

The diagram's property ``in-person`` names the outcomes that are his alone. Where the step is offered to
named people, only they do it. Where the one it was offered to has left, whoever steps in may do anything
but those.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from service.engine.records import Element
from service.errors import Conflict
from service.models import User, UserTask
from service.workflow.context import Context
from service.workflow.instance import offers
from service.workflow.task import handovers

PROPERTY = "in-person"
_USER = "user:"


def find_refusal(ctx: Context, task: UserTask, element: Element) -> str | None:
    """Return why the actor may not do a step that was offered to somebody else by name, or None."""
    if PROPERTY not in element.properties or ctx.actor.is_system:
        return None
    groups = offers.list_groups(ctx, task)
    if not _are_named(groups):
        return None
    actor = ctx.actor
    if f"{_USER}{actor.user_id}" in groups and actor.stands_in_for is None:
        return None
    return "这一步须本人办理，不能由他人代办，也不能转办。"


def require_named(ctx: Context, task: UserTask, element: Element, outcome: str) -> None:
    """Refuse an outcome that was somebody's alone who has left; whoever steps in gives another."""
    own = {value.strip() for value in element.properties.get(PROPERTY, "").split(",")}
    if outcome not in own:
        return
    first = handovers.find_first_offer(ctx, task)
    if not _are_named(first) or _are_named(offers.list_groups(ctx, task)):
        return
    numbers = [int(number) for group in first if (number := group.removeprefix(_USER)).isdecimal()]
    gone = select(User.name).where(User.id.in_(numbers))
    names = "、".join(ctx.session.scalars(gone.order_by(User.id)))
    raise Conflict(f"{names}已不在岗，这一步只能由本人办理，不能代签；请退回，重新指定。")


def _are_named(groups: Collection[str]) -> bool:
    """Say whether a step is offered to people by name and to nobody else."""
    return bool(groups) and all(group.startswith(_USER) for group in groups)
