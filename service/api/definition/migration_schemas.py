"""What the API says and takes of migrations: plans, dry runs, orders and what became of each instance."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from service.api.frame.fields import MAX_ID, PageQuery, choice, moment, string
from service.engine.records import Instruction
from service.models import ItemStatus

#: elements of a plan: more than a diagram of 2 MB has nodes
MAX_PLAN = 2000
#: rows of a list on a page
PAGE = 100


def version(description: str, **options: Any) -> fields.Integer:
    """Return the number of a version."""
    return fields.Integer(
        validate=validate.Range(min=1, max=MAX_ID), metadata={"description": description}, **options
    )


class MigrationInstructionSchema(Schema):
    """What becomes of what stands at an element of the old diagram."""

    action = choice(
        ["map", "move", "cancel"],
        "map：就是新图里的 target；move：原来的关闭，从 target 重新办；cancel：不再办",
        required=True,
    )
    target = string(120, "新图里的图元 id；cancel 没有", load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def check_target(self, data: dict[str, Any], **_options: Any) -> None:
        """Refuse a target to what is cancelled, and the lack of one else."""
        if (data["action"] == "cancel") != (not data["target"]):
            raise ValidationError("map 和 move 须有 target，cancel 不能有", "target")

    @post_load
    def build(self, data: dict[str, Any], **_options: Any) -> Instruction:
        """Return the instruction itself."""
        return Instruction(action=data["action"], target=data["target"] or None)


def plan(description: str, **options: Any) -> fields.Dict:
    """Return a plan: an instruction by the element of the old diagram."""
    return fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=120)),
        values=fields.Nested(MigrationInstructionSchema),
        validate=validate.Length(max=MAX_PLAN),
        metadata={"description": description},
        **options,
    )


class ProposalQuery(Schema):
    """Between which versions."""

    source = version("在办实例现在用的版本；不填为还有人用的旧版中最新的", load_default=None)
    target = version("要迁移到的版本；不填为最新", load_default=None)


class MigrationRowSchema(Schema):
    """An element of the old diagram and what is proposed for it."""

    element_id = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "名称"})
    type = fields.String(required=True, metadata={"description": "BPMN 类型"})
    process = fields.String(required=True, metadata={"description": "所在流程"})
    open = fields.Integer(required=True, metadata={"description": "停在这里的实例数"})
    instruction = fields.Nested(
        MigrationInstructionSchema,
        required=True,
        allow_none=True,
        metadata={"description": "没有找到对应的为 null"},
    )
    how = fields.String(required=True, metadata={"description": "怎样找到的：id、name，没有找到为空"})


class MigrationChoiceSchema(Schema):
    """An element of the new diagram that may be chosen."""

    element_id = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "名称"})
    type = fields.String(required=True, metadata={"description": "BPMN 类型"})
    process = fields.String(required=True, metadata={"description": "所在流程"})
    may_move = fields.Boolean(required=True, metadata={"description": "可以用 move 改到这里"})


class MigrationProposalSchema(Schema):
    """A plan as it is proposed."""

    source = fields.Integer(required=True)
    target = fields.Integer(required=True)
    instances = fields.Integer(required=True, metadata={"description": "用旧版的在办实例数"})
    rows = fields.List(
        fields.Nested(MigrationRowSchema), required=True, metadata={"description": "有实例停着的在前"}
    )
    choices = fields.List(fields.Nested(MigrationChoiceSchema), required=True)
    plan = plan("照此试迁移即可", required=True)


class MigrationRequestSchema(Schema):
    """Which instances are to move where, and how."""

    source = version("在办实例现在用的版本", required=True)
    target = version("要迁移到的版本", required=True)
    plan = plan("各图元的处理方式，以旧图的图元 id 为键", required=True)
    recompute = fields.Boolean(
        load_default=False, metadata={"description": "期限和定时按新图重新计算；默认保持不变"}
    )
    before = string(120, "旧图的图元 id：只迁移还没有到过它的实例", load_default=None, allow_none=True)


class TrialQuery(PageQuery):
    """Which instances of a dry run."""

    level = choice(["ok", "warn", "blocked"], "只列出这一类", load_default=None)


class MigrationRemarkSchema(Schema):
    """Something to know before an instance moves, or why it cannot."""

    level = fields.String(required=True, metadata={"description": "warn 或 blocked"})
    rule = fields.String(required=True, metadata={"description": "规则名"})
    element_id = fields.String(required=True)
    message = fields.String(required=True, metadata={"description": "情况"})
    fix = fields.String(required=True, metadata={"description": "办法"})


class MigrationDeadlineSchema(Schema):
    """A due date or timer that moves."""

    kind = fields.String(required=True, metadata={"description": "task 或 timer"})
    element_id = fields.String(required=True)
    name = fields.String(required=True)
    before = moment("原来的时间；新加的为 null", required=True, allow_none=True)
    after = moment("迁移后的时间；取消的为 null", required=True, allow_none=True)


class MigrationTrialSchema(Schema):
    """What moving one instance would come to."""

    instance_id = fields.Integer(required=True)
    title = fields.String(required=True)
    level = fields.String(required=True, metadata={"description": "ok、warn 或 blocked"})
    remarks = fields.List(fields.Nested(MigrationRemarkSchema), required=True)
    deadlines = fields.List(
        fields.Nested(MigrationDeadlineSchema), required=True, metadata={"description": "只列有变化的"}
    )


class MigrationReportSchema(Schema):
    """A dry run: nothing of it was written."""

    plan_hash = fields.String(required=True, metadata={"description": "下达迁移时带上"})
    ok = fields.Integer(required=True, metadata={"description": "可以迁移"})
    warn = fields.Integer(required=True, metadata={"description": "可以迁移，有需要留意的"})
    blocked = fields.Integer(required=True, metadata={"description": "不能迁移"})
    passed = fields.Integer(required=True, metadata={"description": "已经到过 before 而不迁移"})
    trials = fields.List(
        fields.Nested(MigrationTrialSchema), required=True, metadata={"description": f"每页 {PAGE} 个"}
    )


class MigrationOrderSchema(MigrationRequestSchema):
    """What was tried out, to be done."""

    plan_hash = string(64, "试迁移得到的 plan_hash", required=True)
    reason = string(500, "原因，记入每个实例的历史", required=True)


class MigrationSchema(Schema):
    """An order and how far it has come."""

    id = fields.Integer(required=True)
    source = fields.Integer(required=True)
    target = fields.Integer(required=True)
    plan = plan("各图元的处理方式", required=True)
    plan_hash = fields.String(required=True)
    recompute = fields.Boolean(required=True)
    before = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    by = fields.String(required=True, metadata={"description": "下达人"})
    ordered_at = moment("开始时间", required=True)
    finished_at = moment("办完时间", required=True, allow_none=True)
    pending = fields.Integer(required=True, metadata={"description": "等待迁移"})
    moved = fields.Integer(required=True, metadata={"description": "已迁移"})
    left = fields.Integer(required=True, metadata={"description": "留在原版"})


class ItemQuery(Schema):
    """Which instances of a migration."""

    status = choice([one.value for one in ItemStatus], "只列出这一种", load_default=None)
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=MAX_ID),
        metadata={"description": "只列出 instance_id 大于它的：取上一页最后一个的"},
    )


class MigrationItemSchema(Schema):
    """What became of one instance."""

    instance_id = fields.Integer(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "pending、moved 或 left"})
    reason = fields.String(required=True, metadata={"description": "为什么留在原版，或上次为什么没有办成"})
    remarks = fields.List(fields.Nested(MigrationRemarkSchema), required=True)
    deadlines = fields.List(fields.Nested(MigrationDeadlineSchema), required=True)
    done_at = moment("办理时间", required=True, allow_none=True)


class MigrationStoppedSchema(Schema):
    """What stopping came to."""

    left = fields.Integer(required=True, metadata={"description": "因此留在原版的实例数"})
