"""What is done to user tasks: claim, complete, transfer, send back, take back, nudge and copy."""

from __future__ import annotations

from typing import Any

from flask import g

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.etags import check_match, conditional, is_conditional, tag_of, tagged, with_tag
from service.api.frame.idempotency import idempotent
from service.api.frame.masking import may_hold_mask, unmask_answers
from service.api.logins import find_users
from service.api.user_task_schemas import (
    BatchDoneSchema,
    BatchSchema,
    CompletionSchema,
    CopySchema,
    SendBackSchema,
    TaskSchema,
    ToldSchema,
    TransferSchema,
)
from service.errors import Invalid
from service.models import UserTask
from service.programmes.review import joint_reviews
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import returns, taking_back, task_access, user_tasks

blp = Blueprint("task-actions", "办理任务")


@blp.route(f"/user-tasks/<{ID}:task_id>/claim", methods=["POST"])
@conditional()
@tagged
@blp.response(200, TaskSchema)
def claim(task_id: int) -> Any:
    """签收"""
    _check_revision(task_id)
    return _show(user_tasks.claim(g.ctx, task_id))


@blp.route(f"/user-tasks/<{ID}:task_id>/unclaim", methods=["POST"])
@conditional()
@tagged
@blp.response(200, TaskSchema)
def unclaim(task_id: int) -> Any:
    """退签"""
    task_access.get_visible(g.ctx, task_id)
    _check_revision(task_id)
    return _show(user_tasks.unclaim(g.ctx, task_id))


@blp.route(f"/user-tasks/<{ID}:task_id>/complete", methods=["POST"])
@idempotent
@conditional()
@tagged
@blp.arguments(CompletionSchema)
@blp.response(200, TaskSchema)
def complete(body: dict[str, Any], task_id: int) -> Any:
    """办结

    任务按所选结果办结，流程随即前进。他人已先办结的，回答 409。
    """
    ctx: Context = g.ctx
    _check_revision(task_id)
    answers = _whole_answers(ctx, task_id, body["answers"])
    return _show(user_tasks.complete(ctx, task_id, body["outcome"], answers))


@blp.route(f"/user-tasks/<{ID}:task_id>/transfer", methods=["POST"])
@conditional()
@tagged
@blp.arguments(TransferSchema)
@blp.response(200, TaskSchema)
def transfer(body: dict[str, Any], task_id: int) -> Any:
    """转办给另一人"""
    _check_revision(task_id)
    task_access.require_offered(g.ctx, task_access.lock_open(g.ctx, task_id))
    (to,) = find_users(g.ctx, [body["to"]])
    return _show(user_tasks.transfer(g.ctx, task_id, to, body["reason"]))


@blp.route(f"/user-tasks/<{ID}:task_id>/send-back", methods=["POST"])
@conditional()
@tagged
@blp.arguments(SendBackSchema)
@blp.response(200, TaskSchema)
def send_back(body: dict[str, Any], task_id: int) -> Any:
    """退回到已经办过的环节

    回答的是重新打开的任务。
    """
    _check_revision(task_id)
    return _show(returns.send_back(g.ctx, task_id, body["to_element"], body["reason"]))


@blp.route(f"/user-tasks/<{ID}:task_id>/take-back", methods=["POST"])
@tagged
@blp.response(200, TaskSchema)
def take_back(task_id: int) -> Any:
    """撤回自己刚刚办结的任务

    后面的环节（分成几路的，每一路）都还没有人着手时可以撤回，见 work 的 may_take_back；不能撤回的，
    回答 409，写明原因和可以找谁。回答的是重新打开的任务。
    """
    task_access.get_visible(g.ctx, task_id)
    return _show(taking_back.take_back(g.ctx, task_id))


@blp.route(f"/user-tasks/<{ID}:task_id>/nudge", methods=["POST"])
@blp.response(200, ToldSchema)
def nudge(task_id: int) -> dict[str, int]:
    """催办"""
    return {"told": user_tasks.nudge(g.ctx, task_id)}


@blp.route(f"/user-tasks/<{ID}:task_id>/copies", methods=["POST"])
@idempotent
@blp.arguments(CopySchema)
@blp.response(200, ToldSchema)
def copy(body: dict[str, Any], task_id: int) -> dict[str, int]:
    """抄送

    对方可以查看这个流程，不能办理。
    """
    task_access.get_visible(g.ctx, task_id)
    return {"told": user_tasks.copy(g.ctx, task_id, find_users(g.ctx, body["to"]))}


@blp.route("/user-tasks/decisions", methods=["POST"])
@idempotent
@blp.arguments(BatchSchema)
@blp.response(200, BatchDoneSchema)
def decide(body: dict[str, Any]) -> dict[str, int]:
    """批量办结

    全部办结，或者一项也不办结。只有其中几项不能与其他的一起办理时（例如须由主办单位裁定），
    `fields` 以 `task:<任务号>` 逐一写明姓名和原因，去掉这几项再提交即可。
    """
    outcomes = {decision["id"]: decision["outcome"] for decision in body["decisions"]}
    if len(outcomes) != len(body["decisions"]):
        raise Invalid("同一项任务出现了两次。", fields={"decisions": "每项任务只能出现一次"})
    return {"completed": joint_reviews.decide(g.ctx, list(outcomes), outcomes, body["answers"])}


def _show(task: UserTask) -> Any:
    g.ctx.session.flush()
    return with_tag(task, tag_of(task))


def _check_revision(task_id: int) -> None:
    """Hold If-Match against the task as it stands under the lock of its instance."""
    if is_conditional():
        task = task_access.lock_open(g.ctx, task_id)
        task_access.get_visible(g.ctx, task.id)
        check_match(tag_of(task))


def _whole_answers(ctx: Context, task_id: int, answers: dict[str, Any]) -> dict[str, Any]:
    """Put the kept values back for masks that came back; reads the draft only where there is a mask."""
    if not may_hold_mask(answers):
        return answers
    task, draft = task_access.lock_with_draft(ctx, task_id)
    form = deployments.get_form(ctx, task.instance, task.form_id) if task.form_id else None
    return unmask_answers(form, answers, draft.answers if draft else {})
