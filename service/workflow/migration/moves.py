"""Moving the instances of an order, each in one transaction: all of it, or nothing and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import defer

from service.engine import migration
from service.engine.records import Migrated, Perform, leave_open
from service.errors import Conflict, ServiceError
from service.models import Deployment, Instance, InstanceStatus, ItemStatus, Migration, MigrationItem
from service.workflow import history
from service.workflow.context import Context
from service.workflow.instance import execution, locks
from service.workflow.migration import follow, orders, passing, proposals, trials
from service.workflow.migration.records import deadline_to_json

#: of what goes wrong in ways nobody foresaw; a reason that can be told is told at once
MAX_ATTEMPTS = 3
BACKOFF = (timedelta(seconds=10), timedelta(minutes=2))
MAX_REASON = 2000

_DUE = (
    select(MigrationItem, Instance)
    .join(Instance, Instance.id == MigrationItem.instance_id)
    .where(MigrationItem.status == ItemStatus.PENDING, MigrationItem.try_at <= bindparam("now"))
    .order_by(MigrationItem.try_at, MigrationItem.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=(Instance, MigrationItem))
    .execution_options(populate_existing=True)
)


def take_due(ctx: Context) -> MigrationItem | None:
    """Return an instance that is to move, locked with its order's row for it; None if there is none.

    Instances somebody else holds are skipped: he may be completing a task just now.
    """
    found = ctx.session.execute(_DUE, {"now": ctx.now}).first()
    if found is None:
        return None
    item: MigrationItem = found[0]
    locks.note(ctx.session, found[1])
    return item


def do(ctx: Context, item: MigrationItem) -> ItemStatus:
    """Move the instance of a row that ``take_due`` returned, or note why it stays.

    Raises what goes wrong on the way: roll back, then call ``fail`` in a new transaction.
    """
    instance = execution.lock(ctx, item.instance_id)
    ordered = ctx.session.get_one(Migration, item.migration_id)
    # one UPDATE a row instead of one a query in between; topics flush before they look
    with ctx.session.no_autoflush:
        item.reason = _find_reason_to_stay(ctx, instance, ordered) or _move(ctx, instance, ordered, item)
    item.status = ItemStatus.LEFT if item.reason else ItemStatus.MOVED
    item.done_at = ctx.now
    return item.status


def _find_reason_to_stay(ctx: Context, instance: Instance, ordered: Migration) -> str:
    if instance.status != InstanceStatus.ACTIVE:
        return "流程已经结束。"
    if instance.deployment_id != ordered.source_id:
        return "已经不在要迁移的那一版上。"
    if ordered.before is not None and passing.find_passed(ctx, [instance], ordered.before):
        return _say_passed(ordered.before)
    return ""


def _say_passed(element_id: str) -> str:
    return f"已经到过「{element_id}」，按所选范围不迁移。"


def _move(ctx: Context, instance: Instance, ordered: Migration, item: MigrationItem) -> str:
    """Move an instance; returns why not, or nothing."""
    source, target = (
        ctx.session.get_one(Deployment, deployment_id, options=[defer(Deployment.xml)])
        for deployment_id in (ordered.source_id, ordered.target_id)
    )
    redraw = proposals.prepare(ctx, source, target, migration.from_json(ordered.plan))
    started = trials.find_started(ctx, [instance]).get(instance.id, {}) if ordered.recompute else {}

    def migrate(perform: Perform | None) -> Migrated:
        env = execution.environment_of(ctx, instance, perform)
        return migration.migrate(
            redraw, instance.process_id, instance.state, env, recompute=ordered.recompute, started=started
        )

    migrated = migrate(leave_open)
    item.remarks = [vars(remark) for remark in migrated.remarks]
    if migrated.step is None:
        return _say(migrated)
    if ordered.before is not None and ordered.before in migrated.stood:
        return _say_passed(ordered.before)
    before = follow.look(ctx, instance)
    item.state_before, item.keys_before = instance.state, instance.open_keys
    instance.deployment_id, instance.deployment_hash = target.id, target.content_hash
    instance.moved += 1
    history.record(
        ctx, instance, "instance.migrated", before=source.version, to=target.version, plan=ordered.plan_hash,
        migration=ordered.id, by=ordered.ordered_by, reason=ordered.reason,
    )  # fmt: skip
    if migrated.goes_on:  # once more, with the topics it comes to
        migrated = migrate(None)
    if migrated.step is None:
        raise Conflict(_say(migrated))
    follow.follow(ctx, instance, before, migrated, redraw, ordered.reason)
    item.deadlines = [deadline_to_json(one) for one in before.told(trials.list_moved(migrated))]
    return ""


def _say(migrated: Migrated) -> str:
    blocking = [remark.message for remark in migrated.remarks if remark.level == "blocked"]
    return "；".join(blocking)[:MAX_REASON]


def fail(ctx: Context, item_id: int, error: BaseException) -> ItemStatus | None:
    """Note that moving an instance failed: it stays if that can be told, else it is tried again."""
    item = ctx.session.get(MigrationItem, item_id, with_for_update=True, populate_existing=True)
    if item is None or item.status != ItemStatus.PENDING:
        return None
    item.attempts += 1
    known = isinstance(error, ServiceError)
    reason = str(error) if known else f"程序出错（{type(error).__name__}），详情见运行日志。"
    item.reason = reason[:MAX_REASON]
    if known or item.attempts >= MAX_ATTEMPTS:
        item.status, item.done_at = ItemStatus.LEFT, ctx.now
    else:
        item.try_at = ctx.now + BACKOFF[min(item.attempts, len(BACKOFF)) - 1]
    return ItemStatus(item.status)


def finish(ctx: Context) -> list[Migration]:
    """Close the orders of which nothing is pending any more, and return them."""
    pending = exists().where(
        MigrationItem.migration_id == Migration.id, MigrationItem.status == ItemStatus.PENDING
    )
    query = select(Migration).where(Migration.finished_at.is_(None), ~pending)
    done = list(ctx.session.scalars(query.with_for_update(skip_locked=True)))
    for summary, ordered in zip(orders.summarise(ctx, done), done, strict=True):
        ordered.finished_at = ctx.now
        history.record_in(
            ctx, "system", "migration.finished", key=ordered.key, migration=ordered.id,
            moved=summary.moved, left=summary.left,
        )  # fmt: skip
    return done


def next_due(ctx: Context) -> datetime | None:
    """Return when an instance is next to be moved, or an order to be closed."""
    waiting = select(MigrationItem.try_at).where(MigrationItem.status == ItemStatus.PENDING)
    first = ctx.session.scalar(waiting.order_by(MigrationItem.try_at).limit(1))
    if first is not None:
        return first
    unfinished = select(Migration.ordered_at).where(Migration.finished_at.is_(None))
    return ctx.session.scalar(unfinished.limit(1))
