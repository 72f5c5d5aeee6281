"""Which instances have reached an element: by their history and tasks, under all it was ever called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from service.engine.migration import from_json
from service.models import HistoryEvent, Instance, ItemStatus, Migration, MigrationItem, UserTask
from service.workflow.context import Context

PASSED = ("element.completed", "element.cancelled", "task.completed", "task.cancelled")


def find_passed(ctx: Context, instances: Sequence[Instance], element_id: str) -> set[int]:
    """Return those of some instances that have been at an element, whether or not they still are.

    Where tokens stand besides is in the engine's state: ``Migrated.stood`` says.
    """
    ctx.session.flush()
    moved = {instance.id for instance in instances if instance.moved}
    plain = [instance.id for instance in instances if instance.id not in moved]
    passed = _ask(ctx, plain, {element_id})
    for instance_id in moved:
        passed |= _ask(ctx, [instance_id], _names(ctx, instance_id, element_id))
    return passed


def _ask(ctx: Context, instances: Iterable[int], names: set[str]) -> set[int]:
    ids = list(instances)
    if not ids:
        return set()
    tasks = select(UserTask.instance_id).where(UserTask.instance_id.in_(ids), UserTask.element_id.in_(names))
    events = select(HistoryEvent.instance_id).where(
        HistoryEvent.instance_id.in_(ids),
        HistoryEvent.element_id.in_(names),
        HistoryEvent.kind.in_(PASSED),
    )
    found = {*ctx.session.scalars(tasks), *ctx.session.scalars(events)}
    return {one for one in found if one is not None}


def _names(ctx: Context, instance_id: int, element_id: str) -> set[str]:
    """Return what an element is and was called in the versions an instance was moved through."""
    query = (
        select(Migration.plan)
        .join(MigrationItem, MigrationItem.migration_id == Migration.id)
        .where(MigrationItem.instance_id == instance_id, MigrationItem.status == ItemStatus.MOVED)
    )
    names = {element_id}
    for plan in ctx.session.scalars(query.order_by(MigrationItem.done_at.desc(), MigrationItem.id.desc())):
        names |= {old for old, one in from_json(plan).items() if one.action == "map" and one.target in names}
    return names
