"""Incidents: what went wrong in the processes, until somebody retries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.errors import Forbidden, Invalid
from service.models import Deployment, Instance, PendingStart, Round, StartTimer
from service.programmes.nomination import nominations
from service.programmes.round import rounds
from service.web.frame.doors import for_organisers
from service.web.frame.targets import local_target
from service.web.task.inbox import zone_of
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import incidents
from service.workflow.job import given_up_starts, retries, unsent_messages

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

pages = Blueprint("incident_pages", __name__, url_prefix="/admin/incidents")

STARTS: dict[str, given_up_starts.Kind] = {"event": PendingStart, "timer": StartTimer}


@pages.get("")
@for_organisers
def list_incidents() -> str:
    """List what is unresolved: all of it for administrators, that of his rounds for an organiser."""
    return show_page()


def show_page(refused: Invalid | None = None, opened: str = "") -> str:
    """Return the page, with what was refused where it was asked for."""
    ctx: Context = g.ctx
    rows = [row for row in incidents.list_open(ctx) if _may_mend(ctx, row.round_id)]
    wanted = {row.instance_id for row in rows}
    instances = ctx.session.scalars(select(Instance).where(Instance.id.in_(wanted)))
    return render_template(
        "admin/incidents.html",
        rows=rows,
        instances={i.id: i for i in instances},
        starts=[
            (_kind_of(start), start, _name_of(ctx, start))
            for start in given_up_starts.list_all(ctx)
            if _may_mend(ctx, _round_of(start))
        ],
        unsent=[row for row in unsent_messages.list_all(ctx) if _may_mend(ctx, row.first.round_id)],
        zone_of=zone_of,
        refused=refused,
        opened=opened,
        given=request.form if refused else {},
    )


@pages.post("/<int:incident_id>/retry")
@for_organisers
def retry(incident_id: int) -> Response:
    """Do again what went wrong."""
    ctx: Context = g.ctx
    incident = incidents.get_open(ctx, incident_id)
    require_mending(ctx, incident.round_id)
    if retries.retry(ctx, incident_id):
        flash(_("已重新执行，异常解除。"), "success")
    else:
        flash(_("仍未解决：请先处理原因（例如为无人担任的岗位授权），再重试。"), "warning")
    return redirect(local_target(request.form.get("next")))


@pages.post("/starts/<any(event,timer):kind>/<int:start_id>/retry")
@for_organisers
def retry_start(kind: str, start_id: int) -> Response:
    """Let a process that was given up be begun after all."""
    _require_start(kind, start_id)
    given_up_starts.retry(g.ctx, STARTS[kind], start_id)
    flash(_("已重新排队，稍后自动启动；再次失败会重新列在这里。"), "success")
    return redirect(url_for("incident_pages.list_incidents"))


@pages.post("/starts/<any(event,timer):kind>/<int:start_id>/drop")
@for_organisers
def drop_start(kind: str, start_id: int) -> ResponseReturnValue:
    """Let a process that was given up never begin, for a reason."""
    _require_start(kind, start_id)
    try:
        given_up_starts.drop(g.ctx, STARTS[kind], start_id, request.form.get("reason", ""))
    except Invalid as refused:
        g.ctx.session.rollback()
        return show_page(refused, f"{kind}-{start_id}"), 422
    flash(_("已放弃，原因记入历史。"), "success")
    return redirect(url_for("incident_pages.list_incidents"))


def require_mending(ctx: Context, round_id: int | None) -> None:
    """Refuse whoever may not mend what went wrong in a round, or in none."""
    if not _may_mend(ctx, round_id):
        raise Forbidden(_("这项异常不属于您主办的届次。"))


def _require_start(kind: str, start_id: int) -> None:
    require_mending(g.ctx, _round_of(given_up_starts.get(g.ctx, STARTS[kind], start_id)))


def _kind_of(start: PendingStart | StartTimer) -> str:
    return "event" if isinstance(start, PendingStart) else "timer"


def _round_of(start: PendingStart | StartTimer) -> int | None:
    return start.round_id if isinstance(start, PendingStart) else None


def _name_of(ctx: Context, start: PendingStart | StartTimer) -> str:
    """Return what the process would be called, and what it is about."""
    deployment = ctx.session.get_one(Deployment, start.deployment_id)
    diagram = deployments.diagram_of(ctx, deployment.id, deployment.content_hash)
    name = diagram.processes[start.process_id].name or start.process_id
    introduced = None
    if isinstance(start, PendingStart) and start.subject:
        introduced = ctx.domain.introduce(ctx, start.subject)
    return f"{name} · {introduced.title}" if introduced else name


def _may_mend(ctx: Context, round_id: int | None) -> bool:
    if ctx.actor.is_admin:
        return True
    entry: Round | None = rounds.get(ctx, round_id) if round_id is not None else None
    return entry is not None and nominations.is_organiser(ctx, entry)
