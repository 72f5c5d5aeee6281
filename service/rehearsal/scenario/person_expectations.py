"""What a scenario may expect of a person: where his nomination stands, who has it, what was said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select

from service.models import (
    Attachment,
    Award,
    Deployment,
    FollowUp,
    Instance,
    Nomination,
    NoticeKind,
    Objection,
    ObjectionStatus,
    Opinion,
    Reminder,
    Standing,
    Submission,
    UserTask,
)
from service.programmes.nomination import opinions
from service.programmes.paper.answers import remark_of
from service.programmes.publication import notices, objections
from service.programmes.removal import removals
from service.programmes.review import seats, standings
from service.rehearsal.scenario.round_expectations import people_on
from service.rehearsal.scenario.scene import Scene
from service.rehearsal.scenario.sentences import say
from service.web.frame import labels
from service.workflow import notifications
from service.workflow.context import Context

OBJECTIONS = {
    ObjectionStatus.RECEIVED: "已收到",
    ObjectionStatus.INVESTIGATING: "核查中",
    ObjectionStatus.DISMISSED: "不予受理",
    ObjectionStatus.UPHELD: "属实",
    ObjectionStatus.REJECTED: "不属实",
}

#: what each word is called in a sentence
WORDS: Mapping[str, str] = {
    "status": "状态",
    "reason": "原因",
    "eligibility": "核验结论",
    "waits_at": "待办环节",
    "waits_for": "待办人",
    "opinions": "意见数",
    "last_opinion": "最近的意见",
    "printed": "打印的意见数",
    "nudges": "催办数",
    "remark": "汇总表备注",
    "published_reason": "公示中的说明",
    "objection": "异议",
    "reply": "给反映人的答复",
    "changes": "名单调整",
    "title": "称号",
    "ledger": "台账",
    "version": "流程图版本",
    "scored_by": "评分专家",
    "rank": "名次",
    "forgotten": "个人信息已删除",
}


def compare_people(scene: Scene, ctx: Context, wanted: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a sentence for everything about people that is not as expected."""
    for called, words in wanted.items():
        nomination = scene.nomination(ctx, called)
        for word, value in words.items():
            found = _FOUND[word](scene, ctx, called, nomination)
            if not _fits(word, value, found):
                yield f"期望{called}的{WORDS[word]}是{say(value)}，实际是{say(found)}"


def _fits(word: str, wanted: Any, found: Any) -> bool:
    """Say whether something found is what was wanted: of sentences, a part."""
    if isinstance(wanted, list):
        return sorted(wanted) == sorted(found)
    if word in ("status", "eligibility", "objection"):
        return wanted in found
    if isinstance(wanted, str):
        return wanted in str(found)
    return bool(wanted == found)


def _status(_scene: Scene, _ctx: Context, _called: str, nomination: Nomination) -> tuple[str, str]:
    return str(labels.NOMINATION[nomination.status][0]), str(nomination.status)


def _eligibility(_scene: Scene, _ctx: Context, _called: str, nomination: Nomination) -> tuple[str, ...]:
    result = nomination.eligibility
    return (str(labels.ELIGIBILITY[result][0]), result) if result else ("还没有核验",)


def _waits_at(scene: Scene, ctx: Context, called: str, _nomination: Nomination) -> list[str]:
    return [task.name for task in scene.open_tasks(ctx, called)]


def _waits_for(scene: Scene, ctx: Context, called: str, _nomination: Nomination) -> list[str]:
    tasks = scene.open_tasks(ctx, called)
    return sorted({user.login for task in tasks for user in notifications.list_responsible(ctx, task)})


