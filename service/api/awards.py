"""The register of titles and the ledger of one, read only."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import Schema, fields, validate

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.fields import MAX_ID, moment, row_id, string
from service.models import Award
from service.programmes.award import awards, follow_ups, register
from service.programmes.award.register import Filter, Place
from service.workflow.context import Context

blp = Blueprint("awards", "称号名册与培育台账")

MOST = 100


class AwardQuery(Schema):
    """What the register is narrowed to, and where to go on."""

    programme = string(80, "活动", load_default="")
    year = fields.Integer(
        load_default=None, validate=validate.Range(1, 9999), metadata={"description": "年份"}
    )
    category = string(40, "类别", load_default="")
    unit = string(64, "这个单位及其下属，填代码", load_default="")
    status = string(12, "状态：valid、completed、lapsed、annulled", load_default="")
    text = string(80, "姓名的一部分，或证书编号", load_default="")
    before = fields.Integer(
        load_default=None,
        validate=validate.Range(1, MAX_ID),
        metadata={"description": "从这个称号往后（更早的）"},
    )
    limit = fields.Integer(
        load_default=30, validate=validate.Range(1, MOST), metadata={"description": "最多几个"}
    )


class AwardSchema(Schema):
    """An entry of the register."""

    id = row_id("编号", required=True)
    programme = fields.String(required=True)
    year = fields.Integer(required=True)
    title = fields.String(required=True, metadata={"description": "称号"})
    category = fields.String(required=True)
    number = fields.String(required=True, metadata={"description": "证书编号"})
    name = fields.String(required=True, metadata={"description": "姓名"})
    unit = fields.String(attribute="unit.code", required=True, metadata={"description": "所在单位的代码"})
    unit_name = fields.String(required=True, metadata={"description": "授予时的所在单位"})
    status = fields.String(required=True)
    status_reason = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    granted_at = moment("授予时间", required=True)


class RegisterSchema(Schema):
    """A page of the register."""

    items = fields.List(fields.Nested(AwardSchema), required=True)
    next = row_id("下一页的 before；没有就是最后一页", required=True, allow_none=True)


class FollowUpSchema(Schema):
    """An entry of the ledger."""

    id = row_id("编号", required=True)
    track = fields.String(required=True)
    item = fields.String(required=True)
    day = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)
    text = fields.String(required=True)
    result = fields.String(required=True)
    written_by = fields.String(required=True)
    written_at = moment("填写时间", required=True)
    struck_at = moment("作废时间", required=True, allow_none=True)


class LedgerQuery(Schema):
    """Which page of a title's ledger."""

    at = row_id("从这一条开始", load_default=None)
    limit = fields.Integer(
        load_default=30, validate=validate.Range(1, MOST), metadata={"description": "最多几条"}
    )


class LedgerSchema(Schema):
    """A page of a title's ledger."""

    items = fields.List(fields.Nested(FollowUpSchema), required=True)
    next = row_id("下一页的 at；没有就是最后一页", required=True, allow_none=True)


@blp.route("/awards")
@blp.arguments(AwardQuery, location="query")
@blp.response(200, RegisterSchema)
def list_awards(query: dict[str, Any]) -> dict[str, Any]:
    """列出您能看到的称号，新的在前"""
    place, limit = Place(before=query.pop("before")), query.pop("limit")
    page = register.list_page(g.ctx, Filter(**query), place, limit=limit)
    return {"items": page.rows, "next": page.older}


@blp.route(f"/awards/<{ID}:award_id>")
@blp.response(200, AwardSchema)
def get_award(award_id: int) -> Award:
    """查看一个称号"""
    return awards.get_visible(g.ctx, award_id)


@blp.route(f"/awards/<{ID}:award_id>/follow-ups")
@blp.arguments(LedgerQuery, location="query")
@blp.response(200, LedgerSchema)
def list_follow_ups(query: dict[str, Any], award_id: int) -> dict[str, Any]:
    """列出一个称号的培育台账，新的在前，含作废的"""
    ctx: Context = g.ctx
    limit = query["limit"]
    rows = follow_ups.list_page(ctx, awards.get_visible(ctx, award_id), limit=limit + 1, at=query["at"])
    return {"items": rows[:limit], "next": rows[limit].id if len(rows) > limit else None}
