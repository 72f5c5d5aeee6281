"""The ranked list: made from the scores, amended by meetings with a reason, and read by every nomination."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Invalid, NotFound
from service.models import (
    Instance,
    InstanceStatus,
    ListChange,
    Nomination,
    NominationStatus,
    Round,
    Seat,
    SeatStatus,
    Standing,
    UserTask,
)
from service.programmes import wiring
from service.programmes.review import conflicts, draws, scores, substitutes
from service.programmes.round import rounds
from service.programmes.rule import scoring
from service.programmes.rule.scoring import Scored
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access

#: property of the user task at which a meeting may amend the list
PROPERTY = "list"
MAX_REASON, MAX_STEP = 500, 80


@dataclass(frozen=True, kw_only=True)
class Balance:
    """How a proposed list is spread (兼顾行业、性别): a look, never a refusal (A-30)."""

    by_sex: Mapping[str, int]
    by_industry: Mapping[str, int]  #: nothing where the form does not ask it
    by_recommender: Mapping[str, int]


def rank(ctx: Context, entry: Round, *, sittings: Collection[str] = (), first: int = 0) -> int:
    """Rank everybody who was scored, category by category, and propose the first; returns how many.

    ``sittings`` are those that count, all of them where none is named; ``first`` is how many of each
    category are proposed, as many as may hold the title where it is 0. Refused while a nomination has no
    score, or fewer than seats and somebody stands by. Ranking again replaces the list and what was changed
    in it. The changes themselves stay on record.
    """
    rules = draws.rules_of(ctx, entry).at(sittings)
    given = scores.points_of_round(ctx, entry)
    query = select(Nomination.id, Nomination.category).join(Instance, Instance.id == Nomination.instance_id)
    query = query.where(
        Nomination.round_id == entry.id,
        Nomination.id.in_(given),
        Instance.status == InstanceStatus.ACTIVE,
    )
    scored = [
        Scored(nomination_id=number, category=category or "", points=given[number])
        for number, category in ctx.session.execute(query.order_by(Nomination.id))
    ]
    if not scored:
        raise Conflict("还没有评过分的申报，不能排名。")
    drawn = draws.get(ctx, entry)
    _require_full(ctx, entry, drawn.size)
    programme = wiring.pack_of(ctx, entry).programme
    rows = [
        {
            "round_id": entry.id,
            "nomination_id": placed.nomination_id,
            "category": placed.category,
            "rank": placed.rank,
            "total": placed.total,
            "tie": placed.tie,
            "proposed": placed.rank <= (first or programme.places_of(placed.category)),
        }
        for placed in scoring.rank(rules, scored, drawn.seed)
    ]
    ctx.session.execute(delete(Standing).where(Standing.round_id == entry.id))
    ctx.session.execute(insert(Standing), rows)
    return len(rows)


def propose(ctx: Context, entry: Round) -> int:
    """Put everybody still in the running on the list, unranked, for a ballot that nobody has scored before.

    They stand in the order of their recommenders and of their own beginning. Returns how many.
    """
    query = (
        select(Nomination.id, Nomination.category)
        .join(Instance, Instance.id == Nomination.instance_id)
        .where(Nomination.round_id == entry.id, Instance.status == InstanceStatus.ACTIVE)
        .order_by(Nomination.category, Nomination.recommender_id, Nomination.id)
    )
    by_category: dict[str, list[int]] = {}
    for number, category in ctx.session.execute(query):
        by_category.setdefault(category or "", []).append(number)
    if not by_category:
        raise Conflict("没有等待评审的申报，不能列出名单。")
    rows = [
        {
            "round_id": entry.id, "nomination_id": number, "category": category, "rank": place,
            "total": 0, "tie": "", "proposed": True,
        }
        for category, numbers in by_category.items()
        for place, number in enumerate(numbers, start=1)
    ]  # fmt: skip
    ctx.session.execute(delete(Standing).where(Standing.round_id == entry.id))
    ctx.session.execute(insert(Standing), rows)
    return len(rows)


def list_of(ctx: Context, entry: Round) -> Sequence[Standing]:
    """Return the ranked list with nominations and their recommenders, category by category."""
    query = select(Standing).where(Standing.round_id == entry.id)
    people = joinedload(Standing.nomination)
    query = query.options(people.joinedload(Nomination.recommender), people.joinedload(Nomination.unit))
    return list(ctx.session.scalars(query.order_by(Standing.category, Standing.rank)))


def list_changes(ctx: Context, entry: Round) -> dict[int, list[ListChange]]:
    """Return nomination -> every change of its place on the list, in order."""
    query = select(ListChange).where(ListChange.round_id == entry.id).order_by(ListChange.id)
    found: dict[int, list[ListChange]] = {}
    for change in ctx.session.scalars(query):
        found.setdefault(change.nomination_id, []).append(change)
    return found


def weigh(rows: Sequence[Standing]) -> Balance:
    """Return how the proposed are spread."""
    proposed = [row.nomination for row in rows if row.proposed]
    return Balance(
        by_sex=Counter(nomination.sex or "未填" for nomination in proposed),
        by_industry=Counter(nomination.industry or "未填" for nomination in proposed)
        if any(row.nomination.industry for row in rows)
        else {},
        by_recommender=Counter(nomination.recommender.name for nomination in proposed),
    )


def amend(ctx: Context, task_id: int, nomination_id: int, *, proposed: bool, reason: str) -> None:
    """Put a nomination on the proposed list or take it off, at the meeting whose task is the actor's.

    A category never has more than its places: somebody has to be taken off before another is put on. Nobody
    decides of himself, of a colleague, or of whom he stepped back from (回避, X15).
    """
    reason = reason.strip()
    if not reason:
        raise Invalid("调整名单须写明理由。", fields={"reason": "必填"})
    if len(reason) > MAX_REASON:
        raise Invalid("理由太长，请删减。", fields={"reason": f"最多 {MAX_REASON} 个字"})
    task = task_access.lock_offered(ctx, task_id)
    entry = _round_of(ctx, task)
    query = select(Standing).where(Standing.round_id == entry.id, Standing.nomination_id == nomination_id)
    standing = ctx.session.scalar(query)
    if standing is None:
        raise NotFound("这份申报不在排名中。")
    if standing.proposed == proposed:
        raise Conflict("这份申报已经" + ("在" if proposed else "不在") + "建议名单中，请刷新页面。")
    if standing.nomination.status == NominationStatus.WITHDRAWN:
        raise Conflict("他已退出评选，不能再调入名单。")
    _require_no_conflict(ctx, standing.nomination)
    if proposed:
        _require_place(ctx, entry, standing.category)
    change(ctx, standing, proposed=proposed, step=task.name, reason=reason)


def change(ctx: Context, standing: Standing, *, proposed: bool, step: str, reason: str) -> None:
    """Write down a change of the proposed list with its reason."""
    standing.proposed = proposed
    ctx.session.add(
        ListChange(
            round_id=standing.round_id,
            nomination_id=standing.nomination_id,
            proposed=proposed,
            step=step[:MAX_STEP],
            reason=reason,
            changed_by=ctx.actor.name,
            changed_at=ctx.now,
        )
    )


def is_list_task(ctx: Context, task: UserTask) -> bool:
    """Say whether a meeting may amend the list at a task."""
    element = deployments.get_element(ctx, task.instance, task.element_id)
    return PROPERTY in element.properties


def _round_of(ctx: Context, task: UserTask) -> Round:
    if not is_list_task(ctx, task):
        raise Conflict("这一步不能调整名单。")
    return rounds.of_instance(ctx, task.instance)


def _require_no_conflict(ctx: Context, nomination: Nomination) -> None:
    if ctx.actor.user_id is None:
        return
    conflict = conflicts.list_of(ctx, [ctx.actor.user_id], [nomination.id]).get(ctx.actor.user_id, {})
    if conflict:
        reason = conflict[nomination.id]
        raise Conflict(f"您对{nomination.name}的申报应当回避（{reason}），不能调整，请由其他与会人员办理。")


def _require_full(ctx: Context, entry: Round, size: int) -> None:
    scored = func.count(Seat.id).filter(Seat.status == SeatStatus.SCORED)
    query = (
        select(Nomination, scored)
        .join(Seat, Seat.nomination_id == Nomination.id)
        .join(Instance, Instance.id == Nomination.instance_id)
        .where(Nomination.round_id == entry.id, Instance.status == InstanceStatus.ACTIVE)
        .group_by(Nomination.id)
        .having(scored < size)
        .order_by(Nomination.id)
    )
    for nomination, number in ctx.session.execute(query):
        if number == 0 or substitutes.find_next(ctx, nomination) is not None:
            raise Conflict(
                f"{nomination.name}的申报只有 {number} 位专家的有效评分，应为 {size} 位，不能排名。"
                "请在评审席位中补席，评完后再试。"
            )


def _require_place(ctx: Context, entry: Round, category: str) -> None:
    query = select(func.count()).where(
        Standing.round_id == entry.id, Standing.category == category, Standing.proposed
    )
    programme = wiring.pack_of(ctx, entry).programme
    places = programme.places_of(category)
    if places and (ctx.session.scalar(query) or 0) >= places:
        raise Conflict(f"建议名单已满 {places} 名，请先调出一名。{programme.cite('award')}")
