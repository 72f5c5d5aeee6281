"""Awards: entries in the register of titles, who may see one, and how one stands."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from service.errors import Conflict, Forbidden, NotFound
from service.models import HELD, Award, AwardStatus, Instance, Nomination, NominationStatus, Round, Unit, User
from service.models.base import table_of
from service.programmes import wiring
from service.programmes.nomination import asked_ahead, nominations
from service.programmes.pack.programme import Programme
from service.programmes.round import rounds
from service.workflow import history, subjects
from service.workflow.context import Context

#: what start events of processes begun for every title say in their property ``subject``
NOUN = "award"
MAX_TITLE = 200
#: the event of a title's history that tells of another status
CHANGED = "award.status"

#: what nearly every page and step about an award asks for
WITH_UNITS = (
    joinedload(Award.unit),
    joinedload(Award.recommender),
    joinedload(Award.organiser),
    joinedload(Award.round),
)

_award = table_of(Award)
_ENTERED = select(_award.c.nomination_id, _award.c.id).where(
    _award.c.nomination_id.in_(bindparam("nominees", expanding=True))
)
#: the number of a nominee's title
ENTERED = "titles_entered"


def grant(ctx: Context, nomination: Nomination) -> Award:
    """Enter a nominee into the register of titles; one who is in it already stays as he is.

    What the diagram begins for every title is begun soon after, by rows written here. Where nothing is, the
    title has its number with the next flush.
    """
    if nomination.status == NominationStatus.AWARDED:
        ctx.session.flush()  # his entry may be one of this transaction
        asked_ahead.forget(ctx, ENTERED, nomination.id)
    existing = asked_ahead.ask(ctx, ENTERED, nomination.id, partial(_find_entered, ctx), otherwise=None)
    if existing is not None:
        return ctx.session.get_one(Award, existing)
    entry, programme = nomination.round, wiring.pack_of(ctx, nomination.round).programme
    first, last = period_of(programme, entry)
    award = Award(
        round_id=entry.id,
        nomination_id=nomination.id,
        programme=entry.programme,
        year=entry.year,
        title=programme.award.title,
        category=nomination.category or "",
        number=f"{entry.year}{entry.id:03d}{nomination.id:06d}",
        code=secrets.token_hex(8),
        name=nomination.name,
        holder_id=nomination.nominee_id,
        unit_id=nomination.unit_id,
        unit_name=nomination.unit.name,
        recommender_id=nomination.recommender_id,
        organiser_id=entry.organiser_id,
        valid_from=first,
        valid_until=last,
        granted_at=ctx.now,
    )
    ctx.session.add(award)
    nominations.end(nomination, NominationStatus.AWARDED, "")
    if subjects.begin_with(ctx, entry.programme, NOUN):
        ctx.session.flush()  # they know a title by its number
        subjects.begin_for(ctx, entry.programme, subject_of(award), entry.id)
    return award


def _find_entered(ctx: Context, numbers: Sequence[int]) -> dict[int, int | None]:
    return dict(ctx.session.execute(_ENTERED, {"nominees": numbers}).all())


def period_of(programme: Programme, entry: Round) -> tuple[date | None, date | None]:
    """Return first and last day of what follows upon a round's titles, moved on with the round's year."""
    later = entry.year - programme.year
    return _move(programme.award.period_from, later), _move(programme.award.period_until, later)


def list_of(ctx: Context, entry: Round) -> Sequence[Award]:
    """Return a round's awards by category."""
    query = select(Award).where(Award.round_id == entry.id).options(joinedload(Award.nomination))
    return list(ctx.session.scalars(query.order_by(Award.category, Award.id)))


def count_by_category(ctx: Context, entry: Round) -> dict[str, int]:
    """Return how many of those the actor sees hold the title, by category."""
    query = visible(ctx, select(Award.category, func.count().label("number")))
    query = query.where(Award.round_id == entry.id, Award.status.in_(HELD))
    return {row.category: row.number for row in ctx.session.execute(query.group_by(Award.category))}


def find_account(ctx: Context, award: Award) -> User | None:
    """Return the account of whoever holds a title; None where he has none, or it was put out of use."""
    holder = ctx.session.get(User, award.holder_id) if award.holder_id is not None else None
    return holder if holder is not None and holder.active else None


def get_visible(ctx: Context, award_id: int) -> Award:
    """Return an award the actor may see; any other does not exist for him."""
    award = ctx.session.get(Award, award_id, options=WITH_UNITS)
    if award is None or not may_see(ctx, award):
        raise NotFound("名册中没有这个称号，或您无权查看。")
    return award


def may_see(ctx: Context, award: Award) -> bool:
    """Say whether the actor may read an award: organiser, holder, or a unit at or above the workplace."""
    actor = ctx.actor
    if actor.is_system or actor.is_admin or is_organiser(ctx, award):
        return True
    if actor.user_id is not None and actor.user_id == award.holder_id:
        return True
    readers = list_readers(ctx, award.programme)
    return any(nominations.acts_at_or_above(actor, unit, readers) for unit in (award.unit, award.recommender))


