"""The chain of units an approval climbs (逐级), from one unit of the tree up to another."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.models import Membership, Unit, User
from service.workflow.context import Context


def climb(ctx: Context, start: Unit, top: Unit) -> list[str]:
    """Return the codes of the active units strictly between two, the nearest to ``start`` first.

    Empty where ``top`` is the unit directly above, is ``start`` itself, or does not lie above it.
    """
    if not start.path.startswith(top.path):
        return []
    between = [code for code in start.path.removeprefix(top.path).split("/") if code][:-1]
    query = select(Unit.code).where(Unit.code.in_(between), Unit.active)
    active = set(ctx.session.scalars(query)) if between else set()
    return [code for code in reversed(between) if code in active]


def list_holders(ctx: Context, groups: Sequence[str]) -> list[str]:
    """Return everybody active behind some groups, each as a group of his own (``user:<id>``).

    What a countersigning (会签) repeats over: one task a person, whoever of them is first.
    """
    people = [group for group in groups if group.startswith("user:")]
    query = (
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.group_key.in_([group for group in groups if group not in people]), User.active)
        .distinct()
        .order_by(Membership.user_id)
    )
    return list(dict.fromkeys([*people, *(f"user:{user_id}" for user_id in ctx.session.scalars(query))]))
