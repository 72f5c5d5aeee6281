"""Nominations: finding them, one of them, and putting somebody forward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from marshmallow import Schema, fields
from sqlalchemy import select

from service.api.frame.blueprint import ID, VERSION_PREFIX, Blueprint
from service.api.frame.etags import conditional, require_match, tag_header, tag_of, tagged, with_tag
from service.api.frame.fields import PageQuery, choice, moment, string
from service.api.frame.idempotency import idempotent
from service.api.frame.masking import mask_value
from service.errors import Invalid
from service.models import Finding, Nomination, NominationStatus, Unit
from service.programmes.nomination import nominations, opinions, screening, searches, starting
from service.programmes.nomination.opinions import GivenOpinion
from service.programmes.round import recommender_changes, rounds, withdrawals
from service.workflow.context import Context
from service.workflow.instance import execution

PAGE = 50

blp = Blueprint("nominations", "申报：查找、查看与发起")


class NominationQuery(PageQuery):
    """What a list of nominations is narrowed to."""

    status = choice([""] + [status.value for status in NominationStatus], "状态", load_default="")
    category = string(40, "类别", load_default="")
    recommender = string(64, "推荐单位的代码", load_default="")
    text = string(80, "姓名的一部分", load_default="")


class NominationSchema(Schema):
    """A nomination. Identity number and phone are masked."""

    id = fields.Integer(required=True)
    round_id = fields.Integer(required=True, metadata={"description": "届次"})
    instance_id = fields.Integer(required=True, allow_none=True, metadata={"description": "流程实例"})
    unit = fields.String(required=True, attribute="unit.code", metadata={"description": "所在单位的代码"})
    unit_name = fields.String(required=True, attribute="unit.name", metadata={"description": "所在单位"})
    recommender = fields.String(
        required=True, attribute="recommender.code", metadata={"description": "推荐单位的代码"}
    )
    recommender_name = fields.String(
        required=True, attribute="recommender.name", metadata={"description": "推荐单位"}
    )
    source = fields.String(required=True, metadata={"description": "unit 单位推荐，self 个人自荐"})
    status = fields.String(required=True, metadata={"description": "状态"})
    status_reason = fields.String(required=True, metadata={"description": "状态的原因"})
    category = fields.String(required=True, allow_none=True, metadata={"description": "类别"})
    name = fields.String(required=True, metadata={"description": "姓名"})
    sex = fields.String(required=True)
    ethnicity = fields.String(required=True)
    education = fields.String(required=True)
    political_status = fields.String(required=True)
    workplace_and_post = fields.String(required=True)
    id_number = fields.Function(
        lambda row: mask_value(row.id_number),
        metadata={"type": "string", "nullable": True, "description": "身份证号，已遮盖"},
    )
    phone = fields.Function(
        lambda row: mask_value(row.phone),
        metadata={"type": "string", "nullable": True, "description": "电话，已遮盖"},
    )
    eligibility = fields.String(
        required=True, allow_none=True, metadata={"description": "PASS、REASON、EXCEPTION、REVIEW 或 FAIL"}
    )
    exception_reason = fields.String(required=True, metadata={"description": "破格理由"})
    stated_reason = fields.String(
        required=True, metadata={"description": "情况说明：原则上不推报或有提醒而仍要推报的理由"}
    )
    over_reason = fields.String(required=True, metadata={"description": "超额推荐理由"})
    overruling = fields.String(
        required=True, metadata={"description": "裁定说明：自动核验不符合而主办单位裁定符合的理由，不公示"}
    )
    created_at = moment("发起时间", required=True)
    submitted_at = moment("提交时间", required=True, allow_none=True)
    revision = fields.Integer(required=True, metadata={"description": "改动次数，即 ETag 的依据"})


class NominationPageSchema(Schema):
    """A page of nominations."""

    items = fields.List(fields.Nested(NominationSchema), required=True)
    total = fields.Integer(required=True, metadata={"description": "共几份"})
    page = fields.Integer(required=True)


class StartSchema(Schema):
    """Whom to put forward."""

    unit = string(64, "所在单位的代码", required=True)
    category = string(40, "类别", required=True)
    source = choice(["unit", "self"], "unit 单位推荐，self 个人自荐", load_default="unit")
    name = string(40, "姓名", load_default="")
    recommender = string(
        64, "推荐单位的代码；只在所在单位没有上级推荐单位时填写，从活动允许的单位中选", load_default=""
    )


class RecommenderSchema(Schema):
    """Who is to recommend."""

    recommender = string(64, "推荐单位的代码", required=True)


class WithdrawSchema(Schema):
    """Why somebody steps out."""

    reason = string(500, "退出原因", required=True)


class OpinionSchema(Schema):
    """What one approver decided. Never changed."""

    heading = fields.String(required=True, metadata={"description": "哪一栏意见"})
    outcome = fields.String(required=True)
    text = fields.String(required=True)
    seal = fields.String(required=True, metadata={"description": "应盖的公章"})
    unit_name = fields.String(required=True)
    signed_by = fields.String(required=True)
    given_at = moment("签署时间", required=True)
    superseded = fields.Boolean(required=True, metadata={"description": "退回后已重新签署"})


class FindingSchema(Schema):
    """What one rule said."""

    rule = fields.String(required=True, metadata={"description": "规则的名称，例如 N03"})
    result = fields.String(required=True, metadata={"description": "PASS、REASON、EXCEPTION、REVIEW 或 FAIL"})
    measured = fields.String(required=True, metadata={"description": "核对的值"})
    message = fields.String(required=True, metadata={"description": "依据，用通知的话"})
    warning = fields.Boolean(required=True, metadata={"description": "符合也值得看一眼"})
    reason = fields.String(required=True, metadata={"description": "推荐单位对这一条说明的情况"})


@blp.route(f"/rounds/<{ID}:round_id>/nominations")
@blp.arguments(NominationQuery, location="query")
@blp.response(200, NominationPageSchema)
def list_nominations(query: dict[str, Any], round_id: int) -> dict[str, Any]:
    """列出一届中您可以查看的申报，新的在前"""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    page, code = query.pop("page"), query.pop("recommender")
    recommender = rounds.get_unit(ctx, code).id if code else None
    narrow = searches.Filter(recommender_id=recommender, **query)
    found = searches.search(ctx, entry, narrow, limit=PAGE, offset=(page - 1) * PAGE)
    return {"items": found, "total": searches.count(ctx, entry, narrow), "page": page}


@blp.route(f"/rounds/<{ID}:round_id>/nominations", methods=["POST"])
@idempotent
@tagged
@blp.arguments(StartSchema)
@blp.response(201, NominationSchema)
def start_nomination(body: dict[str, Any], round_id: int) -> Any:
    """发起申报

    流程随即到达填写推荐表的环节；在待办任务中填写。
    """
    ctx: Context = g.ctx
    unit = ctx.session.scalar(select(Unit).where(Unit.code == body["unit"], Unit.active))
    if unit is None:
        raise Invalid("没有这个在用的单位。", fields={"unit": "请核对单位代码"})
    entry = rounds.get(ctx, round_id)
    nomination = starting.start(
        ctx,
        entry,
        unit=unit,
        category=body["category"],
        source=body["source"],
        name=body["name"],
        recommender=_find_recommender(ctx, body["recommender"]) if body["recommender"] else None,
    )
    ctx.session.flush()
    return nomination, {
        **tag_header(tag_of(nomination)),
        "Location": f"{VERSION_PREFIX}/nominations/{nomination.id}",
    }


@blp.route(f"/nominations/<{ID}:nomination_id>")
@tagged
@blp.response(200, NominationSchema)
def get_nomination(nomination_id: int) -> Any:
    """查看一份申报"""
    nomination = nominations.get_visible(g.ctx, nomination_id)
    return with_tag(nomination, tag_of(nomination))


@blp.route(f"/nominations/<{ID}:nomination_id>/recommender", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(RecommenderSchema)
@blp.response(200, NominationSchema)
def change_recommender(body: dict[str, Any], nomination_id: int) -> Any:
    """更换推荐单位

    只用于所在单位没有上级推荐单位的申报：申报人在提交之前，主办单位在推荐之前可以更换。
    """
    ctx: Context = g.ctx
    nomination = _get_to_change(ctx, nomination_id)
    recommender_changes.change(ctx, nomination, _find_recommender(ctx, body["recommender"]))
    ctx.session.flush()
    return with_tag(nomination, tag_of(nomination))


@blp.route(f"/nominations/<{ID}:nomination_id>/withdrawal", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(WithdrawSchema)
@blp.response(200, NominationSchema)
def withdraw_nomination(body: dict[str, Any], nomination_id: int) -> Any:
    """办理退出

    申报人本人、申报和推荐他的单位以及主办单位可以办理。待办随即关闭，名额退还，不能恢复。
    """
    ctx: Context = g.ctx
    nomination = _get_to_change(ctx, nomination_id)
    withdrawals.withdraw(ctx, nomination, body["reason"])
    ctx.session.flush()
    return with_tag(nomination, tag_of(nomination))


@blp.route(f"/nominations/<{ID}:nomination_id>/opinions")
@blp.response(200, OpinionSchema(many=True))
def list_opinions(nomination_id: int) -> Sequence[GivenOpinion]:
    """查看各方意见，按签署先后"""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    return opinions.list_of(ctx, nomination)


@blp.route(f"/nominations/<{ID}:nomination_id>/findings")
@blp.response(200, FindingSchema(many=True))
def list_findings(nomination_id: int) -> Sequence[Finding]:
    """查看自动核验的结论"""
    ctx: Context = g.ctx
    return screening.list_findings(ctx, nominations.get_visible(ctx, nomination_id))


def _get_to_change(ctx: Context, nomination_id: int) -> Nomination:
    """Return a nomination the actor may see, held under its lock, after If-Match was compared."""
    nomination = nominations.get_visible(ctx, nomination_id)
    assert nomination.instance_id is not None
    execution.lock(ctx, nomination.instance_id)
    ctx.session.refresh(nomination)
    require_match(tag_of(nomination))
    return nomination


def _find_recommender(ctx: Context, code: str) -> Unit:
    unit = ctx.session.scalar(select(Unit).where(Unit.code == code, Unit.active))
    if unit is None:
        raise Invalid("没有这个在用的推荐单位。", fields={"recommender": "请核对单位代码"})
    return unit