def visible(ctx: Context, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Narrow a query of awards to those the actor may see."""
    return query.where(is_visible(ctx))


def is_visible(ctx: Context) -> ColumnElement[bool]:
    """Return the condition on Award that says what ``may_see`` says."""
    actor = ctx.actor
    if actor.is_system or actor.is_admin:
        return true()
    if actor.user_id is None:
        return false()
    ways: list[ColumnElement[bool]] = [Award.holder_id == actor.user_id]
    organised = sorted(actor.codes_of(["organiser"]))
    if organised:
        ways.append(Award.organiser_id.in_(select(Unit.id).where(Unit.code.in_(organised))))
    for key in sorted(wiring.all_packs(ctx)):
        below = nominations.at_or_below(actor, list_readers(ctx, key))
        if below is not None:
            units = select(Unit.id).where(below)
            ways.append(
                and_(Award.programme == key, or_(Award.unit_id.in_(units), Award.recommender_id.in_(units)))
            )
    return or_(*ways)


def list_readers(ctx: Context, programme: str) -> list[str]:
    """Return the roles whose holders read the titles of the units at and below theirs."""
    roles = wiring.get_pack(ctx, programme).programme.roles
    return [key for key, role in roles.items() if nominations.READING.intersection(role.scopes)]


def is_organiser(ctx: Context, award: Award) -> bool:
    """Say whether the actor organises the programme that gave the title."""
    return f"organiser@{award.organiser.code}" in ctx.actor.groups


def require_organiser(ctx: Context, award: Award) -> None:
    """Refuse whoever does not organise the programme that gave the title."""
    if not (ctx.actor.is_system or is_organiser(ctx, award)):
        raise Forbidden("只有主办单位可以进行这项操作。")


def subject_of(award: Award) -> str:
    """Return how workflow knows an award."""
    return f"{NOUN}:{award.id}"


def of_instance(ctx: Context, instance: Instance) -> Award | None:
    """Return the award an instance was begun for, or None if it is about something else."""
    noun, _, rest = instance.business_key.partition(":")
    return ctx.session.get(Award, int(rest.partition(":")[0]), options=WITH_UNITS) if noun == NOUN else None


def annul(ctx: Context, award: Award, reason: str) -> None:
    """Take a title back (撤销): it stays in the register with the reason, and verification says so."""
    require_organiser(ctx, award)
    rounds.check_reason(reason, "请填写撤销称号的原因。")
    lock(ctx, award)
    if award.status == AwardStatus.ANNULLED:
        raise Conflict("这个称号已经撤销。")
    set_status(ctx, award, AwardStatus.ANNULLED, reason)


def restore(ctx: Context, award: Award, reason: str) -> None:
    """Take an annulment back that was a mistake: the title stands as before; both stay in the history."""
    require_organiser(ctx, award)
    rounds.check_reason(reason, "请填写更正的原因。")
    lock(ctx, award)
    if award.status != AwardStatus.ANNULLED:
        raise Conflict("这个称号没有被撤销，不需要恢复。")
    set_status(ctx, award, _find_status_before(ctx, award), reason)


def _find_status_before(ctx: Context, award: Award) -> AwardStatus:
    """Return how an annulled title stood before, as its history tells."""
    changes = [one.details for one in history.of_stream(ctx, stream_of(award)) if one.kind == CHANGED]
    annulled = (one["before"] for one in reversed(changes) if one["after"] == AwardStatus.ANNULLED)
    return AwardStatus(next(annulled, AwardStatus.VALID))


def lock(ctx: Context, award: Award) -> None:
    """Hold an award until the commit, and read how it stands: of two the second sees the first's doing."""
    ctx.session.refresh(award, ["status", "revision", "unit_id", "valid_until"], with_for_update=True)


def set_status(ctx: Context, award: Award, status: AwardStatus, reason: str) -> None:
    """Change how a title stands, with the reason people are shown; noted in the award's history."""
    lock(ctx, award)
    before = award.status
    award.status, award.status_reason, award.status_at = status, reason.strip()[:1000], ctx.now
    award.revision += 1
    note(ctx, award, CHANGED, before=str(before), after=str(status), reason=award.status_reason)


def extend(ctx: Context, award: Award, until: date, reason: str) -> None:
    """Let the period of a title last longer; of two who extend it to the same day the second is refused."""
    lock(ctx, award)
    if award.valid_until is None or until <= award.valid_until:
        raise Conflict("延长后的期限必须晚于原来的期限。")
    before, award.valid_until = award.valid_until, until
    award.revision += 1
    note(
        ctx,
        award,
        "award.extended",
        before=before.isoformat(),
        after=until.isoformat(),
        reason=reason.strip(),
    )


def move(ctx: Context, award: Award, unit: Unit, reason: str) -> None:
    """Note that the holder works elsewhere now: the unit there follows up from then on.

    Only one in use below the organiser: whoever is moved out of sight is followed up by nobody.
    """
    require_organiser(ctx, award)
    rounds.check_reason(reason, "请填写变更单位的原因。")
    lock(ctx, award)
    is_below = unit.path.startswith(award.organiser.path)
    if not (unit.active and is_below) or unit.id == award.unit_id:
        raise Conflict("请选择另一个在用的单位。", fields={"unit": "请从列表中选择"})
    before = award.unit.name
    award.unit, award.revision = unit, award.revision + 1
    note(ctx, award, "award.moved", before=before, after=unit.name, reason=reason.strip())


def list_units(ctx: Context, award: Award, *, limit: int) -> Sequence[Unit]:
    """Return the first units in use below the organiser, to one of which a holder may have gone."""
    below = Unit.path.startswith(award.organiser.path, autoescape=True)
    return ctx.session.scalars(select(Unit).where(Unit.active, below).order_by(Unit.path).limit(limit)).all()


def note(ctx: Context, award: Award, kind: str, **details: Any) -> None:
    """Write into an award's own history."""
    history.record_in(ctx, stream_of(award), kind, round_id=award.round_id, **details)


def stream_of(award: Award) -> str:
    """Return the name of an award's history."""
    return f"award:{award.id}"


def _move(day: date | None, years: int) -> date | None:
    if day is None:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February of a year that has none
        return day.replace(year=day.year + years, month=3, day=1)
