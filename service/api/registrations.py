"""Registrations (自荐登记): what waits to be confirmed, who may be the same, and the answer.

Registering itself is a page of the public, and so is choosing a password.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import g
from marshmallow import Schema, fields

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.etags import (
    check_match,
    conditional,
    is_conditional,
    tag_header,
    tag_of_content,
    tagged,
    with_tag,
)
from service.api.frame.fields import PageQuery, choice, moment, row_id, string
from service.api.frame.idempotency import idempotent
from service.api.frame.masking import mask_value
from service.models import Registration, RegistrationStatus
from service.programmes.registration import confirmations, links, matches
from service.workflow.context import Context

PAGE = 50
_ONE = f"/rounds/<{ID}:round_id>/registrations/<{ID}:registration_id>"

blp = Blueprint("registrations", "自荐登记：查看与确认")


def _maybe(attribute: str, description: str) -> fields.String:
    """Return a text of something that need not be there yet."""
    return fields.String(
        attribute=attribute,
        required=True,
        allow_none=True,
        dump_default=None,
        metadata={"description": description},
    )


class RegistrationQuery(PageQuery):
    """Which registrations."""

    status = choice([status.value for status in RegistrationStatus], "状态", load_default="waiting")


class RegistrationSchema(Schema):
    """Somebody's request for an account to nominate himself with. How he is reached is masked."""

    id = row_id("编号", required=True)
    number = fields.String(required=True, metadata={"description": "登记号"})
    name = fields.String(required=True, metadata={"description": "姓名"})
    contact = fields.Function(
        lambda row: mask_value(row.contact),
        metadata={"type": "string", "description": "手机号码或电子邮箱，已遮盖"},
    )
    workplace = fields.String(required=True, metadata={"description": "登记时填写的工作单位"})
    unit = _maybe("unit.code", "工作单位的代码")
    recommender = _maybe("recommender.code", "推荐单位的代码")
    received_at = moment("登记时间", required=True)
    status = fields.String(
        required=True, metadata={"description": "waiting 待确认，confirmed 已确认，refused 不予确认"}
    )
    reason = fields.String(required=True, metadata={"description": "不予确认的原因"})
    decided_by = _maybe("decided_by.name", "由谁办理")
    decided_at = moment("办理时间", required=True, allow_none=True)
    user = _maybe("user.login", "账号的用户名")


class RegistrationPageSchema(Schema):
    """A page of registrations."""

    items = fields.List(fields.Nested(RegistrationSchema), required=True)
    total = fields.Integer(required=True, metadata={"description": "共几份"})
    page = fields.Integer(required=True)


class MatchSchema(Schema):
    """Somebody who may be the same."""

    kind = fields.String(
        required=True, metadata={"description": "registration 另一份登记，account 账号，nomination 申报"}
    )
    id = row_id("登记、账号或申报的编号", required=True)
    called = fields.String(required=True, metadata={"description": "登记号、用户名或姓名"})
    unit = fields.String(required=True, metadata={"description": "工作单位"})


class RegistrationDetailSchema(RegistrationSchema):
    """A registration with what its decision rests on."""

    may_decide = fields.Boolean(required=True, metadata={"description": "由您办理"})
    matches = fields.List(
        fields.Nested(MatchSchema), required=True, metadata={"description": "可能是同一个人"}
    )
    link = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "确认后交给本人的链接，凭它设置密码；用过、过期或不由您办理时为空"},
    )
    link_until = moment("链接有效到何时", required=True, allow_none=True)


class ConfirmSchema(Schema):
    """Where somebody works."""

    unit = string(64, "工作单位的代码", required=True)


class RefuseSchema(Schema):
    """Why there is no account."""

    reason = string(confirmations.MAX_REASON, "原因，登记人查询时看到", required=True)


