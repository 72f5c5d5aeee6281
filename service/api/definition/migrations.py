"""Migrations over HTTP: proposing a plan, trying it out, ordering it, how far it has come, stopping it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g

from service.api.definition.migration_schemas import (
    PAGE,
    ItemQuery,
    MigrationItemSchema,
    MigrationOrderSchema,
    MigrationProposalSchema,
    MigrationReportSchema,
    MigrationRequestSchema,
    MigrationSchema,
    MigrationStoppedSchema,
    ProposalQuery,
    TrialQuery,
)
from service.api.frame.blueprint import ID, VERSION_PREFIX, Blueprint
from service.api.frame.idempotency import idempotent
from service.errors import NotFound
from service.models import ItemStatus
from service.programmes import wiring
from service.programmes.diagram import diagrams, migrations
from service.programmes.pack.packs import Pack
from service.workflow.context import Context
from service.workflow.migration.records import ItemView, Proposal, Request, Summary

PROGRAMME = "/programmes/<string(maxlength=80):programme>"
PATH = f"{PROGRAMME}/migrations"
ONE = f"{PATH}/<{ID}:migration_id>"

blp = Blueprint("migrations", "迁移在办实例到另一版流程（系统管理员）")


@blp.route(f"{PROGRAMME}/migration-proposal")
@blp.arguments(ProposalQuery, location="query")
@blp.response(200, MigrationProposalSchema)
def propose_migration(query: dict[str, Any], programme: str) -> Proposal:
    """提出迁移方案

    先按 id、再按名称和类型对应。rows 中 open 大于 0 而 instruction 为 null 的，须补上处理方式。
    """
    ctx, pack = g.ctx, _pack(programme)
    source = query["source"] or _find_source(ctx, pack)
    target = query["target"] or diagrams.list_versions(ctx, pack.key)[0].number
    return migrations.propose(ctx, pack, source, target)


@blp.route(f"{PROGRAMME}/migration-trials", methods=["POST"])
@blp.arguments(MigrationRequestSchema)
@blp.arguments(TrialQuery, location="query")
@blp.response(200, MigrationReportSchema)
def try_migration(body: dict[str, Any], query: dict[str, Any], programme: str) -> dict[str, Any]:
    """试迁移，不改动任何实例"""
    report = migrations.try_out(g.ctx, _pack(programme), Request(**body))
    level, first = query["level"], (query["page"] - 1) * PAGE
    trials = [trial for trial in report.trials if level in (None, trial.level)]
    return {
        "plan_hash": report.plan_hash,
        "ok": report.ok,
        "warn": report.warn,
        "blocked": report.blocked,
        "passed": report.passed,
        "trials": trials[first : first + PAGE],
    }


@blp.route(PATH)
@blp.response(200, MigrationSchema(many=True))
def list_migrations(programme: str) -> Sequence[Summary]:
    """列出迁移，新的在前"""
    return migrations.list_orders(g.ctx, _pack(programme))


@blp.route(PATH, methods=["POST"])
@idempotent
@blp.arguments(MigrationOrderSchema)
@blp.response(201, MigrationSchema)
def order_migration(body: dict[str, Any], programme: str) -> Any:
    """下达迁移

    只能下达试迁移过的方案：plan_hash 与方案不符，或者还有迁移没有办完的，回答 409。系统在后台逐个迁移。
    """
    ctx, pack = g.ctx, _pack(programme)
    plan_hash, reason = body.pop("plan_hash"), body.pop("reason")
    ordered = migrations.order(ctx, pack, Request(**body), reason, plan_hash=plan_hash)
    location = f"{VERSION_PREFIX}/programmes/{pack.key}/migrations/{ordered.id}"
    return migrations.get(ctx, pack, ordered.id), {"Location": location}


@blp.route(ONE)
@blp.response(200, MigrationSchema)
def get_migration(programme: str, migration_id: int) -> Summary:
    """查看迁移进度"""
    return migrations.get(g.ctx, _pack(programme), migration_id)


@blp.route(f"{ONE}/items")
@blp.arguments(ItemQuery, location="query")
@blp.response(200, MigrationItemSchema(many=True))
def list_items(query: dict[str, Any], programme: str, migration_id: int) -> Sequence[ItemView]:
    """列出每个实例的结果，按实例编号，每页 100 个"""
    status = ItemStatus(query["status"]) if query["status"] else None
    pack = _pack(programme)
    return migrations.list_items(g.ctx, pack, migration_id, status, after=query["after"], limit=PAGE)


@blp.route(f"{ONE}/stop", methods=["POST"])
@blp.response(200, MigrationStoppedSchema)
def stop_migration(programme: str, migration_id: int) -> dict[str, int]:
    """停止迁移

    尚未迁移的留在原来的版本；已经迁移的不退回。
    """
    return {"left": migrations.stop(g.ctx, _pack(programme), migration_id)}


def _find_source(ctx: Context, pack: Pack) -> int:
    sources = migrations.list_sources(ctx, pack.key)
    if not sources:
        raise NotFound("在办实例都用最新的一版，没有要迁移的。")
    return sources[0].number


def _pack(programme: str) -> Pack:
    pack = wiring.get_pack(g.ctx, programme)
    migrations.require_may_migrate(g.ctx, pack)
    return pack
