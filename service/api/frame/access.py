"""Who may use an operation that the domain leaves to the entry point."""

from __future__ import annotations

from service.errors import Forbidden, NotFound
from service.models import Round
from service.programmes.nomination import nominations
from service.workflow.context import Context


def require_admin(ctx: Context) -> None:
    """Refuse whoever does not administer the service."""
    if not ctx.actor.is_admin:
        raise Forbidden("只有系统管理员可以进行这项操作。")


def require_organiser(ctx: Context, entry: Round | None, *, hide: bool = False) -> None:
    """Refuse whoever neither administers the service nor organises the round.

    ``hide`` answers as if there were nothing: for things whose existence is nobody else's business.
    """
    if ctx.actor.is_admin or (entry is not None and nominations.is_organiser(ctx, entry)):
        return
    if hide:
        raise NotFound("没有这项内容，或您无权查看。")
    raise Forbidden("只有主办单位或系统管理员可以进行这项操作。")