@blp.route(f"/rounds/<{ID}:round_id>/registrations")
@blp.arguments(RegistrationQuery, location="query")
@blp.response(200, RegistrationPageSchema)
def list_registrations(query: dict[str, Any], round_id: int) -> dict[str, Any]:
    """列出一届中您可以查看的自荐登记

    待确认的先到的在前，其余的新办理的在前。
    """
    ctx: Context = g.ctx
    entry = confirmations.get_round(ctx, round_id)
    status, page = RegistrationStatus(query["status"]), query["page"]
    found = confirmations.list_page(ctx, entry, status, limit=PAGE, offset=(page - 1) * PAGE)
    return {"items": found, "total": confirmations.count_by_status(ctx, entry)[status], "page": page}


@blp.route(_ONE)
@tagged
@blp.response(200, RegistrationDetailSchema)
def get_registration(round_id: int, registration_id: int) -> Any:
    """查看一份自荐登记，可能是同一个人的，确认后的链接"""
    ctx: Context = g.ctx
    row = confirmations.get(ctx, confirmations.get_round(ctx, round_id), registration_id)
    shown = {name: getattr(row, name) for name in RegistrationSchema().fields}
    may_decide = confirmations.may_decide(ctx, row)
    is_good = may_decide and links.is_good(ctx, row)
    detail = SimpleNamespace(
        **shown,
        may_decide=may_decide,
        matches=matches.of(ctx, row),
        link=f"{ctx.house.public_url}{links.PATH}{row.link}" if is_good else None,
        link_until=row.link_until if is_good else None,
    )
    return with_tag(detail, _tag(ctx, row))


@blp.route(f"{_ONE}/confirm", methods=["POST"])
@idempotent
@conditional()
@tagged
@blp.arguments(ConfirmSchema)
@blp.response(200, RegistrationSchema)
def confirm(body: dict[str, Any], round_id: int, registration_id: int) -> Any:
    """确认自荐登记，开通本人的账号

    由主办单位或工作单位的推荐单位办理。登记人留有邮箱的，链接寄给他；否则查看这份登记，把链接交给他。
    """

    def decide(ctx: Context, row: Registration) -> None:
        units = confirmations.list_units(ctx, row.round)
        confirmations.confirm(ctx, row, next((unit for unit in units if unit.code == body["unit"]), None))

    return _decide(round_id, registration_id, decide)


@blp.route(f"{_ONE}/refuse", methods=["POST"])
@idempotent
@conditional()
@tagged
@blp.arguments(RefuseSchema)
@blp.response(200, RegistrationSchema)
def refuse(body: dict[str, Any], round_id: int, registration_id: int) -> Any:
    """不予确认自荐登记"""
    return _decide(round_id, registration_id, lambda ctx, row: confirmations.refuse(ctx, row, body["reason"]))


@blp.route(f"{_ONE}/link", methods=["POST"])
@idempotent
@conditional()
@tagged
@blp.response(200, RegistrationSchema)
def renew_link(round_id: int, registration_id: int) -> Any:
    """重发设置密码的链接，原来的作废

    用于本人没有在期限内设置密码的。登记人留有邮箱的，新链接寄给他；否则查看这份登记，把链接交给他。
    """
    return _decide(round_id, registration_id, confirmations.renew_link)


def _decide(round_id: int, registration_id: int, decide: Callable[[Context, Registration], None]) -> Any:
    ctx: Context = g.ctx
    row = confirmations.get(ctx, confirmations.get_round(ctx, round_id), registration_id)
    if is_conditional():
        confirmations.hold(ctx, row)
        check_match(_tag(ctx, row))
    decide(ctx, row)
    ctx.session.flush()
    ctx.session.refresh(row)
    return row, tag_header(_tag(ctx, row))


def _tag(ctx: Context, row: Registration) -> str:
    """Return the tag of a registration and of what its decision rests on."""
    known = [[one.kind, one.id, one.called, one.unit] for one in matches.of(ctx, row)]
    is_good = links.is_good(ctx, row)
    return tag_of_content(["registration", row.id, row.status, row.link_index, is_good, row.name, known])
