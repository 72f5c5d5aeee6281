"""Rounds: their figures, opening one, moving a deadline, giving one unit more time, and events by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import g

from service.api.frame.access import require_admin
from service.api.frame.blueprint import ID, VERSION_PREFIX, Blueprint
from service.api.frame.etags import (
    check_match,
    conditional,
    require_match,
    tag_header,
    tag_of,
    tagged,
    with_tag,
)
from service.api.frame.idempotency import idempotent
from service.api.round_schemas import (
    STAGES,
    AwaitedSchema,
    DeadlineSchema,
    ExtendSchema,
    ExtensionSchema,
    FunnelRowSchema,
    HeardSchema,
    OpeningSchema,
    QuotaChangeSchema,
    QuotaTableSchema,
    ReserveSchema,
    RoundSchema,
    ThrowSchema,
)
from service.errors import Invalid, NotFound
from service.models import Extension, QuotaKind, Round, Stage, Unit
from service.programmes import wiring
from service.programmes.nomination import nominations, searches
from service.programmes.publication import reserves
from service.programmes.round import quota_changes, quotas, round_events, rounds
from service.workflow.context import Context
from service.workflow.instance import events

blp = Blueprint("rounds", "届次：进度、名额、日期")


@blp.route("/rounds")
@blp.response(200, RoundSchema(many=True))
def list_rounds() -> Sequence[Round]:
    """列出届次，新的在前"""
    return rounds.list_all(g.ctx)


@blp.route("/rounds", methods=["POST"])
@idempotent
@tagged
@blp.arguments(OpeningSchema)
@blp.response(201, RoundSchema)
def open_round(body: dict[str, Any]) -> Any:
    """开启一届（系统管理员）"""
    ctx: Context = g.ctx
    require_admin(ctx)
    pack = wiring.get_pack(ctx, body["programme"])
    entry = rounds.open_by_hand(ctx, pack, label=body["label"], year=body["year"])
    ctx.session.flush()
    return entry, {**tag_header(tag_of(entry)), "Location": f"{VERSION_PREFIX}/rounds/{entry.id}"}


@blp.route(f"/rounds/<{ID}:round_id>")
@tagged
@blp.response(200, RoundSchema)
def get_round(round_id: int) -> Any:
    """查看一届"""
    entry = rounds.get(g.ctx, round_id)
    return with_tag(entry, tag_of(entry))


@blp.route(f"/rounds/<{ID}:round_id>/funnel")
@blp.response(200, FunnelRowSchema(many=True))
def get_funnel(round_id: int) -> list[dict[str, Any]]:
    """查看您可以查看的申报各处于什么状态，按类别计数"""
    ctx: Context = g.ctx
    counts = searches.count_by_status(ctx, rounds.get(ctx, round_id))
    return [
        {"status": status, "category": category, "count": number}
        for (status, category), number in counts.items()
    ]


@blp.route(f"/rounds/<{ID}:round_id>/quotas")
@blp.response(200, QuotaTableSchema)
def get_quotas(round_id: int) -> dict[str, Any]:
    """查看名额及其使用情况

    主办单位看到全部，其他单位看到本单位所属的推荐单位。
    """
    ctx: Context = g.ctx
    return _show_quotas(ctx, rounds.get(ctx, round_id))


@blp.route(f"/rounds/<{ID}:round_id>/quota-changes", methods=["POST"])
@idempotent
@blp.arguments(QuotaChangeSchema)
@blp.response(200, QuotaTableSchema)
def change_quotas(body: dict[str, Any], round_id: int) -> dict[str, Any]:
    """调整名额分配表中的若干格（主办单位）

    每格写明原来的名额 was；与现在不符的，整个请求不生效。不能少于已用和分给下级的名额。
    """
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    cells = [
        quota_changes.Cell(
            unit_id=_find_unit(ctx, cell["unit"]).id,
            category=cell["category"],
            was=cell["was"],
            places=cell["places"],
        )
        for cell in body["cells"]
    ]
    quota_changes.change(ctx, entry, cells, body["reason"])
    return _show_quotas(ctx, entry)


@blp.route(f"/rounds/<{ID}:round_id>/deadlines/<any({','.join(STAGES)}):stage>", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(DeadlineSchema)
@blp.response(200, RoundSchema)
def move_deadline(body: dict[str, Any], round_id: int, stage: str) -> Any:
    """调整一个阶段的截止时间（主办单位）

    未办的任务期限随之调整，并重新安排提醒。
    """
    ctx: Context = g.ctx
    entry = _lock(ctx, round_id)
    rounds.require_organiser(ctx, entry)
    require_match(tag_of(entry))
    rounds.move_deadline(ctx, entry, Stage(stage), body["due"], body["reason"])
    ctx.session.flush()
    return with_tag(entry, tag_of(entry))


@blp.route(f"/rounds/<{ID}:round_id>/extensions")
@blp.response(200, ExtensionSchema(many=True))
def list_extensions(round_id: int) -> list[dict[str, Any]]:
    """列出为个别单位办理的延期（主办单位）"""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    rounds.require_organiser(ctx, entry)
    return [_show(extension, unit) for extension, unit in rounds.list_extensions(ctx, entry)]


@blp.route(f"/rounds/<{ID}:round_id>/extensions", methods=["POST"])
@idempotent
@conditional()
@tagged
@blp.arguments(ExtendSchema)
@blp.response(201, ExtensionSchema)
def extend(body: dict[str, Any], round_id: int) -> Any:
    """为一个单位办理延期（主办单位）

    包括其下属单位；阶段截止以后也可以办理。If-Match 为届次的 ETag，回答的 ETag 是届次改后的。
    """
    ctx: Context = g.ctx
    entry = _lock(ctx, round_id)
    rounds.require_organiser(ctx, entry)
    check_match(tag_of(entry))
    unit = _find_unit(ctx, body["unit"])
    extension = rounds.extend(ctx, entry, unit, Stage(body["stage"]), body["until"], body["reason"])
    return _show(extension, unit), tag_header(tag_of(entry))


@blp.route(f"/rounds/<{ID}:round_id>/reserves")
@blp.response(200, ReserveSchema(many=True))
def list_reserves(round_id: int) -> list[dict[str, Any]]:
    """列出候补名单（主办单位）

    按类别、次序；不设候补的活动为空。递补在届次的“候补”页办理。
    """
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    rounds.require_organiser(ctx, entry)
    names = (
        "nomination_id",
        "nomination",
        "category",
        "position",
        "promoted_at",
        "promoted_by",
        "replaces_id",
    )
    return [
        {name: getattr(row, name) for name in names} | {"notice": row.notice.slug if row.notice else None}
        for row in reserves.list_of(ctx, entry)
    ]


@blp.route(f"/rounds/<{ID}:round_id>/events")
@blp.response(200, AwaitedSchema(many=True))
def list_awaited(round_id: int) -> Any:
    """列出这一届在等、流程图自己不会发出的信号和消息（主办单位）"""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    rounds.require_organiser(ctx, entry)
    return round_events.list_awaited(ctx, entry)


@blp.route(f"/rounds/<{ID}:round_id>/events", methods=["POST"])
@idempotent
@blp.arguments(ThrowSchema)
@blp.response(202, HeardSchema)
def throw(body: dict[str, Any], round_id: int) -> events.Heard:
    """发出一个信号或消息（主办单位）

    信号让所有等它的地方继续、让每一个由它开始的流程开始；消息只给一个。随后由后台逐一办理。
    """
    ctx: Context = g.ctx
    return round_events.throw(ctx, _lock(ctx, round_id), **body)


def _lock(ctx: Context, round_id: int) -> Round:
    """Return a round as it stands under the lock of its instance."""
    entry = rounds.get(ctx, round_id)
    rounds.hold(ctx, entry)
    return entry


def _find_unit(ctx: Context, code: str) -> Unit:
    try:
        return rounds.get_unit(ctx, code)
    except NotFound as error:
        raise Invalid(error.message, fields={"unit": "请核对单位代码"}) from error


def _show_quotas(ctx: Context, entry: Round) -> dict[str, Any]:
    if nominations.is_organiser(ctx, entry) or ctx.actor.is_admin:
        return {
            "nomination": list(_rows(ctx, entry, QuotaKind.NOMINATION)),
            "award": list(_rows(ctx, entry, QuotaKind.AWARD)),
        }
    own = {unit.name for unit in quotas.units_with_places(ctx, entry) if _concerns(ctx, unit)}
    rows = [row for row in _rows(ctx, entry, QuotaKind.NOMINATION) if row["unit_name"] in own]
    return {"nomination": rows, "award": []}


def _rows(ctx: Context, entry: Round, kind: QuotaKind) -> Iterator[dict[str, Any]]:
    for unit_name, cells in quotas.tabulate(ctx, entry, kind).items():
        for category, cell in cells.items():
            yield {"unit_name": unit_name, "category": category, "places": cell.places, "taken": cell.taken}


def _concerns(ctx: Context, unit: Unit) -> bool:
    path = ctx.actor.unit_path
    return bool(path) and (path.startswith(unit.path) or unit.path.startswith(path))


def _show(extension: Extension, unit: Unit) -> dict[str, Any]:
    return {
        "id": extension.id,
        "unit": unit.code,
        "unit_name": unit.name,
        "stage": extension.stage,
        "until": extension.until,
        "reason": extension.reason,
        "granted_at": extension.granted_at,
    }
