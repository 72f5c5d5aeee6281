"""Process instances: what they are, what happened in them and where in their diagram they stand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import g
from marshmallow import Schema, fields

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.fields import PageQuery, moment, row_id, string
from service.models import HistoryEvent, Instance
from service.programmes.nomination import nominations
from service.programmes.privacy import provision
from service.programmes.review import experts
from service.workflow.context import Context
from service.workflow.task import instances, tasklist

blp = Blueprint("instances", "流程实例：现状与历史")


class InstanceSchema(Schema):
    """A process instance."""

    id = fields.Integer(required=True)
    round_id = fields.Integer(required=True, allow_none=True, metadata={"description": "届次"})
    deployment_id = fields.Integer(required=True, metadata={"description": "所用的流程版本"})
    process_id = fields.String(required=True, metadata={"description": "流程图中的流程 id"})
    business_key = fields.String(required=True, metadata={"description": "办的是什么，如 nomination:12"})
    title = fields.String(required=True, metadata={"description": "事项名称"})
    status = fields.String(required=True, metadata={"description": "active、completed 或 cancelled"})
    started_at = moment("开始时间", required=True)
    ended_at = moment("结束时间", required=True, allow_none=True)
    end_event = fields.String(required=True, allow_none=True, metadata={"description": "到达的结束事件"})


class InstancePageSchema(Schema):
    """A page of instances."""

    items = fields.List(fields.Nested(InstanceSchema), required=True)
    page = fields.Integer(required=True)
    has_next = fields.Boolean(required=True)


class InstanceQuery(PageQuery):
    """What the list of instances is narrowed to."""

    text = string(80, "标题的一部分", load_default="")
    round_id = row_id("届次", load_default=None)


class EventSchema(Schema):
    """Something that happened. Never changed."""

    seq = fields.Integer(required=True, metadata={"description": "序号，从 1 开始"})
    at = moment("时间", required=True)
    actor_name = fields.String(required=True, metadata={"description": "谁"})
    kind = fields.String(required=True, metadata={"description": "何事，如 task.completed"})
    element_id = fields.String(required=True, allow_none=True)
    details = fields.Dict(required=True)
    hash = fields.String(required=True, metadata={"description": "本条与前一条的散列"})


class StandingSchema(Schema):
    """Where an instance stands in its diagram."""

    deployment_id = fields.Integer(required=True, metadata={"description": "画的是哪一版流程图"})
    process_id = fields.String(required=True)
    active = fields.List(fields.String(), required=True, metadata={"description": "正在等待的图元"})
    completed = fields.List(fields.String(), required=True, metadata={"description": "经过的图元"})
    troubled = fields.List(fields.String(), required=True, metadata={"description": "出了故障的图元"})


def _tell(event: HistoryEvent, hidden: Collection[str]) -> dict[str, Any]:
    """Return an event; who scored is told to the organiser alone."""
    names = ("seq", "at", "kind", "element_id", "details", "hash")
    who = "评审专家" if event.element_id in hidden else event.actor_name
    return {name: getattr(event, name) for name in names} | {"actor_name": who}


@blp.route("/instances")
@blp.arguments(InstanceQuery, location="query")
@blp.response(200, InstancePageSchema)
def list_instances(query: dict[str, Any]) -> dict[str, Any]:
    """列出我发起的流程"""
    page = query.pop("page")
    found = tasklist.list_started(g.ctx, tasklist.Filter(**query), page=page)
    return {"items": found.rows, "page": found.number, "has_next": found.has_next}


@blp.route(f"/instances/<{ID}:instance_id>")
@blp.response(200, InstanceSchema)
def get_instance(instance_id: int) -> Instance:
    """查看一个流程"""
    return instances.get_visible(g.ctx, instance_id)


@blp.route(f"/instances/<{ID}:instance_id>/history")
@blp.response(200, EventSchema(many=True))
def get_history(instance_id: int) -> Any:
    """查看流程的历史记录"""
    ctx: Context = g.ctx
    instance = instances.get_visible(ctx, instance_id)
    nomination = nominations.of_instance(ctx, instance)
    if nomination is not None:
        provision.require_not_withheld(ctx, nomination)
    hidden = experts.hidden_steps(ctx, instance)
    return [_tell(event, hidden) for event in instances.read_history(ctx, instance)]


@blp.route(f"/instances/<{ID}:instance_id>/standing")
@blp.response(200, StandingSchema)
def get_standing(instance_id: int) -> dict[str, Any]:
    """查看流程走到了图上的哪里"""
    ctx: Context = g.ctx
    instance = instances.get_visible(ctx, instance_id)
    standing = instances.stand_of(ctx, instance)
    return {
        "deployment_id": instance.deployment_id,
        "process_id": instance.process_id,
        "active": standing.active,
        "completed": standing.completed,
        "troubled": standing.troubled,
    }
