"""Moving running instances to another version of a programme's diagram: who may, and every step of it."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.records import Instruction
from service.errors import Forbidden, Invalid
from service.models import Deployment, ItemStatus, Migration
from service.programmes.diagram import diagrams
from service.programmes.diagram.diagrams import Version
from service.programmes.pack.packs import Pack
from service.workflow.context import Context
from service.workflow.migration import orders, proposals, trials
from service.workflow.migration.records import ItemView, Proposal, Report, Request, Summary


def may_migrate(ctx: Context, pack: Pack) -> bool:  # noqa: ARG001  # the same for every programme
    """Say whether the actor may move running instances: administrators, not everybody who may publish."""
    return ctx.actor.is_admin


def require_may_migrate(ctx: Context, pack: Pack) -> None:
    """Refuse whoever may not move running instances."""
    if not may_migrate(ctx, pack):
        raise Forbidden("只有系统管理员可以迁移运行中的实例。")


def list_sources(ctx: Context, key: str) -> list[Version]:
    """Return the versions besides the newest that instances still run, newest first."""
    return [version for version in diagrams.list_versions(ctx, key)[1:] if version.active]


def propose(ctx: Context, pack: Pack, source: int, target: int) -> Proposal:
    """Propose a plan between two versions, by their numbers."""
    require_may_migrate(ctx, pack)
    return proposals.propose(ctx, *_versions(ctx, pack, source, target))


def read_plan(given: Mapping[str, str]) -> dict[str, Instruction]:
    """Read what was chosen for each element: ``map:<id>``, ``move:<id>``, ``cancel``, or nothing."""
    plan = {}
    for element_id, choice in given.items():
        action, _, target = choice.partition(":")
        if action == "cancel" and not target:
            plan[element_id] = Instruction(action="cancel")
        elif action == "map" and target:
            plan[element_id] = Instruction(action="map", target=target)
        elif action == "move" and target:
            plan[element_id] = Instruction(action="move", target=target)
        elif choice:
            raise Invalid(f"“{element_id}”的处理方式“{choice}”无法识别。", fields={element_id: "请重新选择"})
    return plan


def write_choice(instruction: Instruction | None) -> str:
    """Write an instruction as ``read_plan`` reads it."""
    if instruction is None:
        return ""
    return ":".join(filter(None, (instruction.action, instruction.target)))


def try_out(ctx: Context, pack: Pack, request: Request) -> Report:
    """Say of every running instance what moving it would come to. Nothing is written."""
    require_may_migrate(ctx, pack)
    return trials.try_out(ctx, *_versions(ctx, pack, request.source, request.target), request)


def order(ctx: Context, pack: Pack, request: Request, reason: str, *, plan_hash: str) -> Migration:
    """Order what was tried out to be done, with a reason; the scheduler does it one by one."""
    require_may_migrate(ctx, pack)
    source, target = _versions(ctx, pack, request.source, request.target)
    return orders.order(ctx, source, target, request, reason, plan_hash=plan_hash)


def list_orders(ctx: Context, pack: Pack) -> list[Summary]:
    """Return the migrations of a programme, the newest first."""
    require_may_migrate(ctx, pack)
    return orders.list_orders(ctx, pack.key)


def get(ctx: Context, pack: Pack, migration_id: int) -> Summary:
    """Return one migration and how far it has come."""
    require_may_migrate(ctx, pack)
    return orders.summarise(ctx, [orders.get_order(ctx, pack.key, migration_id)])[0]


def list_items(
    ctx: Context,
    pack: Pack,
    migration_id: int,
    status: ItemStatus | None = None,
    *,
    after: int = 0,
    limit: int = 100,
) -> list[ItemView]:
    """Return what became of the instances of a migration, by their number, those after one."""
    require_may_migrate(ctx, pack)
    ordered = orders.get_order(ctx, pack.key, migration_id)
    return orders.list_items(ctx, ordered, status, after=after, limit=limit)


def stop(ctx: Context, pack: Pack, migration_id: int) -> int:
    """Leave what was not moved yet where it is; returns how many instances that are."""
    require_may_migrate(ctx, pack)
    return orders.stop(ctx, pack.key, migration_id)


def _versions(ctx: Context, pack: Pack, source: int, target: int) -> tuple[Deployment, Deployment]:
    return diagrams.get_version(ctx, pack.key, source), diagrams.get_version(ctx, pack.key, target)
