"""Incidents: what went wrong in a process, and trying it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from marshmallow import Schema, fields

from service.api.frame.access import require_organiser
from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.fields import moment, row_id
from service.errors import NotFound
from service.models import Incident
from service.programmes.round import rounds
from service.workflow.context import Context
from service.workflow.instance import incidents
from service.workflow.job import retries

blp = Blueprint("incidents", "故障：查看与重试（主办单位和系统管理员）")


class IncidentQuery(Schema):
    """What the list of incidents is narrowed to."""

    round_id = row_id("届次；主办单位必填", load_default=None)


class IncidentSchema(Schema):
    """A process that went wrong."""

    id = fields.Integer(required=True)
    round_id = fields.Integer(required=True, allow_none=True)
    instance_id = fields.Integer(required=True)
    element_id = fields.String(required=True)
    kind = fields.String(required=True)
    message = fields.String(required=True, metadata={"description": "出了什么问题"})
    opened_at = moment("发生时间", required=True)
    resolved_at = moment("处理时间", required=True, allow_none=True)


class RetriedSchema(Schema):
    """What a retry came to."""

    resolved = fields.Boolean(required=True, metadata={"description": "已经解决"})


@blp.route("/incidents")
@blp.arguments(IncidentQuery, location="query")
@blp.response(200, IncidentSchema(many=True))
def list_incidents(query: dict[str, Any]) -> Sequence[Incident]:
    """列出未处理的故障"""
    ctx: Context = g.ctx
    round_id = query["round_id"]
    require_organiser(ctx, rounds.get(ctx, round_id) if round_id else None)
    return incidents.list_open(ctx, round_id=round_id)


@blp.route(f"/incidents/<{ID}:incident_id>/retry", methods=["POST"])
@blp.response(200, RetriedSchema)
def retry_incident(incident_id: int) -> dict[str, bool]:
    """重试

    查明并消除原因之后，再做一遍当时没有做成的事。
    """
    ctx: Context = g.ctx
    incident = ctx.session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("没有这个故障记录，或您无权查看。")
    require_organiser(ctx, rounds.get(ctx, incident.round_id) if incident.round_id else None, hide=True)
    return {"resolved": retries.retry(ctx, incident_id)}
