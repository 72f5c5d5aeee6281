"""Tokens of the API that were issued to the actor, on his account's page."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.workflow.person import tokens

pages = Blueprint("token_pages", __name__, url_prefix="/account/tokens")


@pages.post("/<int:token_id>/revoke")
def revoke(token_id: int) -> Response:
    """Refuse a token from the next request on."""
    token = tokens.revoke_own(g.ctx, token_id)
    flash(_("令牌“%(name)s”已作废，用它的程序不能再登录。", name=token.name), "success")
    return redirect(url_for("login.account"))
