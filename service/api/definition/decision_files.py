"""Decision tables: the .dmn files in force, one's drafts of them, checking and publishing one."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import Schema, fields, validate

from service.api.definition.deployments import DeploymentSchema
from service.api.frame.blueprint import VERSION_PREFIX, Blueprint
from service.api.frame.etags import conditional, require_match, tagged, with_tag
from service.api.frame.fields import moment, string
from service.api.frame.idempotency import idempotent
from service.engine.xml import encode
from service.programmes import wiring
from service.programmes.diagram import decision_drafts, diagrams, in_force
from service.programmes.diagram.decision_drafts import MAX_BYTES, tag_of
from service.programmes.pack.packs import Pack
from service.workflow.context import Context

PATH = "/programmes/<string(maxlength=80):programme>/decision-files"
FILE = f"{PATH}/<string(maxlength=120):file>"

blp = Blueprint("decision-files", "决策表：查看、草稿、检查与发布")


class ListedFileSchema(Schema):
    """A file in force."""

    file = fields.String(required=True, metadata={"description": "文件名"})
    edited = fields.Boolean(required=True, metadata={"description": "在网页或接口上改过，不随活动包更新"})
    draft = fields.Boolean(required=True, metadata={"description": "您有一份草稿"})


class TablesSchema(Schema):
    """A file of decision tables."""

    xml = fields.String(
        required=True,
        validate=validate.Length(min=1, max=MAX_BYTES),
        metadata={"description": "DMN 1.1 至 1.5 的 XML，不得有 DOCTYPE"},
    )


class DraftSchema(TablesSchema):
    """One's draft of a file, or the file in force where there is none."""

    saved_at = moment("保存草稿的时间；没有草稿的为 null", required=True, allow_none=True, dump_only=True)


class TablePublicationSchema(TablesSchema):
    """A file to publish."""

    note = string(500, "改了什么", load_default="")


class TableProblemSchema(Schema):
    """A finding about a table."""

    decision = fields.String(required=True, metadata={"description": "决策标识；整个文件的问题为空"})
    rows = fields.List(fields.Integer(), required=True, metadata={"description": "行，从 1 开始"})
    column = fields.Integer(
        required=True, allow_none=True, metadata={"description": "列，从 0 开始，先条件后结论；整行的为 null"}
    )
    message = fields.String(required=True, metadata={"description": "问题"})
    severity = fields.String(required=True, metadata={"description": "error 或 warning"})


class TableCheckSchema(Schema):
    """What the check of a file found."""

    publishable = fields.Boolean(required=True, metadata={"description": "可以发布"})
    problems = fields.List(fields.Nested(TableProblemSchema), required=True)


@blp.route(PATH)
@blp.response(200, ListedFileSchema(many=True))
def list_files(programme: str) -> list[dict[str, Any]]:
    """列出现行的决策表文件"""
    ctx, pack = g.ctx, _pack(programme)
    edited = in_force.edited_files(ctx, pack)
    drafts = decision_drafts.list_drafts(ctx, pack.key)
    return [
        {"file": file, "edited": file in edited, "draft": file in drafts}
        for file in in_force.files(ctx, pack)
    ]


@blp.route(FILE)
@tagged
@blp.response(200, TablesSchema)
def get_file(programme: str, file: str) -> Any:
    """读取现行的决策表文件"""
    xml = decision_drafts.file_in_force(g.ctx, _pack(programme), file)
    return with_tag({"xml": xml.decode("utf-8", "replace")}, tag_of(xml))


@blp.route(f"{FILE}/draft")
@tagged
@blp.response(200, DraftSchema)
def get_draft(programme: str, file: str) -> Any:
    """读取您的草稿

    没有草稿的，回答现行的文件。
    """
    return _show(_pack(programme), file)


@blp.route(f"{FILE}/draft", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(TablesSchema)
@blp.response(200, DraftSchema)
def put_draft(body: dict[str, Any], programme: str, file: str) -> Any:
    """保存草稿

    不检查能否发布。If-Match 为读取草稿时得到的 ETag。
    """
    pack = _pack(programme)
    require_match(decision_drafts.open_file(g.ctx, pack, file, lock=True).tag)
    decision_drafts.save_draft(g.ctx, pack, file, _bytes(body["xml"]))
    return _show(pack, file)


@blp.route(f"{FILE}/draft", methods=["DELETE"])
@conditional(required=True)
@blp.response(204)
def delete_draft(programme: str, file: str) -> None:
    """丢弃草稿

    If-Match 为读取草稿时得到的 ETag。
    """
    pack = _pack(programme)
    decision_drafts.file_in_force(g.ctx, pack, file)
    require_match(decision_drafts.open_file(g.ctx, pack, file, lock=True).tag)
    decision_drafts.discard_draft(g.ctx, pack.key, file)


@blp.route(f"{FILE}/checks", methods=["POST"])
@blp.arguments(TablesSchema)
@blp.response(200, TableCheckSchema)
def check_file(body: dict[str, Any], programme: str, file: str) -> dict[str, Any]:
    """检查决策表文件，不发布"""
    found = decision_drafts.check_file(g.ctx, _pack(programme), file, _bytes(body["xml"]))
    problems = [
        {
            "decision": decision,
            "rows": one.rows,
            "column": one.column,
            "message": one.message,
            "severity": one.severity,
        }
        for decision, one in found
    ]
    return {"publishable": all(one.severity != "error" for _, one in found), "problems": problems}


@blp.route(f"{FILE}/deployments", methods=["POST"])
@idempotent
@conditional(required=True)
@blp.arguments(TablePublicationSchema)
@blp.response(201, DeploymentSchema)
def publish_file(body: dict[str, Any], programme: str, file: str) -> Any:
    """发布决策表（系统管理员和主办单位）

    与现行的流程图、表单一起成为下一版。If-Match 为读取现行文件时得到的 ETag：期间他人发布过这个文件的，
    回答 412。
    """
    ctx: Context = g.ctx
    pack = _pack(programme)
    begun_from = tag_of(decision_drafts.file_in_force(ctx, pack, file))
    require_match(begun_from)
    deployment = decision_drafts.publish(
        ctx, pack, file, _bytes(body["xml"]), begun_from=begun_from, note=body["note"]
    )
    return deployment, {"Location": f"{VERSION_PREFIX}/deployments/{deployment.id}"}


def _bytes(text: str) -> bytes:
    """Return a file that came as text in UTF-8, to the byte as it was where that is what it declares."""
    return text.encode() if 'encoding="UTF-8"' in text.partition("?>")[0] else encode(text)


def _show(pack: Pack, file: str) -> Any:
    opened = decision_drafts.open_file(g.ctx, pack, file)
    saved_at = opened.draft.saved_at if opened.draft is not None else None
    return with_tag({"xml": opened.xml.decode("utf-8", "replace"), "saved_at": saved_at}, opened.tag)


def _pack(programme: str) -> Pack:
    pack = wiring.get_pack(g.ctx, programme)
    diagrams.require_may_draw(g.ctx, pack)
    return pack
