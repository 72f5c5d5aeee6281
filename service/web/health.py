"""Whether this process can answer: for a load balancer or a container's health check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g
from sqlalchemy import select

from service.web.frame.sessions import public

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def show() -> ResponseReturnValue:
    """Answer ``ok`` when the database answers. When it does not, the handler of errors says why, with 503."""
    g.ctx.session.execute(select(1))
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})
