"""Drawing the experts of a round: the whole pool in one order, by a seed that is kept."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Invalid
from service.models import (
    Draw,
    Instance,
    InstanceStatus,
    Nomination,
    PanelMember,
    Round,
    Unit,
    User,
)
from service.programmes import wiring
from service.programmes.round import rounds
from service.programmes.rule import scoring
from service.programmes.rule.scoring import ReviewRules
from service.workflow import history, notifications
from service.workflow.context import Context

MAX_SEED = 80


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What about a nomination can be somebody's own affair."""

    unit_id: int
    recommender_id: int
    nominee_id: int | None
    person: str | None  #: keyed hash of the nominee's identity number


def rules_of(ctx: Context, entry: Round) -> ReviewRules:
    """Return how a round's programme reviews; a programme without ``[review]`` has no panel."""
    rules = wiring.pack_of(ctx, entry).programme.review
    if rules is None:
        raise Conflict("这个活动没有设专家评审（programme.toml 的 review）。")
    return rules


def draw(ctx: Context, entry: Round, role: str, seed: str) -> Draw:
    """Draw the pool of a round: everybody active who holds ``role`` at the organiser, in one order.

    An empty seed is made up. Drawing again replaces nothing: a round has one draw. Refused when the
    pool could not give every nomination its experts once those who may not judge it have stepped back.
    """
    rules = rules_of(ctx, entry)
    if find(ctx, entry) is not None:
        raise Conflict("本届次已经抽取过专家，不能重抽。")
    seed = " ".join(seed.split()) or secrets.token_hex(8)
    if len(seed) > MAX_SEED:
        raise Invalid("种子太长。", fields={"seed": f"最多 {MAX_SEED} 个字"})
    pool = f"{role}@{entry.organiser.code}"
    users = {user.login: user for user in notifications.list_holders(ctx, [pool])}
    _require_enough(ctx, entry, rules, list(users.values()))
    entered = Draw(
        round_id=entry.id, seed=seed, pool=pool, size=rules.experts, drawn_by=ctx.actor.name, drawn_at=ctx.now
    )
    ctx.session.add(entered)
    ctx.session.flush()
    _add(ctx, entered, users, batch=1, after=0)
    history.record_in(
        ctx, f"round:{entry.id}", "panel.drawn", round_id=entry.id, seed=seed, pool=sorted(users)
    )
    return entered


def supplement(ctx: Context, entry: Round) -> int:
    """Draw those who came to the pool since, by the same seed, to stand by after all others (补充抽取).

    Returns how many. Nobody's place changes.
    """
    rounds.require_organiser(ctx, entry)
    drawn = get(ctx, entry)
    ctx.session.refresh(drawn, with_for_update=True)
    members = list_members(ctx, drawn)
    known = {member.user_id for member in members}
    users = {
        user.login: user for user in notifications.list_holders(ctx, [drawn.pool]) if user.id not in known
    }
    if not users:
        raise Conflict("专家库里没有新的专家，请先在人员管理中添加。")
    _add(ctx, drawn, users, batch=members[-1].batch + 1, after=members[-1].place)
    history.record_in(
        ctx, f"round:{entry.id}", "panel.supplemented", round_id=entry.id, seed=drawn.seed, pool=sorted(users)
    )
    return len(users)


def find(ctx: Context, entry: Round) -> Draw | None:
    """Return a round's draw."""
    return ctx.session.scalar(select(Draw).where(Draw.round_id == entry.id))


def get(ctx: Context, entry: Round) -> Draw:
    """Return a round's draw; refused before there is one."""
    found = find(ctx, entry)
    if found is None:
        raise Conflict("还没有抽取专家。")
    return found


def list_members(ctx: Context, drawn: Draw) -> Sequence[PanelMember]:
    """Return the pool in drawn order, each with his account and unit."""
    query = select(PanelMember).where(PanelMember.draw_id == drawn.id).order_by(PanelMember.place)
    return list(ctx.session.scalars(query.options(joinedload(PanelMember.user).joinedload(User.unit))))


def is_true(drawn: Draw, members: Sequence[PanelMember]) -> bool:
    """Say whether drawing the same names with the kept seed gives the kept order."""
    batches = [list(batch) for _, batch in groupby(members, key=lambda member: member.batch)]
    return all(
        scoring.draw(drawn.seed, [member.login for member in batch])
        == [(member.login, member.digest) for member in batch]
        for batch in batches
    )


def find_conflict(user: User, subject: Subject) -> str:
    """Return why an expert may not judge a nomination, as far as the records tell; empty if he may."""
    if user.id == subject.nominee_id or (subject.person and user.id_number_index == subject.person):
        return "申报人本人"
    if user.unit_id == subject.unit_id:
        return "与申报人同一单位"
    if user.unit_id == subject.recommender_id:
        return "供职于推荐单位"
    return ""


def subject_of(nomination: Nomination) -> Subject:
    """Return whom a nomination concerns."""
    return Subject(
        unit_id=nomination.unit_id,
        recommender_id=nomination.recommender_id,
        nominee_id=nomination.nominee_id,
        person=nomination.id_number_index,
    )


def _add(ctx: Context, drawn: Draw, users: Mapping[str, User], *, batch: int, after: int) -> None:
    ctx.session.add_all(
        PanelMember(
            round_id=drawn.round_id,
            draw_id=drawn.id,
            user_id=users[login].id,
            login=login,
            place=place,
            batch=batch,
            digest=digest,
        )
        for place, (login, digest) in enumerate(scoring.draw(drawn.seed, users), start=after + 1)
    )


def _require_enough(ctx: Context, entry: Round, rules: ReviewRules, pool: Collection[User]) -> None:
    if len(pool) < rules.experts:
        raise Conflict(f"专家库只有 {len(pool)} 人，每份申报需要 {rules.experts} 人评分，请先补充专家。")
    person = (Nomination.nominee_id, Nomination.id_number_index)
    columns = (Nomination.unit_id, Nomination.recommender_id, *person)
    query = select(*columns, Unit.name).join(Unit, Unit.id == Nomination.unit_id)
    query = query.join(Instance, Instance.id == Nomination.instance_id)
    query = query.where(Nomination.round_id == entry.id, Instance.status == InstanceStatus.ACTIVE)
    for unit_id, recommender_id, nominee_id, known, name in ctx.session.execute(query.distinct()):
        subject = Subject(unit_id=unit_id, recommender_id=recommender_id, nominee_id=nominee_id, person=known)
        free = sum(not find_conflict(user, subject) for user in pool)
        if free < rules.experts:
            raise Conflict(
                f"{name}的申报，回避之后专家库只剩 {free} 人，需要 {rules.experts} 人，请先补充专家。"
            )
