"""Who may enter the pages of administration: decorators, as the actor is known inside the request only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g
from flask_babel import gettext as _

from service.errors import Forbidden
from service.workflow.context import Actor

P = ParamSpec("P")
R = TypeVar("R")


def is_admin(actor: Actor) -> bool:
    """Say whether somebody administers the service."""
    return actor.is_admin


def administers(actor: Actor) -> bool:
    """Say whether somebody administers the service or organises a programme."""
    return actor.is_admin or actor.holds("organiser")


def for_admins(view: Callable[P, R]) -> Callable[P, R]:
    """Let only administrators into a view."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_admin(g.ctx.actor):
            raise Forbidden(_("只有系统管理员可以进入这个页面。"))
        return view(*args, **kwargs)

    return guarded


def for_organisers(view: Callable[P, R]) -> Callable[P, R]:
    """Let only administrators and organisers into a view."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not administers(g.ctx.actor):
            raise Forbidden(_("只有系统管理员和主办单位可以进入这个页面。"))
        return view(*args, **kwargs)

    return guarded
