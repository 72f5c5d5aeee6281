"""User tasks: the lists, one task, and what somebody needs to do it."""

from __future__ import annotations

from typing import Any

from flask import g

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.etags import conditional, require_match, tag_of, tag_of_content, tagged, with_tag
from service.api.frame.masking import mask_answers, unmask_answers
from service.api.user_task_schemas import (
    AnswersSchema,
    TaskPageSchema,
    TaskQuery,
    TaskSchema,
    TaskWithAnswersSchema,
    WorkSchema,
)
from service.models import Instance, TaskStatus, UserTask
from service.programmes import intake, offered, submitted, task_files, task_forms
from service.programmes.nomination import attachments, nominations, opinions, record
from service.programmes.privacy import provision, subject
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import returns, taking_back, task_access, tasklist, user_tasks

blp = Blueprint("user-tasks", "用户任务：待办、已办与填写内容")


@blp.route("/user-tasks")
@blp.arguments(TaskQuery, location="query")
@blp.response(200, TaskPageSchema)
def list_user_tasks(query: dict[str, Any]) -> dict[str, Any]:
    """列出待办或已办的任务

    待办按期限排列，已办按办结时间倒排，每页 30 项。
    """
    page = query.pop("page")
    find = tasklist.list_todo if query.pop("list") == "todo" else tasklist.list_done
    found = find(g.ctx, tasklist.Filter(**query), page=page)
    return {"items": found.rows, "page": found.number, "has_next": found.has_next}


@blp.route(f"/user-tasks/<{ID}:task_id>")
@tagged
@blp.response(200, TaskWithAnswersSchema)
def get_user_task(task_id: int) -> Any:
    """查看一项任务，已办结的连同所填写的内容"""
    ctx: Context = g.ctx
    task = submitted.get_task(ctx, task_id)
    found = submitted.find(ctx, task)
    shown = {name: getattr(task, name) for name in TaskSchema().fields}
    given = mask_answers(found.schema, found.answers, also=found.sensitive) if found else None
    return with_tag({**shown, "submitted": given}, tag_of(task))


@blp.route(f"/user-tasks/<{ID}:task_id>/work")
@blp.response(200, WorkSchema)
def get_work(task_id: int) -> dict[str, Any]:
    """查看办理一项任务所需的内容：可选结果、可退回的环节、能否撤回和表单"""
    ctx: Context = g.ctx
    task = task_access.get_visible(ctx, task_id)
    element = deployments.get_element(ctx, task.instance, task.element_id)
    outcomes = offered.list_outcomes(ctx, task.instance, element)
    is_open = task.status == TaskStatus.OPEN
    return {
        "may_complete": task_access.is_offered(ctx, task) and not ctx.domain.may_act(ctx, task, element),
        "may_take_back": taking_back.find_obstacle(ctx, task) is None,
        "outcomes": [{"value": value, "label": label} for value, label in outcomes],
        "earlier": [
            {"element_id": element_id, "name": name}
            for element_id, name in (returns.list_earlier(ctx, task) if is_open else [])
        ],
        "form": _form(ctx, task),
        "file_slots": list(task_files.slots_of(ctx, task).values()),
        **_describe_nomination(ctx, task.instance),
    }


@blp.route(f"/user-tasks/<{ID}:task_id>/draft")
@tagged
@blp.response(200, AnswersSchema)
def get_draft(task_id: int) -> Any:
    """读取暂存的内容

    没有暂存过的，answers 是空的。
    """
    ctx: Context = g.ctx
    task = task_access.get_visible(ctx, task_id)
    kept = _kept(ctx, task)
    return with_tag({"answers": mask_answers(_form(ctx, task), kept)}, tag_of_content(kept))


@blp.route(f"/user-tasks/<{ID}:task_id>/draft", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(AnswersSchema)
@blp.response(200, AnswersSchema)
def put_draft(body: dict[str, Any], task_id: int) -> Any:
    """暂存填写的内容

    不检查是否完整。If-Match 为读取暂存时得到的 ETag。
    """
    ctx: Context = g.ctx
    task = task_access.lock_open(ctx, task_id)
    kept, form = _kept(ctx, task), _form(ctx, task)
    require_match(tag_of_content(kept))
    draft = user_tasks.save_draft(ctx, task_id, unmask_answers(form, body["answers"], kept))
    return with_tag({"answers": mask_answers(form, draft.answers)}, tag_of_content(draft.answers))


def _describe_nomination(ctx: Context, instance: Instance) -> dict[str, Any]:
    nomination = nominations.of_instance(ctx, instance)
    withheld = nomination is not None and provision.is_withheld(ctx, nomination)
    if withheld:
        nomination = None
    answers = record.answers_of(ctx, nomination) if nomination else {}
    classes = subject.list_fields(ctx, nomination) if nomination else ()
    sensitive = {field.key for field in classes if field.is_sensitive}
    return {
        "variables": intake.form_context(ctx, instance, nomination),
        "nomination": nomination,
        "record": mask_answers(None, answers, also=sensitive),
        "opinions": opinions.list_of(ctx, nomination) if nomination else [],
        "attachments": attachments.list_of(ctx, nomination) if nomination else [],
        "withheld": provision.WITHHELD if withheld else None,
    }


def _form(ctx: Context, task: UserTask) -> dict[str, Any] | None:
    return task_forms.get_form(ctx, task) if task.form_id else None


def _kept(ctx: Context, task: UserTask) -> dict[str, Any]:
    draft = user_tasks.find_draft(ctx, task)
    return draft.answers if draft else {}
