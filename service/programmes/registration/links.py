"""The link with which somebody whose registration was confirmed chooses the password of his account."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select

from service.errors import Conflict, NotFound
from service.models import Registration, User
from service.models.crypto import keyring
from service.programmes.registration import registrations
from service.workflow.context import Context
from service.workflow.person import logins

LINK_DAYS = 14
PATH = "/public/registrations/link/"


def issue(ctx: Context, registration: Registration) -> None:
    """Give a registration a link of its own for LINK_DAYS, and mail it where there is an address."""
    user = registration.user
    if user is None or is_used(registration):
        raise Conflict("链接已经用过，本人已设置密码；忘记密码的，由系统管理员重置。")
    token = secrets.token_urlsafe(24)
    registration.link, registration.link_index = token, _hash(token)
    registration.link_until = ctx.security_now + timedelta(days=LINK_DAYS)
    registrations.tell(
        ctx,
        registration,
        f"link:{registration.link_index[:16]}",
        subject=f"您的个人自荐登记（{registration.number}）已确认",
        text=f"用户名：{user.login}\n请在 {LINK_DAYS} 天内打开下面的链接设置密码，链接只能用一次：",
        path=f"{PATH}{token}",
    )


def is_used(registration: Registration) -> bool:
    """Say whether somebody has the account already: by the link, or by an administrator's password."""
    user = registration.user
    return registration.link_used_at is not None or (user is not None and user.last_login_at is not None)


def is_good(ctx: Context, registration: Registration) -> bool:
    """Say whether a registration's link may be used now."""
    until = registration.link_until
    is_left = until is not None and until > ctx.security_now
    return registration.link is not None and is_left and not is_used(registration)


def find(ctx: Context, token: str) -> Registration:
    """Return the registration a link belongs to; Conflict says why it is good no more."""
    query = select(Registration).where(Registration.link_index == _hash(token))
    found = ctx.session.scalar(query.with_for_update(of=Registration))
    if found is None:
        raise NotFound("没有这个链接，可能已经重发过新的。请凭登记号和查询码查询最新的链接。")
    if is_used(found):
        raise Conflict("这个链接已经用过，账号已经开通，请直接登录。")
    if not is_good(ctx, found) or found.user is None or not found.user.active:
        raise Conflict("这个链接已经过期，请联系主办单位重发。")
    return found


def use(ctx: Context, token: str, password: str) -> User:
    """Set the password of the account behind a link; the link is good no more."""
    registration = find(ctx, token)
    user = registration.user
    assert user is not None
    logins.set_password(ctx, user, password)
    registration.link, registration.link_used_at = None, ctx.now
    registrations.note(ctx, registration, "link_used", user=user.login)
    return user


def _hash(token: str) -> str:
    return keyring().index(f"registration link:{token}")
