"""Public notices and objections. Reading needs no token and reads published snapshots only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from marshmallow import Schema, fields, validate

from service.api.frame.blueprint import VERSION_PREFIX, Blueprint
from service.api.frame.fields import moment, row_id
from service.api.frame.idempotency import idempotent
from service.api.frame.limits import OBJECTIONS, RECEIPTS, limiter
from service.models import Notice, Objection
from service.programmes.publication import local_notices, notices, objections, prolonging
from service.workflow.context import Context

blp = Blueprint("notices", "公示与公布（不需要令牌）；提出异议")


class NoticeSchema(Schema):
    """A published list."""

    slug = fields.String(required=True, metadata={"description": "公示的名字"})
    kind = fields.String(
        required=True,
        metadata={"description": "candidates 公示，supplement 补充公示，local 逐级公示，awards 公布"},
    )
    title = fields.String(required=True)
    publisher = fields.String(
        required=True, attribute="publisher.name", metadata={"description": "公示的单位"}
    )
    opens_at = moment("发布时间", required=True)
    closes_at = moment("截止时间，不含", required=True, allow_none=True)
    closed_at = moment("实际结束时间", required=True, allow_none=True)


class NoticeDetailSchema(NoticeSchema):
    """A published list with what it lists."""

    snapshot = fields.Dict(required=True, metadata={"description": "发布的名单"})
    snapshot_hash = fields.String(required=True, metadata={"description": "名单的散列"})
    prolonged = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "历次延长（from、until、reason），不计入散列"},
    )
    accepts_objections = fields.Boolean(required=True, metadata={"description": "正在受理异议"})


class ObjectionSchema(Schema):
    """A signed report against a candidate."""

    nomination_id = row_id("名单中的 nomination", required=True)
    name = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(max=200),
        metadata={"description": "真实姓名或单位全称"},
    )
    contact = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(max=200),
        metadata={"description": "电话或通信地址"},
    )
    facts = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(max=5000),
        metadata={"description": "具体事实，至少 10 个字"},
    )


class ReceiptSchema(Schema):
    """What the objector may ask for the result with."""

    receipt = fields.String(required=True, metadata={"description": "回执编号，请保存"})
    status = fields.String(required=True)
    conclusion = fields.String(required=True, metadata={"description": "核查结论"})
    received_at = moment("收到时间", required=True)
    settled_at = moment("办结时间", required=True, allow_none=True)


@blp.route("/notices", public=True)
@blp.response(200, NoticeSchema(many=True))
def list_notices() -> Sequence[Notice]:
    """列出主办单位的公示和公布，新的在前，然后是公示中的逐级公示"""
    return [*notices.list_public(g.ctx), *local_notices.list_open(g.ctx)]


@blp.route("/notices/<string(maxlength=40):slug>", public=True)
@blp.response(200, NoticeDetailSchema)
def get_notice(slug: str) -> dict[str, Any]:
    """查看一份公示或公布"""
    ctx: Context = g.ctx
    notice = notices.get_public(ctx, slug)
    shown = {name: getattr(notice, name) for name in NoticeSchema().fields}
    return {
        **shown,
        "snapshot": notice.snapshot,
        "snapshot_hash": notice.snapshot_hash,
        "prolonged": prolonging.list_of(notice),
        "accepts_objections": notices.is_open(notice, ctx.now),
    }


@blp.route("/notices/<string(maxlength=40):slug>/objections", methods=["POST"])
@limiter.limit(OBJECTIONS)
@idempotent
@blp.arguments(ObjectionSchema)
@blp.response(201, ReceiptSchema)
def lodge_objection(body: dict[str, Any], slug: str) -> Any:
    """对公示中的候选人提出异议

    须署实名并留联系方式；候选人看不到是谁提出的。没有账号的人请用公示页面。
    """
    ctx: Context = g.ctx
    notice = notices.get_public(ctx, slug)
    objection = objections.lodge(ctx, notice, body.pop("nomination_id"), body)
    return objection, {"Location": f"{VERSION_PREFIX}/objections/{objection.receipt}"}


@blp.route("/objections/<string(maxlength=40):receipt>", public=True)
@limiter.limit(RECEIPTS)
@blp.response(200, ReceiptSchema)
def get_objection(receipt: str) -> Objection:
    """凭回执编号查询异议的结果"""
    return objections.find_by_receipt(g.ctx, receipt)
