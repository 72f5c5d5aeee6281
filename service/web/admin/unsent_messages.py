"""Messages that did not leave, on the page of incidents: what is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from service.errors import Invalid
from service.web.admin.incidents import require_mending, show_page
from service.web.frame.doors import for_organisers
from service.workflow.job import unsent_messages

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

pages = Blueprint("unsent_message_pages", __name__, url_prefix="/admin/incidents/messages")


@pages.post("/<int:message_id>/retry")
@for_organisers
def retry(message_id: int) -> Response:
    """Let messages be sent after all."""
    require_mending(g.ctx, unsent_messages.get(g.ctx, message_id).round_id)
    unsent_messages.retry(g.ctx, message_id)
    flash(_("已重新排队，稍后自动发送；再次失败会重新列在这里。"), "success")
    return redirect(url_for("incident_pages.list_incidents"))


@pages.post("/<int:message_id>/drop")
@for_organisers
def drop(message_id: int) -> ResponseReturnValue:
    """Let messages never leave, for a reason."""
    require_mending(g.ctx, unsent_messages.get(g.ctx, message_id).round_id)
    try:
        unsent_messages.drop(g.ctx, message_id, request.form.get("reason", ""))
    except Invalid as refused:
        g.ctx.session.rollback()
        return show_page(refused, f"message-{message_id}"), 422
    flash(_("已放弃，原因记入历史。"), "success")
    return redirect(url_for("incident_pages.list_incidents"))
