"""What a scenario may expect of the round: its stage, places, lists and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from service.models import (
    ANY_CATEGORY,
    Award,
    Notice,
    NoticeKind,
    Notification,
    Quota,
    QuotaKind,
    Round,
)
from service.programmes.paper import rosters
from service.programmes.publication import notices
from service.programmes.round import coverage
from service.rehearsal.scenario.scene import Scene
from service.rehearsal.scenario.sentences import say
from service.web.frame import labels
from service.workflow.context import Context
from service.workflow.instance import incidents

#: what each word is called in a sentence
HEADINGS: Mapping[str, str] = {
    "stage": "届次处在",
    "round_waits_at": "届次的待办",
    "places": "名额",
    "notice": "公示",
    "listed": "公示名单",
    "announced": "公布名单",
    "awarded": "获得称号人数",
    "rosters": "汇总表",
    "gaps": "空白单位",
    "covered": "不是空白单位的",
    "told": "收到消息",
    "incidents": "流程故障",
    "rounds": "届次数",
}


def people_on(notice: Notice | None) -> list[Mapping[str, Any]]:
    """Return the people a published list shows."""
    categories = notice.snapshot["categories"] if notice is not None else ()
    return [person for category in categories for person in category["people"]]


def _stage(scene: Scene, ctx: Context, wanted: str) -> Iterator[str]:
    stage = scene.entry(ctx).stage
    word = str(labels.STAGE[stage][0])
    if wanted not in (stage, word):
        yield f"期望届次处在“{wanted}”，实际是“{word}”"


def _round_waits_at(scene: Scene, ctx: Context, wanted: Sequence[str]) -> Iterator[str]:
    found = sorted({task.name for task in scene.open_tasks(ctx, None)})
    if sorted(wanted) != found:
        yield f"期望届次的待办是{say(wanted)}，实际是{say(found)}"


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


def _rosters(scene: Scene, ctx: Context, wanted: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    for text, papers in wanted.items():
        recommender = scene.unit(ctx, text)
        for key, people in papers.items():
            paper = rosters.find_roster(scene.pack, key)
            listed = rosters.list_handed_in(ctx, scene.entry(ctx), recommender, paper.categories)
            found = [scene.name_of(nomination.id) for nomination in listed]
            yield from _compare_lists(f"{recommender.name}的“{paper.title}”", people, found)


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


def _names_on(scene: Scene, lists: Sequence[Notice]) -> list[str]:
    return [scene.name_of(person["nomination"]) for notice in lists for person in people_on(notice)]


def _compare_lists(what: str, wanted: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    if sorted(wanted) != sorted(found):
        yield f"期望{what}是{say(wanted)}，实际是{say(found)}"


#: yields a sentence for what is not as a word expects it
COMPARISONS: Mapping[str, Callable[[Scene, Context, Any], Iterator[str]]] = {
    "stage": _stage,
    "round_waits_at": _round_waits_at,
    "places": _places,
    "notice": _notice,
    "listed": _listed,
    "announced": _announced,
    "awarded": _awarded,
    "rosters": _rosters,
    "gaps": _gaps,
    "covered": _covered,
    "told": _told,
    "incidents": _incidents,
    "rounds": _rounds,
}