def _opinions(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    query = select(func.count(Opinion.id)).where(Opinion.nomination_id == nomination.id, Opinion.position > 0)
    return ctx.session.scalar(query) or 0


def _last_opinion(scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> str:
    query = select(Opinion).where(Opinion.nomination_id == nomination.id).order_by(Opinion.id.desc())
    given = ctx.session.scalars(query.limit(1)).first()
    if given is None:
        return "（还没有意见）"
    day = given.given_at.astimezone(scene.pack.programme.zone).date()
    return f"{given.heading}，{given.signed_by}，{day}：{given.text}"


def _nudges(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    query = select(func.count(Reminder.id)).join(UserTask, UserTask.id == Reminder.user_task_id)
    return ctx.session.scalar(query.where(UserTask.instance_id == nomination.instance_id)) or 0


def _published_reason(scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> str:
    notice = notices.find_newest(ctx, scene.entry(ctx), NoticeKind.CANDIDATES)
    rows = [person for person in people_on(notice) if person["nomination"] == nomination.id]
    return str(rows[0]["exception_reason"] or "（没有说明）") if rows else "（不在公示名单上）"


def _objection(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> tuple[str, ...]:
    query = select(Objection.status).where(Objection.nomination_id == nomination.id)
    status = ctx.session.scalars(query.order_by(Objection.id.desc()).limit(1)).first()
    return (OBJECTIONS[ObjectionStatus(status)], str(status)) if status else ("没有异议",)


def _printed(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    return len(opinions.printed(opinions.list_of(ctx, nomination)))


def _reply(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> str:
    query = select(Objection.receipt).where(Objection.nomination_id == nomination.id)
    receipt = ctx.session.scalars(query.order_by(Objection.id.desc()).limit(1)).first()
    told = objections.find_by_receipt(ctx, receipt) if receipt else None
    return f"{OBJECTIONS[told.status]}：{told.conclusion}" if told else "（没有异议）"


def _changes(scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> list[str]:
    changes = standings.list_changes(ctx, scene.entry(ctx)).get(nomination.id, [])
    return [f"{one.step}{'调入' if one.proposed else '调出'}：{one.reason}" for one in changes]


def _title(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> str:
    status = ctx.session.scalar(select(Award.status).where(Award.nomination_id == nomination.id))
    return str(labels.AWARD[status][0]) if status else "（没有称号）"


def _ledger(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> list[str]:
    query = select(FollowUp).join(Award, Award.id == FollowUp.award_id)
    entries = ctx.session.scalars(query.where(Award.nomination_id == nomination.id).order_by(FollowUp.id))
    return [f"{entry.item}：{entry.result}" if entry.result else entry.item for entry in entries]


def _version(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    query = select(Deployment.version).join(Instance, Instance.deployment_id == Deployment.id)
    return ctx.session.scalar(query.where(Instance.id == nomination.instance_id)) or 0


def _scored_by(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> list[str]:
    return [seat.user.login for seat in seats.list_of(ctx, nomination) if seat.status in seats.SITTING]


def _rank(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    return ctx.session.scalar(select(Standing.rank).where(Standing.nomination_id == nomination.id)) or 0


def _forgotten(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> bool:
    """Say whether nothing personal is left: no name, nothing of what was submitted, no file."""
    kept = select(Submission.answers).where(Submission.instance_id == nomination.instance_id)
    files = select(func.count(Attachment.id)).where(Attachment.nomination_id == nomination.id)
    named = nomination.name != removals.NAMELESS or nomination.id_number is not None
    return not named and not any(ctx.session.scalars(kept)) and not ctx.session.scalar(files)


_FOUND: Mapping[str, Callable[[Scene, Context, str, Nomination], Any]] = {
    "status": _status,
    "reason": lambda _scene, _ctx, _called, nomination: nomination.status_reason,
    "eligibility": _eligibility,
    "waits_at": _waits_at,
    "waits_for": _waits_for,
    "opinions": _opinions,
    "last_opinion": _last_opinion,
    "printed": _printed,
    "nudges": _nudges,
    "remark": lambda _scene, _ctx, _called, nomination: remark_of(nomination),
    "published_reason": _published_reason,
    "objection": _objection,
    "reply": _reply,
    "changes": _changes,
    "title": _title,
    "ledger": _ledger,
    "version": _version,
    "scored_by": _scored_by,
    "rank": _rank,
    "forgotten": _forgotten,
}
