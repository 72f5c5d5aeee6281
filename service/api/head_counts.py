"""Head counts (单位青年人数): what units report, and the places a ratio makes of it."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.etags import conditional, require_match, tag_of_content, tagged, with_tag
from service.api.frame.fields import moment
from service.errors import NotFound
from service.models import HeadCount, Round, Unit
from service.programmes import wiring
from service.programmes.round import head_counts, rounds
from service.workflow.context import Context
from service.workflow.instance import execution

CODE = "string(maxlength=64)"

blp = Blueprint("head-counts", "单位青年人数：报送与建议名额")


class HeadCountSchema(Schema):
    """What a unit reported."""

    unit = fields.String(required=True, metadata={"description": "单位的代码"})
    unit_name = fields.String(required=True, metadata={"description": "单位"})
    number = fields.Integer(
        required=True, allow_none=True, metadata={"description": "青年人数；没有报送的为 null"}
    )
    places = fields.Integer(required=True, metadata={"description": "按人数计算的建议名额"})
    reported_at = moment("报送时间", required=True, allow_none=True)


class ReportSchema(Schema):
    """How many young people a unit has."""

    number = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=head_counts.MOST),
        metadata={"description": "青年人数"},
    )


@blp.route(f"/rounds/<{ID}:round_id>/head-counts")
@blp.response(200, HeadCountSchema(many=True))
def list_head_counts(round_id: int) -> list[dict[str, Any]]:
    """列出您可以报送的单位及其报送的人数，上级在前"""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    reported = select(HeadCount).where(HeadCount.round_id == entry.id)
    counts = {count.unit_id: count for count in ctx.session.scalars(reported)}
    units = head_counts.list_reportable(ctx, entry)
    return [_show(ctx, entry, unit, counts.get(unit.id)) for unit in units]


@blp.route(f"/rounds/<{ID}:round_id>/head-counts/<{CODE}:code>")
@tagged
@blp.response(200, HeadCountSchema)
def get_head_count(round_id: int, code: str) -> Any:
    """查看一个单位报送的人数"""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    unit = _find_unit(ctx, entry, code)
    count = head_counts.find_report(ctx, entry, unit)
    return with_tag(_show(ctx, entry, unit, count), _tag(count))


@blp.route(f"/rounds/<{ID}:round_id>/head-counts/<{CODE}:code>", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(ReportSchema)
@blp.response(200, HeadCountSchema)
def report(body: dict[str, Any], round_id: int, code: str) -> Any:
    """报送人数

    建议名额随即按活动的比例重新计算；新的报送代替旧的。
    """
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    if entry.instance_id is not None:
        execution.lock(ctx, entry.instance_id)
    unit = _find_unit(ctx, entry, code)
    require_match(_tag(head_counts.find_report(ctx, entry, unit)))
    head_counts.report(ctx, entry, unit, body["number"])
    count = head_counts.find_report(ctx, entry, unit)
    return with_tag(_show(ctx, entry, unit, count), _tag(count))


def _find_unit(ctx: Context, entry: Round, code: str) -> Unit:
    units = {unit.code: unit for unit in head_counts.list_reportable(ctx, entry)}
    if code not in units:
        raise NotFound("没有这个单位，或您不能为它报送人数。")
    return units[code]


def _tag(count: HeadCount | None) -> str:
    kept = [count.id, count.number, count.reported_at.isoformat()] if count else []
    return tag_of_content(["head_count", *kept])


def _show(ctx: Context, entry: Round, unit: Unit, count: HeadCount | None) -> dict[str, Any]:
    rule = wiring.pack_of(ctx, entry).programme.quota
    return {
        "unit": unit.code,
        "unit_name": unit.name,
        "number": count.number if count else None,
        "places": rule.count_places(count.number) if count and rule.source == "ratio" else 0,
        "reported_at": count.reported_at if count else None,
    }
