"""Deployments: the published versions of a programme's diagram, checking one and publishing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask import Response, current_app, g, request
from marshmallow import Schema, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import defer
from werkzeug.exceptions import NotAcceptable

from service.api.frame.blueprint import ID, VERSION_PREFIX, Blueprint
from service.api.frame.fields import moment, string
from service.api.frame.idempotency import idempotent
from service.api.frame.problem import DiagramProblemSchema
from service.engine.xml import encode
from service.errors import NotFound
from service.models import Deployment
from service.programmes import wiring
from service.programmes.diagram import diagrams, in_force
from service.workflow.context import Context

MAX_XML = 2_000_000
XML_TYPES = ("application/xml", "text/xml", "application/bpmn+xml")

blp = Blueprint("deployments", "流程版本：查看、检查与发布")


class DeploymentQuery(Schema):
    """What the list of deployments is narrowed to."""

    programme = string(80, "活动", load_default=None)


class DeploymentSchema(Schema):
    """A published version. Never changed."""

    id = fields.Integer(required=True)
    programme = fields.String(required=True, attribute="key", metadata={"description": "活动"})
    version = fields.Integer(required=True, metadata={"description": "版本，从 1 开始"})
    content_hash = fields.String(required=True, metadata={"description": "流程图和表单的散列"})
    note = fields.String(required=True, metadata={"description": "说明"})
    deployed_at = moment("发布时间", required=True)


class DiagramSchema(Schema):
    """A diagram."""

    xml = fields.String(
        required=True,
        validate=validate.Length(min=1, max=MAX_XML),
        metadata={"description": "BPMN 2.0 XML，不得有 DOCTYPE"},
    )


class PublicationSchema(DiagramSchema):
    """A diagram to publish."""

    note = string(500, "改了什么", load_default="")


class CheckSchema(Schema):
    """What the check of a diagram found."""

    publishable = fields.Boolean(required=True, metadata={"description": "可以发布"})
    problems = fields.List(fields.Nested(DiagramProblemSchema), required=True)


@blp.route("/deployments")
@blp.arguments(DeploymentQuery, location="query")
@blp.response(200, DeploymentSchema(many=True))
def list_deployments(query: dict[str, Any]) -> Sequence[Deployment]:
    """列出已发布的流程版本，新的在前"""
    statement = select(Deployment).options(defer(Deployment.xml)).order_by(Deployment.id.desc())
    if query["programme"]:
        statement = statement.where(Deployment.key == query["programme"])
    ctx: Context = g.ctx
    return list(ctx.session.scalars(statement))


@blp.route(f"/deployments/<{ID}:deployment_id>")
@blp.response(200, DeploymentSchema)
def get_deployment(deployment_id: int) -> Any:
    """查看一个流程版本

    Accept 为 application/xml 时回答流程图本身。
    """
    ctx: Context = g.ctx
    deployment = ctx.session.get(Deployment, deployment_id)
    if deployment is None:
        raise NotFound("没有这个流程版本。")
    wanted = request.accept_mimetypes.best_match(["application/json", *XML_TYPES])
    if request.accept_mimetypes and wanted is None:
        raise NotAcceptable
    if wanted in XML_TYPES:
        return Response(deployment.xml, mimetype=wanted, headers={"Vary": "Accept"})
    return deployment, {"Vary": "Accept"}


@blp.route("/programmes/<string(maxlength=80):programme>/checks", methods=["POST"])
@blp.arguments(DiagramSchema)
@blp.response(200, CheckSchema)
def check_diagram(body: dict[str, Any], programme: str) -> dict[str, Any]:
    """检查流程图，不发布"""
    ctx: Context = g.ctx
    pack = wiring.get_pack(ctx, programme)
    diagrams.require_may_draw(ctx, pack)
    pack = in_force.with_edited(ctx, pack)
    problems = diagrams.check(pack, encode(body["xml"]), remote_topics=_remote_topics())
    return {"publishable": all(p.severity != "error" for p in problems), "problems": problems}


@blp.route("/programmes/<string(maxlength=80):programme>/deployments", methods=["POST"])
@idempotent
@blp.arguments(PublicationSchema)
@blp.response(201, DeploymentSchema)
def publish_diagram(body: dict[str, Any], programme: str) -> Any:
    """发布流程图（系统管理员和主办单位）

    有问题的流程图回答 422，problems 逐处说明。内容与最新版本相同的，不产生新版本。
    """
    ctx: Context = g.ctx
    pack = wiring.get_pack(ctx, programme)
    xml, remote = encode(body["xml"]), _remote_topics()
    deployment = diagrams.publish(ctx, pack, xml, note=body["note"], remote_topics=remote)
    return deployment, {"Location": f"{VERSION_PREFIX}/deployments/{deployment.id}"}


def _remote_topics() -> frozenset[str]:
    """Return the topics that connectors of this installation work."""
    return frozenset(cast(Any, current_app).runtime.wiring.remote)
