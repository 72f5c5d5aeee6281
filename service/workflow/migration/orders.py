"""Ordering a migration: one row for the order, one for each instance, worked off by the scheduler."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy import types as sql

from service.engine import migration
from service.engine.records import Remark
from service.errors import Conflict, Invalid, NotFound
from service.models import Deployment, Instance, ItemStatus, Migration, MigrationItem
from service.models.base import Moment, table_of
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import locks
from service.workflow.migration import proposals
from service.workflow.migration.records import ItemView, Request, Summary, deadline_from_json

MAX_REASON = 500


def order(
    ctx: Context, source: Deployment, target: Deployment, request: Request, reason: str, *, plan_hash: str
) -> Migration:
    """Order every running instance of a version to be moved; the scheduler does it one by one.

    ``plan_hash`` is the one of the dry run: what was not tried out is not ordered.
    """
    proposals.require_another(source, target)
    proposals.require_known(ctx, source, request)
    if not reason.strip():
        raise Invalid("请填写迁移的原因。", fields={"reason": "必填"})
    if plan_hash != proposals.hash_of(ctx, source, target, request):
        raise Conflict("方案在试算之后改过，请重新试算，再下达迁移。")
    locks.wait_for(ctx.session, f"migration:{source.key}")
    unfinished = select(Migration.id).where(Migration.key == source.key, Migration.finished_at.is_(None))
    if ctx.session.scalar(unfinished.limit(1)) is not None:
        raise Conflict("这个活动还有一次迁移没有办完，请等它办完，或先停止它。")
    ordered = Migration(
        key=source.key,
        source_id=source.id,
        target_id=target.id,
        plan=migration.to_json(request.plan),
        plan_hash=plan_hash,
        reason=reason.strip()[:MAX_REASON],
        recompute=request.recompute,
        before=request.before,
        ordered_by_id=ctx.actor.user_id,
        ordered_by=ctx.actor.name,
        ordered_at=ctx.now,
    )
    ctx.session.add(ordered)
    ctx.session.flush()
    count = _add_items(ctx, ordered, source)
    if not count:
        raise Invalid("这一版流程图没有正在运行的实例。")
    history.record_in(
        ctx, "system", "migration.ordered", key=source.key, before=source.version, to=target.version,
        plan=plan_hash, reason=ordered.reason, instances=count, migration=ordered.id,
    )  # fmt: skip
    return ordered


def _add_items(ctx: Context, ordered: Migration, source: Deployment) -> int:
    """Add a row for each instance, in one statement however many there are."""
    item = table_of(MigrationItem)
    values = {
        "migration_id": literal(ordered.id, sql.BigInteger),
        "instance_id": Instance.id,
        "status": literal(ItemStatus.PENDING.value, sql.String),
        "try_at": literal(ctx.now, Moment),
        "attempts": literal(0, sql.Integer),
        "reason": literal("", sql.String),
        "remarks": literal([], sql.JSON),
        "deadlines": literal([], sql.JSON),
    }
    rows = select(*values.values()).where(*proposals.running(source)).order_by(Instance.id)
    result: Any = ctx.session.execute(
        insert(item).from_select(list(values), rows), execution_options={"preserve_rowcount": True}
    )
    return int(result.rowcount)


def stop(ctx: Context, key: str, migration_id: int) -> int:
    """Leave what was not moved yet where it is; returns how many instances that are."""
    ordered = get_order(ctx, key, migration_id)
    waiting = (MigrationItem.migration_id == ordered.id, MigrationItem.status == ItemStatus.PENDING)
    result: Any = ctx.session.execute(
        update(MigrationItem)
        .where(*waiting)
        .values(status=ItemStatus.LEFT, reason=f"{ctx.actor.name}停止了这次迁移。", done_at=ctx.now),
        execution_options={"synchronize_session": False, "preserve_rowcount": True},
    )
    if ordered.finished_at is None:
        ordered.finished_at = ctx.now
        history.record_in(
            ctx, "system", "migration.stopped", key=key, migration=ordered.id, instances=int(result.rowcount)
        )
    return int(result.rowcount)


def get_order(ctx: Context, key: str, migration_id: int) -> Migration:
    """Return an order of a key, as it now is."""
    ordered = ctx.session.get(Migration, migration_id, populate_existing=True)
    if ordered is None or ordered.key != key:
        raise NotFound("没有这次迁移。")
    return ordered


def list_orders(ctx: Context, key: str) -> list[Summary]:
    """Return the migrations of a key, the newest first."""
    query = select(Migration).where(Migration.key == key).order_by(Migration.id.desc())
    return summarise(ctx, ctx.session.scalars(query))


def summarise(ctx: Context, orders: Iterable[Migration]) -> list[Summary]:
    """Return orders with how far each has come."""
    found = list(orders)
    query = (
        select(MigrationItem.migration_id, MigrationItem.status, func.count())
        .where(MigrationItem.migration_id.in_([one.id for one in found]))
        .group_by(MigrationItem.migration_id, MigrationItem.status)
    )
    counts = {(row[0], row[1]): row[2] for row in ctx.session.execute(query)}
    numbers = _numbers(ctx, found)
    return [
        Summary(
            id=one.id,
            source=numbers[one.source_id],
            target=numbers[one.target_id],
            plan=migration.from_json(one.plan),
            plan_hash=one.plan_hash,
            reason=one.reason,
            recompute=one.recompute,
            before=one.before,
            by=one.ordered_by,
            ordered_at=one.ordered_at,
            finished_at=one.finished_at,
            pending=counts.get((one.id, ItemStatus.PENDING), 0),
            moved=counts.get((one.id, ItemStatus.MOVED), 0),
            left=counts.get((one.id, ItemStatus.LEFT), 0),
        )
        for one in found
    ]


def _numbers(ctx: Context, orders: Iterable[Migration]) -> dict[int, int]:
    ids = {number for one in orders for number in (one.source_id, one.target_id)}
    query = select(Deployment.id, Deployment.version).where(Deployment.id.in_(ids))
    return {row[0]: row[1] for row in ctx.session.execute(query)}


def list_items(
    ctx: Context, ordered: Migration, status: ItemStatus | None = None, *, after: int = 0, limit: int = 100
) -> list[ItemView]:
    """Return what became of the instances of an order, by their number, those after one."""
    query = (
        select(MigrationItem, Instance.title)
        .join(Instance, Instance.id == MigrationItem.instance_id)
        .where(MigrationItem.migration_id == ordered.id, MigrationItem.instance_id > after)
    )
    if status is not None:
        query = query.where(MigrationItem.status == status)
    return [
        ItemView(
            instance_id=item.instance_id,
            title=title,
            status=ItemStatus(item.status),
            reason=item.reason if item.status != ItemStatus.MOVED else "",
            remarks=tuple(Remark(**one) for one in item.remarks),
            deadlines=tuple(deadline_from_json(one) for one in item.deadlines),
            done_at=item.done_at,
        )
        for item, title in ctx.session.execute(query.order_by(MigrationItem.instance_id).limit(limit))
    ]
