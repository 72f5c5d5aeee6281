"""Signing with others (加签) and comments on what is being dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from marshmallow import Schema, fields, validate

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.etags import check_match, conditional, is_conditional, tag_of
from service.api.frame.fields import PageQuery, choice, moment, string
from service.api.frame.idempotency import idempotent
from service.api.logins import find_users
from service.models import Comment, Signer, SignerPlace
from service.workflow.context import Context
from service.workflow.task import comments, signers, signing, task_access, tasklist

MOST = 50
LONGEST = 1000

blp = Blueprint("task-signers", "加签与评论")


class SignerSchema(Schema):
    """Somebody asked to sign a task with whoever has it."""

    id = fields.Integer(required=True)
    user_task_id = fields.Integer(required=True, metadata={"description": "任务"})
    user = fields.String(required=True, attribute="user.login", metadata={"description": "加签人的用户名"})
    name = fields.String(required=True, attribute="user.name", metadata={"description": "加签人"})
    place = fields.String(required=True, metadata={"description": "before 前加签，after 后加签"})
    question = fields.String(required=True, metadata={"description": "请加签人看什么"})
    asked_at = moment("邀请时间", required=True)
    agrees = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "同意与否；还没有答复或已撤回的为 null"}
    )
    answer = fields.String(required=True, metadata={"description": "答复"})
    answered_at = moment("答复时间", required=True, allow_none=True)


class SignerPageSchema(Schema):
    """A page of what one is asked to sign."""

    items = fields.List(fields.Nested(SignerSchema), required=True)
    page = fields.Integer(required=True)
    has_next = fields.Boolean(required=True, metadata={"description": "还有下一页"})


class AskSchema(Schema):
    """Whom to ask to sign."""

    to = fields.List(
        fields.String(validate=validate.Length(max=80)),
        required=True,
        validate=validate.Length(min=1, max=MOST),
        metadata={"description": "加签人的用户名"},
    )
    place = choice([place.value for place in SignerPlace], "before 前加签，after 后加签", required=True)
    question = string(signers.MAX_QUESTION, "请加签人看什么", required=True)


class AnswerSchema(Schema):
    """What a signer answers."""

    agrees = fields.Boolean(required=True, metadata={"description": "同意与否"})
    text = string(LONGEST, "意见；不同意须写明理由", load_default="")


class CommentSchema(Schema):
    """What somebody said. It decides nothing and is never printed."""

    id = fields.Integer(required=True)
    step = fields.String(required=True, metadata={"description": "在哪个环节说的"})
    name = fields.String(required=True, metadata={"description": "评论人"})
    text = fields.String(required=True)
    written_at = moment("评论时间", required=True)


class SaySchema(Schema):
    """What to say."""

    text = string(LONGEST, "评论", required=True)


@blp.route("/signers")
@blp.arguments(PageQuery, location="query")
@blp.response(200, SignerPageSchema)
def list_to_sign(query: dict[str, Any]) -> dict[str, Any]:
    """列出等您加签的任务，先邀请的在前"""
    found = tasklist.list_signing(g.ctx, tasklist.Filter(), page=query["page"])
    return {"items": found.rows, "page": found.number, "has_next": found.has_next}


@blp.route(f"/user-tasks/<{ID}:task_id>/signers")
@blp.response(200, SignerSchema(many=True))
def list_signers(task_id: int) -> Sequence[Signer]:
    """列出一项任务的加签人，按邀请先后"""
    ctx: Context = g.ctx
    return signers.list_of(ctx, task_access.get_visible(ctx, task_id))


@blp.route(f"/user-tasks/<{ID}:task_id>/signers", methods=["POST"])
@idempotent
@conditional()
@blp.arguments(AskSchema)
@blp.response(201, SignerSchema(many=True))
def ask(body: dict[str, Any], task_id: int) -> Sequence[Signer]:
    """请人加签

    前加签：都答复以后才能办结。后加签：先作出决定，都同意以后才生效。已经请过、还没有答复的人不重复邀请。
    """
    ctx: Context = g.ctx
    task_access.get_visible(ctx, task_id)
    if is_conditional():
        check_match(tag_of(task_access.lock_open(ctx, task_id)))
    task_access.require_offered(ctx, task_access.lock_open(ctx, task_id))
    asked = find_users(ctx, body["to"])
    return signers.ask(ctx, task_id, asked, SignerPlace(body["place"]), body["question"])


@blp.route(f"/signers/<{ID}:signer_id>/answer", methods=["POST"])
@idempotent
@blp.arguments(AnswerSchema)
@blp.response(200, SignerSchema)
def answer(body: dict[str, Any], signer_id: int) -> Signer:
    """答复加签（加签人）

    后加签的最后一人同意，决定随即生效；有一人不同意，决定退给经办人。
    """
    return signing.answer(g.ctx, signer_id, agrees=body["agrees"], text=body["text"])


@blp.route(f"/signers/<{ID}:signer_id>", methods=["DELETE"])
@blp.response(204)
def withdraw(signer_id: int) -> None:
    """减签：撤回还没有答复的加签（经办人）"""
    signing.withdraw(g.ctx, signer_id)


@blp.route(f"/user-tasks/<{ID}:task_id>/comments")
@blp.response(200, CommentSchema(many=True))
def list_comments(task_id: int) -> list[dict[str, Any]]:
    """列出任务所在流程的评论，按先后"""
    ctx: Context = g.ctx
    task = task_access.get_visible(ctx, task_id)
    return [_show(comment, step) for comment, step in comments.list_of(ctx, task.instance)]


@blp.route(f"/user-tasks/<{ID}:task_id>/comments", methods=["POST"])
@idempotent
@blp.arguments(SaySchema)
@blp.response(201, CommentSchema)
def comment(body: dict[str, Any], task_id: int) -> dict[str, Any]:
    """评论

    评论不是意见：不影响流程，不印在表上，也不能撤回。
    """
    ctx: Context = g.ctx
    written = comments.add(ctx, task_id, body["text"])
    return _show(written, task_access.get_visible(ctx, task_id).name)


def _show(written: Comment, step: str) -> dict[str, Any]:
    return {
        "id": written.id,
        "step": step,
        "name": written.user.name,
        "text": written.text,
        "written_at": written.written_at,
    }
