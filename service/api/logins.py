"""People named in a request by their log-in names."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.errors import Invalid
from service.models import User
from service.workflow.context import Context
from service.workflow.person import people


def find_users(ctx: Context, logins: Sequence[str], field: str = "to") -> list[int]:
    """Return the ids of the actor and of people near him; Invalid at ``field`` names those who are none.

    Of somebody elsewhere the same is said as of nobody: log-in names are not to be found out by asking.
    """
    query = select(User.login, User.id).where(User.login.in_(logins), User.active)
    named = {row.login: row.id for row in ctx.session.execute(query)}
    near = {user.id for user in people.find_colleagues(ctx, named.values())} | {ctx.actor.user_id}
    found = {login: number for login, number in named.items() if number in near}
    unknown = [login for login in logins if login not in found]
    if unknown:
        raise Invalid("没有这个在用的用户名：" + "、".join(unknown), fields={field: "请核对用户名"})
    return [found[login] for login in logins]
