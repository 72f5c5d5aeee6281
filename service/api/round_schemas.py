"""What the API shows and takes of rounds."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from service.api.frame.fields import choice, moment, row_id, string
from service.models import Stage

MOST_PLACES, MAX_CELLS = 100_000, 1000
STAGES = [stage.value for stage in Stage]


class RoundSchema(Schema):
    """One run of a programme."""

    id = fields.Integer(required=True)
    programme = fields.String(required=True, metadata={"description": "活动"})
    label = fields.String(required=True, metadata={"description": "届次名称"})
    title = fields.String(required=True)
    year = fields.Integer(required=True)
    organiser = fields.String(
        required=True, attribute="organiser.code", metadata={"description": "主办单位的代码"}
    )
    organiser_name = fields.String(
        required=True, attribute="organiser.name", metadata={"description": "主办单位"}
    )
    stage = fields.String(required=True, metadata={"description": "所处阶段"})
    dates = fields.Dict(
        required=True, metadata={"description": "各阶段的 opened 开始、due 期限、closed 结束"}
    )
    demonstration = fields.Boolean(required=True, metadata={"description": "演示届次"})
    instance_id = fields.Integer(required=True, allow_none=True, metadata={"description": "流程实例"})
    created_at = moment("创建时间", required=True)
    revision = fields.Integer(required=True, metadata={"description": "改动次数，即 ETag 的依据"})


class OpeningSchema(Schema):
    """Which round to open."""

    programme = string(80, "活动", required=True)
    label = string(80, "届次名称，默认为年份", load_default=None)
    year = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=2000, max=2200),
        metadata={"description": "年份，默认为通知的年份"},
    )


class FunnelRowSchema(Schema):
    """How many nominations have a status in a category."""

    status = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True)


class QuotaRowSchema(Schema):
    """The places of a unit in a category."""

    unit_name = fields.String(required=True, metadata={"description": "单位"})
    category = fields.String(required=True)
    places = fields.Integer(required=True, metadata={"description": "名额"})
    taken = fields.Integer(required=True, metadata={"description": "已用"})


class QuotaTableSchema(Schema):
    """The live quota table."""

    nomination = fields.List(
        fields.Nested(QuotaRowSchema), required=True, metadata={"description": "推荐名额"}
    )
    award = fields.List(fields.Nested(QuotaRowSchema), required=True, metadata={"description": "授予名额"})


class CellSchema(Schema):
    """A cell of the matrix of places, as it was and as it shall be."""

    unit = string(64, "推荐单位的代码", required=True)
    category = string(40, "类别", required=True)
    was = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=MOST_PLACES),
        metadata={"description": "原来的名额"},
    )
    places = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=MOST_PLACES),
        metadata={"description": "调整后的名额"},
    )


class QuotaChangeSchema(Schema):
    """Cells of the matrix that change together, and why."""

    cells = fields.List(
        fields.Nested(CellSchema), required=True, validate=validate.Length(min=1, max=MAX_CELLS)
    )
    reason = string(500, "原因", required=True)


class DeadlineSchema(Schema):
    """A new deadline, and why."""

    due = moment("新的截止时间", required=True)
    reason = string(500, "原因", required=True)


class ExtendSchema(Schema):
    """More time for one unit."""

    unit = string(64, "单位代码", required=True)
    stage = choice(STAGES, "阶段", required=True)
    until = moment("延到何时", required=True)
    reason = string(500, "原因", required=True)


class ExtensionSchema(Schema):
    """More time that one unit was given."""

    id = row_id("编号", required=True)
    unit = fields.String(required=True)
    unit_name = fields.String(required=True)
    stage = fields.String(required=True)
    until = moment("延到何时", required=True)
    reason = fields.String(required=True)
    granted_at = moment("准予时间", required=True)


class ReserveSchema(Schema):
    """One kept to take the place of a candidate who is cancelled."""

    nomination_id = row_id("申报", required=True)
    name = fields.String(required=True, attribute="nomination.name")
    category = fields.String(required=True)
    position = fields.Integer(required=True, metadata={"description": "次序，小的先递补"})
    promoted_at = moment("递补时间", required=True, allow_none=True)
    promoted_by = fields.String(required=True, metadata={"description": "办理递补的人"})
    replaces_id = fields.Integer(required=True, allow_none=True, metadata={"description": "空出名额的申报"})
    notice = fields.String(
        required=True, allow_none=True, metadata={"description": "补充公示的名字，没有递补的为空"}
    )


class AwaitedSchema(Schema):
    """A message or signal of a round that only the organiser can give."""

    kind = fields.String(required=True, metadata={"description": "signal 信号，message 消息"})
    name = fields.String(required=True)
    waiting = fields.Integer(required=True, metadata={"description": "正在等它的地方"})
    starts = fields.Integer(required=True, metadata={"description": "由它开始的流程"})


class ThrowSchema(Schema):
    """A message or signal given by hand."""

    kind = choice(["signal", "message"], "信号还是消息", required=True)
    name = string(120, "名称", required=True)
    correlation_key = string(200, "关联键，只对消息", load_default=None)
    reason = string(500, "原因", required=True)


class HeardSchema(Schema):
    """Who hears it."""

    waiting = fields.Integer(required=True, metadata={"description": "几处正在等它的收到"})
    starts = fields.Integer(required=True, metadata={"description": "开始几个流程"})
