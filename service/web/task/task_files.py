"""Files of a round's tasks: taking them in, giving them back as downloads, removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, request
from flask_babel import gettext as _

from service.errors import Invalid
from service.programmes import task_files
from service.programmes.nomination import attachments
from service.web.task import downloads
from service.web.task.uploads import as_task_item

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("task_file_pages", __name__)


@pages.post("/tasks/<int:task_id>/files")
def add(task_id: int) -> tuple[Response, int]:
    """Take a file into a slot of a task."""
    key, file = request.form.get("slot", ""), request.files.get("file")
    slot = task_files.find_slot(g.ctx, task_id, key)
    if file is None or not file.filename:
        raise Invalid(_("请选择一个文件。"), fields={"file": _("必填")})
    g.ctx.session.rollback()  # checking takes a while: nobody else waits to write meanwhile
    checked = attachments.check(slot, file.filename, file.stream.read())
    return jsonify(as_task_item(task_files.keep(g.ctx, task_id, key, checked))), 201


@pages.route("/task-files/<int:file_id>", methods=["DELETE"])
def remove(file_id: int) -> tuple[str, int]:
    """Take a file out of a task that is still open."""
    file, _data = task_files.get_visible(g.ctx, file_id)
    task_files.remove(g.ctx, file)
    return "", 204


@pages.route("/task-files/<int:file_id>", methods=["GET", "POST"])
def download(file_id: int) -> ResponseReturnValue:
    """Give a file back, as a download, once it is said what for."""
    file, data = task_files.get_visible(g.ctx, file_id)
    about = {"of": f"user_task:{file.user_task_id}", "field": file.slot}
    return downloads.ask_or_give(file, data, file.round_id, about)
