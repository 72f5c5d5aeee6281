"""Bearer tokens: obtaining one by log-in, giving it back, and who stands behind one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, g, request
from marshmallow import Schema, fields, validate

from service.api.frame.blueprint import Blueprint
from service.api.frame.fields import moment, string
from service.api.frame.limits import LOGINS, limiter
from service.api.frame.problem import render_problem
from service.workflow.context import ANONYMOUS, Actor, Context
from service.workflow.person import logins, tokens

MAX_HOURS = 24 * 90

blp = Blueprint("tokens", "令牌：用用户名和密码换取，用完作废")


def find_actor(ctx: Context) -> Actor:
    """Return who the request's bearer token belongs to; ANONYMOUS without a valid one."""
    token = _token()
    return (tokens.find_actor(ctx, token) if token else None) or ANONYMOUS


class LogInSchema(Schema):
    """A name and a password, and how long the token shall live."""

    login = string(80, "用户名", required=True)
    password = fields.String(
        required=True, load_only=True, validate=validate.Length(max=200), metadata={"description": "密码"}
    )
    name = string(80, "令牌的名称，写入历史记录", load_default="API")
    hours = fields.Integer(
        load_default=12,
        validate=validate.Range(min=1, max=MAX_HOURS),
        metadata={"description": f"有效小时数，最多 {MAX_HOURS}"},
    )


class TokenSchema(Schema):
    """A token. It is shown this once."""

    token = fields.String(required=True, metadata={"description": "令牌，只显示这一次"})
    expires_at = moment("到期时间", required=True)


class MeSchema(Schema):
    """Who the token belongs to."""

    id = fields.Integer(required=True, attribute="user_id", metadata={"description": "人员编号"})
    name = fields.String(required=True, metadata={"description": "姓名"})
    groups = fields.List(fields.String(), required=True, metadata={"description": "所任角色：角色@单位代码"})


@blp.route("/tokens", methods=["POST"], public=True)
@limiter.limit(LOGINS)
@blp.arguments(LogInSchema)
@blp.response(201, TokenSchema)
def create_token(body: dict[str, Any]) -> Any:
    """取得令牌

    用户名或密码连续输错 5 次，账号锁定 15 分钟。
    """
    ctx: Context = g.ctx
    try:
        user = logins.log_in(ctx, body["login"], body["password"])
    except logins.LoginFailed as failed:
        return render_problem(failed)  # returned, not raised: the counted failure has to be committed
    lifetime = timedelta(hours=body["hours"])
    token = tokens.issue_token(ctx, user, body["name"], lifetime=lifetime)
    return {"token": token, "expires_at": ctx.security_now + lifetime}


@blp.route("/tokens/current", methods=["DELETE"])
@blp.response(204)
def revoke_token() -> Response:
    """作废当前令牌"""
    tokens.revoke_token(g.ctx, _token())
    return Response(status=204)


@blp.route("/me")
@blp.response(200, MeSchema)
def show_me() -> dict[str, Any]:
    """查看令牌属于谁"""
    actor: Actor = g.ctx.actor
    return {"user_id": actor.user_id, "name": actor.name, "groups": sorted(actor.groups)}


def _token() -> str:
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return ""
    return authorization.token or ""
