"""Incidents: what went wrong in the processes, until somebody retries it."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from service.errors import Forbidden
from service.models import Instance, Round
from service.programmes.nomination import nominations
from service.programmes.round import rounds
from service.web.frame.doors import for_organisers
from service.web.frame.targets import local_target
from service.web.task.inbox import zone_of
from service.workflow.context import Context
from service.workflow.instance import incidents
from service.workflow.job import retries

pages = Blueprint("incident_pages", __name__, url_prefix="/admin/incidents")


@pages.get("")
@for_organisers
def list_incidents() -> str:
    """List what is unresolved: all of it for administrators, that of his rounds for an organiser."""
    ctx: Context = g.ctx
    rows = [row for row in incidents.list_open(ctx) if _may_mend(ctx, row.round_id)]
    wanted = {row.instance_id for row in rows}
    instances = ctx.session.scalars(select(Instance).where(Instance.id.in_(wanted)))
    return render_template(
        "admin/incidents.html", rows=rows, instances={i.id: i for i in instances}, zone_of=zone_of
    )


@pages.post("/<int:incident_id>/retry")
@for_organisers
def retry(incident_id: int) -> Response:
    """Do again what went wrong."""
    ctx: Context = g.ctx
    incident = incidents.get_open(ctx, incident_id)
    if not _may_mend(ctx, incident.round_id):
        raise Forbidden(_("这项异常不属于您主办的届次。"))
    if retries.retry(ctx, incident_id):
        flash(_("已重新执行，异常解除。"), "success")
    else:
        flash(_("仍未解决：请先处理原因（例如为无人担任的岗位授权），再重试。"), "warning")
    return redirect(local_target(request.form.get("next")))


def _may_mend(ctx: Context, round_id: int | None) -> bool:
    if ctx.actor.is_admin:
        return True
    entry: Round | None = rounds.get(ctx, round_id) if round_id is not None else None
    return entry is not None and nominations.is_organiser(ctx, entry)
