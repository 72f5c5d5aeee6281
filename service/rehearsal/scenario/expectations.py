"""What is expected at a step, held against what is there: a sentence for everything that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from service.models import (
    ANY_CATEGORY,
    Award,
    Deployment,
    Instance,
    Nomination,
    Notice,
    NoticeKind,
    Notification,
    Objection,
    ObjectionStatus,
    Opinion,
    Quota,
    QuotaKind,
    Reminder,
    Round,
    Standing,
    UserTask,
)
from service.programmes.paper.answers import remark_of
from service.programmes.publication import notices
from service.programmes.review import seats
from service.programmes.round import coverage
from service.rehearsal.scenario.scene import Scene
from service.web.frame import labels
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.instance import incidents

OBJECTIONS = {
    ObjectionStatus.RECEIVED: "已收到",
    ObjectionStatus.INVESTIGATING: "核查中",
    ObjectionStatus.DISMISSED: "不予受理",
    ObjectionStatus.UPHELD: "属实",
    ObjectionStatus.REJECTED: "不属实",
}


def find_differences(scene: Scene, expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for everything that is not as expected."""
    with scene.wiring.reading() as ctx:
        for word, wanted in expected.items():
            yield from _LOOKS[word](scene, ctx, wanted)


def say_expected(expected: Mapping[str, Any]) -> str:
    """Return in words what was expected and found."""
    told = []
    for word, wanted in expected.items():
        if word == "people":
            told += [
                f"{called}的{'，'.join(f'{_WORDS[key]}{_say(value)}' for key, value in words.items())}"
                for called, words in wanted.items()
            ]
        else:
            rows = wanted if isinstance(wanted, list) else [wanted]
            texts = [" ".join(map(str, row.values())) if isinstance(row, dict) else str(row) for row in rows]
            told.append(f"{_HEADINGS[word]}{_say(texts if isinstance(wanted, list) else texts[0])}")
    return "；".join(told)


