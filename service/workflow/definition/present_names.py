"""What the steps an instance passed are called now: a redraw may have given them other ids."""

from __future__ import annotations

from sqlalchemy import select

from service.engine.migration import from_json
from service.models import Instance, ItemStatus, Migration, MigrationItem
from service.workflow.context import Context


def present_names(ctx: Context, instance: Instance) -> dict[str, str]:
    """Return the ids in an instance's diagram by those in versions it was moved from, where they differ."""
    if not instance.moved:
        return {}
    query = (
        select(Migration.plan)
        .join(MigrationItem, MigrationItem.migration_id == Migration.id)
        .where(MigrationItem.instance_id == instance.id, MigrationItem.status == ItemStatus.MOVED)
    )
    names: dict[str, str] = {}
    for plan in ctx.session.scalars(query.order_by(MigrationItem.done_at, MigrationItem.id)):
        moved = {
            old: one.target for old, one in from_json(plan).items() if one.action == "map" and one.target
        }
        names = {**moved, **{old: moved[name] for old, name in names.items() if name in moved}}
    return {old: new for old, new in names.items() if old != new}
