"""Files of tasks that take some: taking them in, giving them back as downloads, removing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, jsonify, request

from service.programmes import task_files
from service.web import downloads
from service.web.task.uploads import as_task_item, let_go_and_check

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("task_file_pages", __name__)


@pages.post("/tasks/<int:task_id>/files")
def add(task_id: int) -> tuple[Response, int]:
    """Take a file into a slot of a task."""
    key = request.form.get("slot", "")
    checked = let_go_and_check(task_files.find_slot(g.ctx, task_id, key))
    return jsonify(as_task_item(task_files.keep(g.ctx, task_id, key, checked))), 201


@pages.route("/task-files/<int:file_id>", methods=["DELETE"])
def remove(file_id: int) -> tuple[str, int]:
    """Take a file out of a task that is still open."""
    file = task_files.get_row(g.ctx, file_id)
    task_files.remove(g.ctx, file)
    return "", 204


@pages.route("/task-files/<int:file_id>", methods=["GET", "POST"])
def download(file_id: int) -> ResponseReturnValue:
    """Give a file back, as a download, once it is said what for."""
    file, data = task_files.get_visible(g.ctx, file_id)
    about = {"of": f"user_task:{file.user_task_id}", "field": file.slot}
    return downloads.ask_or_give(file, data, file.round_id, about, people=())
