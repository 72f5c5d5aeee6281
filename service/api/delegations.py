"""Acting for an absent colleague (代理): who does, appointing somebody, and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from marshmallow import Schema, fields
from sqlalchemy import select

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.fields import moment, string
from service.api.frame.idempotency import idempotent
from service.api.logins import find_users
from service.errors import Forbidden
from service.models import Delegation, User
from service.workflow.context import Context
from service.workflow.person import delegations

blp = Blueprint("task-delegations", "代理：不在岗时请人办理")


class DelegationSchema(Schema):
    """One person acting for another over a period."""

    id = fields.Integer(required=True)
    principal = fields.String(
        required=True, attribute="principal.login", metadata={"description": "不在岗的人的用户名"}
    )
    principal_name = fields.String(
        required=True, attribute="principal.name", metadata={"description": "不在岗的人"}
    )
    delegate = fields.String(
        required=True, attribute="delegate.login", metadata={"description": "代理人的用户名"}
    )
    delegate_name = fields.String(
        required=True, attribute="delegate.name", metadata={"description": "代理人"}
    )
    starts_at = moment("开始时间", required=True)
    ends_at = moment("结束时间，不含", required=True)
    reason = fields.String(required=True, metadata={"description": "事由"})


class BeginSchema(Schema):
    """Who is to act for whom, from when to when."""

    principal = string(80, "为谁代理；默认为本人，他人由其单位管理员指定", load_default="")
    delegate = string(80, "代理人的用户名", required=True)
    starts_at = moment("开始时间；已过的从现在算起", required=True)
    ends_at = moment("结束时间，不含；最长一年", required=True)
    reason = string(delegations.MAX_REASON, "事由", required=True)


@blp.route("/delegations")
@blp.response(200, DelegationSchema(many=True))
def list_delegations() -> Sequence[Delegation]:
    """列出请人代理和代理他人的期间，最近的在前"""
    return delegations.list_mine(g.ctx)


@blp.route("/delegations", methods=["POST"])
@idempotent
@blp.arguments(BeginSchema)
@blp.response(201, DelegationSchema)
def begin(body: dict[str, Any]) -> Delegation:
    """指定代理人

    期间派给不在岗的人的任务，代理人也能办理，意见和记录写明“代”。管理权限不随之转移。
    """
    ctx: Context = g.ctx
    (delegate_id,) = find_users(ctx, [body["delegate"]], "delegate")
    return delegations.begin(
        ctx,
        principal=_find_principal(ctx, body["principal"]),
        delegate_id=delegate_id,
        starts_at=max(body["starts_at"], ctx.now),
        ends_at=body["ends_at"],
        reason=body["reason"],
    )


@blp.route(f"/delegations/<{ID}:delegation_id>/end", methods=["POST"])
@idempotent
@blp.response(200, DelegationSchema)
def end(delegation_id: int) -> Delegation:
    """提前结束代理

    还没有开始的不再开始；已经办结的不变。
    """
    return delegations.end(g.ctx, delegation_id)


def _find_principal(ctx: Context, login: str) -> User:
    wanted = User.login == login if login else User.id == ctx.actor.user_id
    user = ctx.session.scalar(select(User).where(wanted, User.active))
    if user is None:  # the same is said of somebody elsewhere
        raise Forbidden("只能为自己指定代理人；他人不在岗的，由其单位管理员指定。")
    return user
