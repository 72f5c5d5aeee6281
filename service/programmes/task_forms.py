"""Forms of tasks whose choices are people: a select with ``people`` offers whoever holds those groups.

The answer is ``user:<id>``, a candidate group like any other, so that a later step can be his alone. What
the form lists itself (nobody with an account) stands below the people.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.models import Instance, User, UserTask
from service.programmes.award import awards
from service.programmes.nomination import nominations
from service.workflow import chain
from service.workflow.context import Context
from service.workflow.definition import deployments

PROPERTY = "people"
_USER = "user:"
Component = Mapping[str, Any]


def get_form(ctx: Context, task: UserTask) -> dict[str, Any]:
    """Return the form of a task, with the people who may be chosen in it now.

    Whoever the process is about is not among them.
    """
    assert task.form_id is not None
    schema = deployments.get_form(ctx, task.instance, task.form_id)
    return _fill(schema, lambda _component, groups: _offer(ctx, task.instance, groups))


def name_people(ctx: Context, schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form in which the people that were chosen in it go by their names, who left too."""

    def chosen(component: Component, _groups: Collection[str]) -> list[dict[str, str]]:
        value = str(answers.get(component.get("key", "")) or "")
        number = value.removeprefix(_USER)
        user = ctx.session.get(User, int(number)) if number != value and number.isdigit() else None
        return [{"label": user.name, "value": value}] if user else []

    return _fill(schema, chosen)


def _fill(
    schema: Mapping[str, Any], people: Callable[[Component, Collection[str]], list[dict[str, str]]]
) -> dict[str, Any]:
    components = schema.get("components", [])
    if not any(_groups_of(component) for component in components):
        return schema if isinstance(schema, dict) else dict(schema)
    filled = [
        {**component, "values": [*people(component, groups), *_own_values(component)]}
        if (groups := _groups_of(component))
        else component
        for component in components
    ]
    return {**schema, "components": filled}


def _own_values(component: Component) -> list[Mapping[str, Any]]:
    values = component.get("values") or ()
    return [value for value in values if not str(value.get("value")).startswith(_USER)]


def _groups_of(component: Component) -> tuple[str, ...]:
    written = str((component.get("properties") or {}).get(PROPERTY, ""))
    return tuple(group.strip() for group in written.split(",") if group.strip())


def _offer(ctx: Context, instance: Instance, groups: Collection[str]) -> list[dict[str, str]]:
    about = awards.of_instance(ctx, instance)
    nomination = None if about else nominations.of_instance(ctx, instance)
    himself = about.holder_id if about else (nomination.nominee_id if nomination else None)
    found: dict[str, None] = {}
    for group in groups:
        resolved = ctx.domain.resolve(ctx, instance, (group,))
        if not resolved.substituted:  # an administrator stands in for work, he is not who is looked for
            found |= dict.fromkeys(chain.list_holders(ctx, resolved.groups))
    numbers = [int(key.removeprefix(_USER)) for key in found if key != f"{_USER}{himself}"]
    query = select(User).where(User.id.in_(numbers), User.active).options(joinedload(User.unit))
    return [
        {"label": f"{user.name}（{user.unit.name}）", "value": f"{_USER}{user.id}"}
        for user in ctx.session.scalars(query.order_by(User.unit_id, User.id))
    ]
