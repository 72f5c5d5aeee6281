"""A round's secret ballot: how it stands, and ending one that not everybody votes in. None is cast here."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import Schema, fields

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.fields import moment, string
from service.api.frame.idempotency import idempotent
from service.errors import NotFound
from service.models import Ballot, Round
from service.programmes.review import access, ballots, closings, voiding
from service.programmes.round import rounds
from service.workflow.context import Context

blp = Blueprint("ballots", "评审：无记名投票")


class VoidedSchema(Schema):
    """A ballot of the round that was voided."""

    at = moment("作废时间", required=True)
    by = fields.String(required=True, metadata={"description": "谁作废的"})
    reason = fields.String(required=True)
    voted = fields.Integer(required=True, metadata={"description": "当时已经投票的人数"})
    voters = fields.Integer(required=True, metadata={"description": "投票人数"})


class BallotSchema(Schema):
    """The newest ballot of a round."""

    opened_at = moment("发出选票的时间", required=True)
    closed_at = moment("结束时间", required=True, allow_none=True)
    voters = fields.Integer(required=True, metadata={"description": "投票人数"})
    voted = fields.Integer(required=True, metadata={"description": "已经投票的人数"})
    obstacle = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "为什么还不能结束；可以结束或已经结束的为 null"},
    )
    may_void = fields.Boolean(required=True, metadata={"description": "不能计票，可以作废并重新发出选票"})
    left_out = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "作废后不列入新选票的申报：可以对其投票的人太少"},
    )
    voided = fields.List(
        fields.Nested(VoidedSchema), required=True, metadata={"description": "此前作废的投票"}
    )


class ReasonSchema(Schema):
    """Why a ballot is ended."""

    reason = string(closings.MAX_REASON, "原因", required=True)


@blp.route(f"/rounds/<{ID}:round_id>/ballot")
@blp.response(200, BallotSchema)
def get_ballot(round_id: int) -> dict[str, Any]:
    """查看最近一次无记名投票（主办单位和会议成员）

    只有人数，没有票数：票数在结束后见“评审”页和会审建议名单。
    """
    ctx: Context = g.ctx
    return _show(ctx, _find(ctx, round_id))


@blp.route(f"/rounds/<{ID}:round_id>/ballot/close", methods=["POST"])
@idempotent
@blp.arguments(ReasonSchema)
@blp.response(200, BallotSchema)
def close_ballot(body: dict[str, Any], round_id: int) -> dict[str, Any]:
    """不等没有投票的人，结束投票并计票（主办单位）

    没有过法定人数、还有人可以投票，或对其中一人投票的太少、从票数能看出各人投了什么的，回答 409。
    """
    ctx: Context = g.ctx
    entry = _find(ctx, round_id)
    closings.close(ctx, entry, body["reason"])
    return _show(ctx, entry)


@blp.route(f"/rounds/<{ID}:round_id>/ballot/void", methods=["POST"])
@idempotent
@blp.arguments(ReasonSchema)
@blp.response(200, BallotSchema)
def void_ballot(body: dict[str, Any], round_id: int) -> dict[str, Any]:
    """作废不能计票的投票，重新发出选票（主办单位）

    已投的票不保留，所有投票人重新投票。还可以结束并计票的，回答 409。
    """
    ctx: Context = g.ctx
    entry = _find(ctx, round_id)
    voiding.void(ctx, entry, body["reason"])
    return _show(ctx, entry)


def _find(ctx: Context, round_id: int) -> Round:
    entry = rounds.get(ctx, round_id)
    access.require(ctx, entry)
    return entry


def _show(ctx: Context, entry: Round) -> dict[str, Any]:
    ballot = ballots.find_newest(ctx, entry)
    if ballot is None:
        raise NotFound("这一届还没有投票。")
    return {
        "opened_at": ballot.opened_at,
        "closed_at": ballot.closed_at,
        "voters": ballot.voters,
        "voted": ballots.count_turnout(ctx, ballot),
        "voided": voiding.list_voided(ctx, entry),
        **_judge(ctx, entry, ballot),
    }


def _judge(ctx: Context, entry: Round, ballot: Ballot) -> dict[str, Any]:
    if ballot.closed_at is not None:
        return {"obstacle": None, "may_void": False, "left_out": []}
    outlook = closings.judge(ctx, entry, ballot)
    short = voiding.list_short(ctx, entry, ballot) if outlook.may_void else []
    return {
        "obstacle": outlook.obstacle,
        "may_void": outlook.may_void,
        "left_out": [person.id for person in short],
    }
