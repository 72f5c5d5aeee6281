"""What the API shows and takes of user tasks."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from service.api.attachments import AttachmentSchema
from service.api.frame.fields import PageQuery, choice, moment, row_id, string
from service.api.nominations import NominationSchema, OpinionSchema

MAX_BATCH = 200


class TaskQuery(PageQuery):
    """What a list of tasks is narrowed to."""

    list = choice(["todo", "done"], "todo 待办，done 已办", load_default="todo")
    text = string(80, "标题的一部分", load_default="")
    element_id = string(120, "流程图中的图元 id", load_default="")
    round_id = row_id("届次", load_default=None)
    batch_key = string(80, "批次", load_default="")
    due = choice(
        ["overdue", "today", "week", "later", "recused"],
        "到期；later 是还没到跟进日期的，recused 是须由本人回避的",
        load_default="",
    )


class TaskSchema(Schema):
    """A user task in a list."""

    id = fields.Integer(required=True)
    round_id = fields.Integer(required=True, allow_none=True, metadata={"description": "届次"})
    instance_id = fields.Integer(required=True, metadata={"description": "流程实例"})
    element_id = fields.String(required=True, metadata={"description": "流程图中的图元 id"})
    name = fields.String(required=True, metadata={"description": "环节名称"})
    title = fields.String(required=True, metadata={"description": "事项名称"})
    status = fields.String(
        required=True, metadata={"description": "open 待办，completed 已办结，cancelled 已随流程关闭"}
    )
    assignee_id = fields.Integer(required=True, allow_none=True, metadata={"description": "签收人"})
    form_id = fields.String(required=True, allow_none=True, metadata={"description": "表单"})
    batch_key = fields.String(required=True, allow_none=True, metadata={"description": "批次"})
    due_date = moment("办理期限", required=True, allow_none=True)
    follow_up_date = moment("跟进日期，在它之前不列入待办", required=True, allow_none=True)
    priority = fields.Integer(required=True, metadata={"description": "优先级，0 到 100"})
    outcome = fields.String(required=True, allow_none=True, metadata={"description": "办理结果"})
    created_at = moment("产生时间", required=True)
    completed_at = moment("办结时间", required=True, allow_none=True)
    revision = fields.Integer(required=True, metadata={"description": "改动次数，即 ETag 的依据"})


class TaskWithAnswersSchema(TaskSchema):
    """A user task with what was filled in when it was completed."""

    submitted = fields.Dict(
        keys=fields.String(),
        required=True,
        allow_none=True,
        metadata={
            "description": "办结时填写的内容，敏感字段已遮盖；没有办结、没有填表，"
            "或者填写的是选票、评分、推荐表的，为 null"
        },
    )


class TaskPageSchema(Schema):
    """A page of tasks."""

    items = fields.List(fields.Nested(TaskSchema), required=True)
    page = fields.Integer(required=True)
    has_next = fields.Boolean(required=True, metadata={"description": "还有下一页"})


class OutcomeSchema(Schema):
    """An outcome a task offers."""

    value = fields.String(required=True)
    label = fields.String(required=True)


class StepSchema(Schema):
    """A step a task may be sent back to."""

    element_id = fields.String(required=True)
    name = fields.String(required=True)


class FileSlotSchema(Schema):
    """A place for files of a task."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    least = fields.Integer(required=True, metadata={"description": "至少几个"})
    most = fields.Integer(required=True, metadata={"description": "至多几个"})
    types = fields.List(fields.String(), required=True, metadata={"description": "接收的类型"})


class WorkSchema(Schema):
    """What somebody needs to do a task."""

    may_complete = fields.Boolean(required=True, metadata={"description": "当前令牌的人可以办理"})
    may_take_back = fields.Boolean(
        required=True, metadata={"description": "当前令牌的人办结了它，而且现在可以撤回"}
    )
    outcomes = fields.List(
        fields.Nested(OutcomeSchema), required=True, metadata={"description": "可选的办理结果"}
    )
    earlier = fields.List(
        fields.Nested(StepSchema), required=True, metadata={"description": "可以退回到的环节"}
    )
    form = fields.Dict(required=True, allow_none=True, metadata={"description": "form-js 表单"})
    variables = fields.Dict(required=True, metadata={"description": "表单的条件可以读取的值"})
    nomination = fields.Nested(
        NominationSchema, required=True, allow_none=True, metadata={"description": "所办的申报"}
    )
    record = fields.Dict(required=True, metadata={"description": "推荐表的填写内容，身份证号和电话已遮盖"})
    opinions = fields.List(
        fields.Nested(OpinionSchema), required=True, metadata={"description": "此前的意见"}
    )
    attachments = fields.List(fields.Nested(AttachmentSchema), required=True)
    withheld = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "申报材料为什么不展示（本人撤回了向其他单位提供的同意）；照常展示的为 null"},
    )
    file_slots = fields.List(
        fields.Nested(FileSlotSchema),
        required=True,
        metadata={"description": "这一步要上传的文件，见 POST /user-tasks/{task_id}/files"},
    )


class AnswersSchema(Schema):
    """Answers of a form; sensitive ones masked."""

    answers = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "各字段的填写内容，身份证号和电话已遮盖"},
    )


class CompletionSchema(Schema):
    """An outcome and the form's answers."""

    outcome = string(40, "办理结果，见 work 的 outcomes", required=True)
    answers = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "表单的填写内容；原样送回的遮盖值表示不变"},
    )


class TransferSchema(Schema):
    """To whom a task is passed on, and why."""

    to = string(80, "接办人的用户名", required=True)
    reason = string(500, "原因", required=True)


class SendBackSchema(Schema):
    """Where a task goes back to, and why."""

    to_element = string(120, "退回到的环节，见 work 的 earlier", required=True)
    reason = string(500, "原因", required=True)


class CopySchema(Schema):
    """Who gets a copy."""

    to = fields.List(
        fields.String(validate=validate.Length(max=80)),
        required=True,
        validate=validate.Length(min=1, max=50),
        metadata={"description": "抄送对象的用户名"},
    )


class ToldSchema(Schema):
    """How many people were told."""

    told = fields.Integer(required=True, metadata={"description": "通知了几人"})


class DecisionSchema(Schema):
    """One decision of a batch."""

    id = row_id("任务", required=True)
    outcome = string(40, "办理结果", required=True)


class BatchSchema(Schema):
    """Decisions taken together: all of them, or none."""

    decisions = fields.List(
        fields.Nested(DecisionSchema), required=True, validate=validate.Length(min=1, max=MAX_BATCH)
    )
    answers = fields.Dict(keys=fields.String(), load_default=dict, metadata={"description": "共用的填写内容"})


class BatchDoneSchema(Schema):
    """How many tasks were completed."""

    completed = fields.Integer(required=True)