def _people(scene: Scene, ctx: Context, wanted: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for called, words in wanted.items():
        nomination = scene.nomination(ctx, called)
        for word, value in words.items():
            found = _PERSON[word](scene, ctx, called, nomination)
            if not _fits(word, value, found):
                yield f"期望{called}的{_WORDS[word]}是{_say(value)}，实际是{_say(found)}"


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
    return sorted({user.login for task in tasks for user in notifications.responsible(ctx, task)})


def _opinions(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    query = select(func.count(Opinion.id)).where(Opinion.nomination_id == nomination.id, Opinion.position > 0)
    return ctx.session.scalar(query) or 0


def _nudges(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    query = select(func.count(Reminder.id)).join(UserTask, UserTask.id == Reminder.user_task_id)
    return ctx.session.scalar(query.where(UserTask.instance_id == nomination.instance_id)) or 0


def _published_reason(scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> str:
    notice = notices.find_newest(ctx, scene.entry(ctx), NoticeKind.CANDIDATES)
    rows = [person for person in _people_on(notice) if person["nomination"] == nomination.id]
    return str(rows[0]["exception_reason"]) if rows else "（不在公示名单上）"


def _objection(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> tuple[str, ...]:
    query = select(Objection.status).where(Objection.nomination_id == nomination.id)
    status = ctx.session.scalars(query.order_by(Objection.id.desc()).limit(1)).first()
    return (OBJECTIONS[ObjectionStatus(status)], str(status)) if status else ("没有异议",)


def _version(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    query = select(Deployment.version).join(Instance, Instance.deployment_id == Deployment.id)
    return ctx.session.scalar(query.where(Instance.id == nomination.instance_id)) or 0


def _scored_by(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> list[str]:
    return [seat.user.login for seat in seats.list_of(ctx, nomination) if seat.status in seats.SITTING]


def _rank(_scene: Scene, ctx: Context, _called: str, nomination: Nomination) -> int:
    return ctx.session.scalar(select(Standing.rank).where(Standing.nomination_id == nomination.id)) or 0


_PERSON: Mapping[str, Callable[[Scene, Context, str, Nomination], Any]] = {
    "status": _status,
    "reason": lambda _scene, _ctx, _called, nomination: nomination.status_reason,
    "eligibility": _eligibility,
    "waits_at": _waits_at,
    "waits_for": _waits_for,
    "opinions": _opinions,
    "nudges": _nudges,
    "remark": lambda _scene, _ctx, _called, nomination: remark_of(nomination),
    "published_reason": _published_reason,
    "objection": _objection,
    "version": _version,
    "scored_by": _scored_by,
    "rank": _rank,
}
_WORDS: Mapping[str, str] = {
    "status": "状态",
    "reason": "原因",
    "eligibility": "核验结论",
    "waits_at": "待办环节",
    "waits_for": "待办人",
    "opinions": "意见数",
    "nudges": "催办数",
    "remark": "汇总表备注",
    "published_reason": "公示中的说明",
    "objection": "异议",
    "version": "流程图版本",
    "scored_by": "评分专家",
    "rank": "名次",
}


def _stage(scene: Scene, ctx: Context, wanted: str) -> Iterator[str]:
    stage = scene.entry(ctx).stage
    word = str(labels.STAGE[stage][0])
    if wanted not in (stage, word):
        yield f"期望届次处在“{wanted}”，实际是“{word}”"


def _round_waits_at(scene: Scene, ctx: Context, wanted: Sequence[str]) -> Iterator[str]:
    found = sorted({task.name for task in scene.open_tasks(ctx, None)})
    if sorted(wanted) != found:
        yield f"期望届次的待办是{_say(wanted)}，实际是{_say(found)}"


def _places(scene: Scene, ctx: Context, wanted: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in wanted:
        unit = scene.unit(ctx, row["unit"])
        category = scene.category(row["category"]) if "category" in row else ANY_CATEGORY
        query = select(Quota).where(
            Quota.round_id == scene.round_id, Quota.unit_id == unit.id, Quota.category == category,
            Quota.kind == QuotaKind.NOMINATION,
        )  # fmt: skip
        quota = ctx.session.scalars(query).first()
        for word, what in (("places", "名额"), ("taken", "已用名额")):
            found = getattr(quota, word) if quota is not None else 0
            if word in row and row[word] != found:
                yield f"期望{unit.name}的{what}是 {row[word]}，实际是 {found}"


def _notice(scene: Scene, ctx: Context, wanted: str) -> Iterator[str]:
    notice = notices.find_newest(ctx, scene.entry(ctx), NoticeKind.CANDIDATES)
    found = "none" if notice is None else "open" if notices.is_open(notice, ctx.now) else "closed"
    if wanted != found:
        yield f"期望公示是 {wanted}，实际是 {found}"


def _listed(scene: Scene, ctx: Context, wanted: Sequence[str]) -> Iterator[str]:
    notice = notices.find_newest(ctx, scene.entry(ctx), NoticeKind.CANDIDATES)
    yield from _compare_lists("公示名单", wanted, _names_on(scene, [notice] if notice else []))


def _announced(scene: Scene, ctx: Context, wanted: Sequence[str]) -> Iterator[str]:
    query = select(Notice).where(Notice.round_id == scene.round_id, Notice.kind == NoticeKind.AWARDS)
    yield from _compare_lists("公布名单", wanted, _names_on(scene, list(ctx.session.scalars(query))))


def _awarded(scene: Scene, ctx: Context, wanted: int) -> Iterator[str]:
    query = select(func.count(Award.id)).where(Award.round_id == scene.round_id)
    found = ctx.session.scalar(query) or 0
    if wanted != found:
        yield f"期望 {wanted} 人获得称号，实际 {found} 人"


def _gaps(scene: Scene, ctx: Context, wanted: Sequence[str]) -> Iterator[str]:
    for unit, is_gap in _coverage(scene, ctx, wanted):
        if not is_gap:
            yield f"期望{unit}在空白单位清单上，实际不在"


def _covered(scene: Scene, ctx: Context, wanted: Sequence[str]) -> Iterator[str]:
    for unit, is_gap in _coverage(scene, ctx, wanted):
        if is_gap:
            yield f"期望{unit}不在空白单位清单上，实际在"


def _coverage(scene: Scene, ctx: Context, wanted: Sequence[str]) -> Iterator[tuple[str, bool]]:
    streams = coverage.list_coverage(ctx, scene.entry(ctx))
    gaps = {unit.id for stream in streams for unit in stream.gaps}
    for text in wanted:
        unit = scene.unit(ctx, text)
        yield unit.name, unit.id in gaps


def _told(scene: Scene, ctx: Context, wanted: Mapping[str, str]) -> Iterator[str]:
    for login, part in wanted.items():
        user = scene.user(ctx, login)
        query = select(Notification.text).where(Notification.user_id == user.id)
        texts = list(ctx.session.scalars(query.order_by(Notification.id.desc())))
        if not any(part in text for text in texts):
            newest = texts[0] if texts else "（没有消息）"
            yield f"期望{user.name}收到含“{part}”的消息，实际最近一条是“{newest}”"


def _incidents(_scene: Scene, ctx: Context, wanted: int) -> Iterator[str]:
    found = incidents.list_open(ctx)
    if wanted != len(found):
        told = "；".join(incident.message for incident in found)
        yield f"期望 {wanted} 个流程故障，实际 {len(found)} 个{f'：{told}' if told else ''}"


def _rounds(_scene: Scene, ctx: Context, wanted: int) -> Iterator[str]:
    found = ctx.session.scalar(select(func.count(Round.id))) or 0
    if wanted != found:
        yield f"期望共有 {wanted} 个届次，实际 {found} 个"


_HEADINGS: Mapping[str, str] = {
    "stage": "届次处在",
    "round_waits_at": "届次的待办",
    "places": "名额",
    "notice": "公示",
    "listed": "公示名单",
    "announced": "公布名单",
    "awarded": "获得称号人数",
    "gaps": "空白单位",
    "covered": "不是空白单位的",
    "told": "收到消息",
    "incidents": "流程故障",
    "rounds": "届次数",
}
_LOOKS: Mapping[str, Callable[[Scene, Context, Any], Iterator[str]]] = {
    "people": _people,
    "stage": _stage,
    "round_waits_at": _round_waits_at,
    "places": _places,
    "notice": _notice,
    "listed": _listed,
    "announced": _announced,
    "awarded": _awarded,
    "gaps": _gaps,
    "covered": _covered,
    "told": _told,
    "incidents": _incidents,
    "rounds": _rounds,
}


def _people_on(notice: Notice | None) -> list[Mapping[str, Any]]:
    categories = notice.snapshot["categories"] if notice is not None else ()
    return [person for category in categories for person in category["people"]]


def _names_on(scene: Scene, lists: Sequence[Notice]) -> list[str]:
    return [scene.name_of(person["nomination"]) for notice in lists for person in _people_on(notice)]


def _compare_lists(what: str, wanted: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    if sorted(wanted) != sorted(found):
        yield f"期望{what}是{_say(wanted)}，实际是{_say(found)}"


def _say(value: Any) -> str:
    if isinstance(value, list):
        return f"“{'、'.join(value)}”" if value else "空"
    if isinstance(value, tuple):
        return f"“{value[0]}”"
    return f"“{value}”" if isinstance(value, str) else f" {value} "
