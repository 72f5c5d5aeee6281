"""Attachments: the files of a nomination, and those that a step of a round or a statement takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, g, request
from flask_smorest.fields import Upload
from marshmallow import Schema, fields
from werkzeug.datastructures import FileStorage

from service.api.frame.blueprint import ID, VERSION_PREFIX, Blueprint, View
from service.api.frame.etags import check_match, conditional, is_conditional, tag_header, tag_of, tagged
from service.api.frame.fields import moment, string
from service.api.frame.idempotency import HEADER, idempotent
from service.errors import Invalid
from service.models import Attachment, Nomination, TaskFile, UserTask
from service.programmes import submitted, task_files
from service.programmes.nomination import attachments, nominations
from service.programmes.nomination.attachments import Checked
from service.programmes.pack.packs import Slot
from service.programmes.privacy import disclosures, provision, quarantine
from service.workflow.context import Context
from service.workflow.instance import execution
from service.workflow.task import task_access

blp = Blueprint("attachments", "附件：申报的文件和任务的文件，列出、上传、下载与删除")


class AttachmentSchema(Schema):
    """A file."""

    id = fields.Integer(required=True)
    slot = fields.String(required=True, metadata={"description": "栏目，如 portrait"})
    filename = fields.String(required=True)
    content_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "上传时的字节数"})
    sha256 = fields.String(required=True, metadata={"description": "保存内容的散列"})
    warning = fields.String(required=True, metadata={"description": "提醒，如照片偏小"})
    uploaded_at = moment("上传时间", required=True)


class SlotSchema(Schema):
    """Where a file belongs."""

    slot = string(40, "栏目，如 portrait", required=True)


class UseQuery(Schema):
    """For whom and what for a file is taken."""

    receiver = string(100, "交给谁使用", load_default="")
    purpose = string(10, f"用途：{'、'.join(disclosures.PURPOSES)}", load_default="")
    note = string(100, "用途说明；用途为其他时必填", load_default="")


class FileSchema(Schema):
    """The file itself."""

    file = Upload(required=True, metadata={"description": "文件"})


class TaskFileSchema(AttachmentSchema):
    """A file of a task."""

    class Meta:
        """Nothing is warned of."""

        exclude = ("warning",)

    slot = fields.String(required=True, metadata={"description": "栏目，见 work 的 file_slots"})


def _gives_file(view: View) -> View:
    """Describe a view that gives a file to whoever says for whom and what for."""
    given = {"type": "string", "format": "binary"}
    described = blp.response(200, given, content_type="application/octet-stream", description="文件")(view)
    return blp.arguments(UseQuery, location="query")(described)


@blp.route(f"/nominations/<{ID}:nomination_id>/attachments")
@blp.response(200, AttachmentSchema(many=True))
def list_attachments(nomination_id: int) -> Sequence[Attachment]:
    """列出一份申报的附件"""
    ctx: Context = g.ctx
    return attachments.list_of(ctx, nominations.get_visible(ctx, nomination_id))


@blp.route(f"/nominations/<{ID}:nomination_id>/attachments", methods=["POST"])
@idempotent
@conditional()
@tagged
@blp.arguments(SlotSchema, location="form")
@blp.arguments(FileSchema, location="files")
@blp.response(201, AttachmentSchema)
def upload_attachment(form: dict[str, Any], files: dict[str, Any], nomination_id: int) -> Any:
    """上传附件

    照片会重新编码并去掉其中的位置等信息；其他文件须与扩展名一致。
    If-Match 为申报的 ETag，回答的 ETag 是申报改后的。
    """
    ctx: Context = g.ctx
    slot = attachments.find_slot(ctx, nominations.get_visible(ctx, nomination_id), form["slot"])
    checked = _let_go_and_check(slot, files["file"])
    nomination = _get_editable(ctx, nomination_id)
    attachments.require_room(ctx, nomination, form["slot"])
    attachment = attachments.keep(ctx, nomination, form["slot"], checked)
    location = f"{VERSION_PREFIX}/attachments/{attachment.id}"
    return attachment, {**tag_header(tag_of(nomination)), "Location": location}


@blp.route(f"/attachments/<{ID}:attachment_id>")
@_gives_file
def download_attachment(query: dict[str, str], attachment_id: int) -> Response:
    """下载附件

    下载他人上传的附件，须写明接收方和用途；每次下载均记入历史。
    有脱密审查的活动，系统查到内容、读不全或者还没读的文件，审查通过前只给申报单位、发起人、上传人、
    申报人和审查人，其他人得到 403。
    """
    ctx: Context = g.ctx
    attachment, data = quarantine.get_visible(ctx, attachment_id)
    nomination = ctx.session.get_one(Nomination, attachment.nomination_id)
    provision.require_not_withheld(ctx, nomination)
    use = _read_use(query, attachment.uploaded_by_id, nomination.nominee_id)
    about = {"paper": attachment.slot, "nomination": nomination.id}
    disclosures.note_download(ctx, use, attachment.round_id, people=[nomination.id], **about)
    return _give(attachment, data)


@blp.route(f"/attachments/<{ID}:attachment_id>", methods=["DELETE"])
@conditional()
@tagged
@blp.response(204)
def delete_attachment(attachment_id: int) -> Response:
    """删除还在填报的申报的附件

    If-Match 为申报的 ETag，回答的 ETag 是申报改后的。
    """
    ctx: Context = g.ctx
    attachment = attachments.get_row(ctx, attachment_id)
    nomination = _get_editable(ctx, attachment.nomination_id)
    attachments.remove(ctx, attachment)
    return Response(status=204, headers=tag_header(tag_of(nomination)))


@blp.route(f"/user-tasks/<{ID}:task_id>/files")
@blp.response(200, TaskFileSchema(many=True))
def list_files(task_id: int) -> Sequence[TaskFile]:
    """列出一项任务的文件

    任务办结前，只列给办理这一步的人和上传的人。
    """
    ctx: Context = g.ctx
    return task_files.list_of(ctx, submitted.get_task(ctx, task_id))


@blp.route(f"/user-tasks/<{ID}:task_id>/files", methods=["POST"])
@idempotent
@conditional()
@tagged
@blp.arguments(SlotSchema, location="form")
@blp.arguments(FileSchema, location="files")
@blp.response(201, TaskFileSchema)
def upload_file(form: dict[str, Any], files: dict[str, Any], task_id: int) -> Any:
    """上传任务的文件

    栏目见 work 的 file_slots；文件须与扩展名一致。If-Match 为任务的 ETag，回答的 ETag 是任务改后的。
    """
    ctx: Context = g.ctx
    checked = _let_go_and_check(task_files.find_slot(ctx, task_id, form["slot"]), files["file"])
    _check_task(ctx, task_id)
    kept = task_files.keep(ctx, task_id, form["slot"], checked)
    location = f"{VERSION_PREFIX}/task-files/{kept.id}"
    return kept, {**_tag_of_task(ctx, task_id), "Location": location}


@blp.route(f"/task-files/<{ID}:file_id>")
@_gives_file
def download_file(query: dict[str, str], file_id: int) -> Response:
    """下载任务的文件

    下载他人上传的文件，须写明接收方和用途；每次下载均记入历史。
    """
    file, data = task_files.get_visible(g.ctx, file_id)
    use = _read_use(query, file.uploaded_by_id)
    about = {"of": f"user_task:{file.user_task_id}", "field": file.slot}
    disclosures.note_download(g.ctx, use, file.round_id, people=(), **about)
    return _give(file, data)


@blp.route(f"/task-files/<{ID}:file_id>", methods=["DELETE"])
@conditional()
@tagged
@blp.response(204)
def delete_file(file_id: int) -> Response:
    """删除还在办理的任务的文件

    If-Match 为任务的 ETag，回答的 ETag 是任务改后的。
    """
    ctx: Context = g.ctx
    file = task_files.get_row(ctx, file_id)
    _check_task(ctx, file.user_task_id)
    task_files.remove(ctx, file)
    return Response(status=204, headers=_tag_of_task(ctx, file.user_task_id))


def _let_go_and_check(slot: Slot, file: FileStorage) -> Checked:
    """Roll back and check a file for a slot; what was read from the database before is read again.

    A photo takes a second to encode anew: the database is let go, unless the reply's key is kept in it.
    """
    if not file.filename:
        raise Invalid("请选择文件。", fields={"file": "缺少文件名"})
    if HEADER not in request.headers:
        g.ctx.session.rollback()
    return attachments.check(slot, file.filename, file.read())


def _read_use(query: dict[str, str], *owners: int | None) -> disclosures.Use:
    return disclosures.find_own_use(g.ctx, *owners) or disclosures.read_use(query)


def _get_editable(ctx: Context, nomination_id: int) -> Nomination:
    """Return a nomination the actor may see, held under its lock, after If-Match was compared."""
    nomination = nominations.get_visible(ctx, nomination_id)
    if nomination.instance_id is not None:
        execution.lock(ctx, nomination.instance_id)
        ctx.session.refresh(nomination)
    if is_conditional():
        check_match(tag_of(nomination))
    return nomination


def _check_task(ctx: Context, task_id: int) -> None:
    """Hold If-Match against a task as it stands under the lock of its instance."""
    if is_conditional():
        check_match(tag_of(task_access.lock_offered(ctx, task_id)))


def _tag_of_task(ctx: Context, task_id: int) -> dict[str, str]:
    return tag_header(tag_of(ctx.session.get_one(UserTask, task_id)))


def _give(file: Attachment | TaskFile, data: bytes) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.filename)}",
        "X-Content-Type-Options": "nosniff",
        "X-Attachment-Type": file.content_type,
    }
    return Response(data, mimetype="application/octet-stream", headers=headers)
