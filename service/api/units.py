"""Units: the tree of organisations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from marshmallow import Schema, fields
from sqlalchemy import select

from service.api.frame.blueprint import Blueprint
from service.api.frame.fields import string
from service.models import Unit
from service.programmes.round import rounds
from service.workflow.context import Context

blp = Blueprint("units", "单位")


class UnitQuery(Schema):
    """Which part of the tree."""

    below = string(64, "只要这个单位及其下属，填代码", load_default="")


class UnitSchema(Schema):
    """A node of the organisation tree."""

    code = fields.String(required=True, metadata={"description": "代码"})
    name = fields.String(required=True)
    level = fields.String(required=True, metadata={"description": "级别：市、区县、单位"})
    path = fields.String(required=True, metadata={"description": "从最上级起的代码，如 /cz/liyang/"})


@blp.route("/units")
@blp.arguments(UnitQuery, location="query")
@blp.response(200, UnitSchema(many=True))
def list_units(query: dict[str, Any]) -> Sequence[Unit]:
    """列出在用的单位，上级在前"""
    ctx: Context = g.ctx
    statement = select(Unit).where(Unit.active).order_by(Unit.path)
    if query["below"]:
        top = rounds.get_unit(ctx, query["below"])
        statement = statement.where(Unit.path.startswith(top.path, autoescape=True))
    return list(ctx.session.scalars(statement))


@blp.route("/units/<string(maxlength=64):code>")
@blp.response(200, UnitSchema)
def get_unit(code: str) -> Unit:
    """查看一个单位"""
    return rounds.get_unit(g.ctx, code)
