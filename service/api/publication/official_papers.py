"""Official papers of a round (公文): its 公示 and 公布 with what came later, and their 发文字号."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, g
from marshmallow import Schema, fields

from service.api.frame.blueprint import ID, Blueprint
from service.api.frame.etags import conditional, require_match, tag_of_content, tagged, with_tag
from service.api.frame.fields import moment, string
from service.models import Nomination, Round
from service.programmes.nomination import nominations
from service.programmes.paper import official
from service.programmes.publication import document_numbers, published
from service.programmes.publication.published import Published
from service.programmes.round import rounds
from service.workflow.context import Context
from service.workflow.instance import execution

SLUG = "string(maxlength=40)"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

blp = Blueprint("official-papers", "公文：一届的公示、补充公示、公布和补充公布，取消资格通知，发文字号")


class NumberSchema(Schema):
    """The number an office gives an official paper."""

    number = string(
        document_numbers.MOST, "发文字号，如 常团委〔2024〕12号；空为没有，印出时留空", required=True
    )


class PublishedSchema(NumberSchema):
    """A published list among those of its round."""

    slug = fields.String(required=True, metadata={"description": "公示的名字，名单见 /notices/{slug}"})
    kind = fields.String(
        required=True, metadata={"description": "candidates 公示，supplement 补充公示，awards 公布和补充公布"}
    )
    name = fields.String(required=True, metadata={"description": "公示、补充公示 1、公布、补充公布 1……"})
    title = fields.String(required=True)
    opens_at = moment("发布时间", required=True, attribute="notice.opens_at")
    closes_at = moment("截止时间，不含", required=True, allow_none=True, attribute="notice.closes_at")


@blp.route(f"/rounds/<{ID}:round_id>/notices")
@blp.response(200, PublishedSchema(many=True))
def list_published(round_id: int) -> Sequence[Published]:
    """列出一届的公示和公布，连同后来补充的"""
    return published.list_of(g.ctx, rounds.get(g.ctx, round_id))


@blp.route(f"/rounds/<{ID}:round_id>/notices/<{SLUG}:slug>")
@tagged
@blp.response(200, PublishedSchema)
def get_published(round_id: int, slug: str) -> Any:
    """查看一份公示或公布的发文字号"""
    one = published.get_by_slug(g.ctx, rounds.get(g.ctx, round_id), slug)
    return with_tag(one, _tag(one.number))


@blp.route(f"/rounds/<{ID}:round_id>/notices/<{SLUG}:slug>", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(NumberSchema)
@blp.response(200, PublishedSchema)
def number_published(body: dict[str, Any], round_id: int, slug: str) -> Any:
    """填写一份公示或公布的发文字号（主办单位）"""
    ctx: Context = g.ctx
    entry = _lock(ctx, rounds.get(ctx, round_id))
    one = published.get_by_slug(ctx, entry, slug)
    rounds.require_organiser(ctx, entry)
    require_match(_tag(one.number))
    document_numbers.give_to_notice(ctx, entry, one.notice, body["number"])
    one = published.get_by_slug(ctx, entry, slug)
    return with_tag(one, _tag(one.number))


@blp.route(f"/rounds/<{ID}:round_id>/notices/<{SLUG}:slug>/paper")
@blp.response(200, {"type": "string", "format": "binary"}, content_type=DOCX, description="公文（.docx）")
def print_published(round_id: int, slug: str) -> Response:
    """下载一份公示或公布的公文（.docx），只含已发布的名单"""
    ctx: Context = g.ctx
    entry = rounds.get(ctx, round_id)
    one = published.get_by_slug(ctx, entry, slug)
    name = quote(f"{one.name} {entry.label}.docx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(official.print_notice(ctx, entry, one), mimetype=DOCX, headers=headers)


@blp.route(f"/nominations/<{ID}:nomination_id>/disqualification")
@tagged
@blp.response(200, NumberSchema)
def get_disqualification(nomination_id: int) -> Any:
    """查看取消资格通知的发文字号"""
    ctx: Context = g.ctx
    nomination = nominations.get_visible(ctx, nomination_id)
    number = official.read_number(ctx, nomination)
    return with_tag({"number": number}, _tag(number))


@blp.route(f"/nominations/<{ID}:nomination_id>/disqualification", methods=["PUT"])
@conditional(required=True)
@tagged
@blp.arguments(NumberSchema)
@blp.response(200, NumberSchema)
def number_disqualification(body: dict[str, Any], nomination_id: int) -> Any:
    """填写取消资格通知的发文字号（主办单位）"""
    ctx: Context = g.ctx
    nomination: Nomination = nominations.get_visible(ctx, nomination_id)
    rounds.require_organiser(ctx, nomination.round)
    if nomination.instance_id is not None:
        execution.lock(ctx, nomination.instance_id)
        ctx.session.refresh(nomination)
    require_match(_tag(official.read_number(ctx, nomination)))
    official.number_disqualification(ctx, nomination, body["number"])
    number = official.read_number(ctx, nomination)
    return with_tag({"number": number}, _tag(number))


def _lock(ctx: Context, entry: Round) -> Round:
    if entry.instance_id is not None:
        execution.lock(ctx, entry.instance_id)
        ctx.session.refresh(entry)
    return entry


def _tag(number: str) -> str:
    return tag_of_content(["document_number", number])
