"""Recommenders admitted during a round (推荐单位认定): a department asks and the organiser decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import (
    ANY_CATEGORY,
    Instance,
    InstanceStatus,
    Membership,
    QuotaKind,
    Round,
    Stage,
    Unit,
    User,
)
from service.programmes import wiring
from service.programmes.nomination import nominations, workplaces
from service.programmes.round import quotas
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.person import people

PROCESS = "admission"
NOUN = "admission"
RECOMMENDER = "recommender"
MAX_REASON = 100
#: stages in which a further recommender may still be admitted
OPEN = (Stage.PREPARATION, Stage.SUBMISSION)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A unit that asked to recommend, and how that stands."""

    instance: Instance
    unit: Unit
    is_admitted: bool


def is_offered(ctx: Context, entry: Round) -> bool:
    """Say whether a round's programme admits recommenders: its diagram has the pool ``admission``."""
    newest = deployments.find_newest(ctx, entry.programme)
    if newest is None:
        return False
    return PROCESS in deployments.diagram_of(ctx, newest.id, newest.content_hash).processes


def list_units(ctx: Context, entry: Round) -> Sequence[Unit]:
    """Return the units for which the actor may ask: his own, below the organiser, that do not recommend."""
    askers = {*workplaces.roles_of(ctx, entry), workplaces.ADMINISTRATOR}
    codes = sorted(ctx.actor.codes_of(askers))
    query = select(Unit).where(Unit.code.in_(codes), Unit.active).order_by(Unit.path)
    own = ctx.session.scalars(query).all()
    recommending = quotas.recommending(ctx, entry, [unit.id for unit in own])
    return [
        unit
        for unit in own
        if unit.id not in recommending
        and unit.id != entry.organiser_id
        and unit.path.startswith(entry.organiser.path)
    ]


def ask(ctx: Context, entry: Round, unit: Unit, reason: str) -> Instance:
    """Ask that a unit may recommend in a round. One open request a unit; who asks is remembered."""
    if unit not in list_units(ctx, entry):
        raise Forbidden("您不能为这个单位申请，或它已经是推荐单位。")
    _require_open(ctx, entry)
    if not reason.strip() or len(reason.strip()) > MAX_REASON:
        raise Invalid("请写明申请理由。", fields={"reason": f"必填，最多 {MAX_REASON} 个字"})
    before = _instances(ctx, entry, unit)
    if any(one.status == InstanceStatus.ACTIVE for one in before):
        raise Conflict(f"{unit.name}的申请正在研究，请等候答复。")
    return execution.start(
        ctx,
        deployments.get_newest(ctx, entry.programme),
        PROCESS,
        business_key=f"{NOUN}:{entry.id}:{unit.id}:{len(before) + 1}",
        title=f"推荐单位认定 · {unit.name} · {reason.strip()}"[:200],
        round_id=entry.id,
        variables={"unit": unit.code, "initiator": ctx.actor.name},
    )


def admit(ctx: Context, instance: Instance) -> Unit:
    """Let the unit of a request recommend, with whoever asked as the one who does it for the unit.

    It holds no places by number: where the programme counts them, the organiser gives it some.
    """
    entry, unit = ctx.session.get_one(Round, instance.round_id), unit_of(ctx, instance)
    _require_open(ctx, entry)
    if quotas.recommending(ctx, entry, [unit.id]):
        return unit
    programme = wiring.pack_of(ctx, entry).programme
    by_category = programme.quota.source == "matrix"
    places = dict.fromkeys(programme.categories if by_category else (ANY_CATEGORY,), 0)
    quotas.set_places(ctx, entry, QuotaKind.NOMINATION, unit, places, hard=programme.quota.hard)
    asker = ctx.session.get_one(User, instance.started_by_id)
    group = f"{RECOMMENDER}@{unit.code}"
    held = select(Membership.id).where(Membership.group_key == group, Membership.user_id == asker.id)
    if ctx.session.scalar(held) is None:
        people.grant(ctx, asker, RECOMMENDER, unit)
    ctx.session.flush()
    return unit


def unit_of(ctx: Context, instance: Instance) -> Unit:
    """Return the unit a request is about."""
    if not instance.business_key.startswith(f"{NOUN}:"):
        raise Conflict("这个流程不是推荐单位认定。")
    return ctx.session.get_one(Unit, _unit_id(instance))


def is_asker(ctx: Context, instance: Instance) -> bool:
    """Say whether the actor asked for this."""
    return (
        instance.business_key.startswith(f"{NOUN}:")
        and instance.started_by_id is not None
        and instance.started_by_id == ctx.actor.user_id
    )


def list_page(ctx: Context, entry: Round, *, limit: int, at: int | None = None) -> Sequence[Request]:
    """Return the requests of a round, the newest first: to its organiser all, to others their own.

    They begin with that of the instance ``at``, else with the newest.
    """
    query = select(Instance).where(Instance.round_id == entry.id, Instance.process_id == PROCESS)
    if not (ctx.actor.is_system or ctx.actor.is_admin or nominations.is_organiser(ctx, entry)):
        query = query.where(Instance.started_by_id == ctx.actor.user_id)
    if at is not None:
        query = query.where(Instance.id <= at)
    rows = ctx.session.scalars(query.order_by(Instance.id.desc()).limit(limit)).all()
    units = {row.id: _unit_id(row) for row in rows}
    recommending = quotas.recommending(ctx, entry, set(units.values()))
    asking = select(Unit).where(Unit.id.in_(set(units.values())))
    found = {unit.id: unit for unit in ctx.session.scalars(asking)}
    return [
        Request(instance=row, unit=found[units[row.id]], is_admitted=units[row.id] in recommending)
        for row in rows
    ]


def _unit_id(instance: Instance) -> int:
    return int(instance.business_key.split(":")[2])


def _instances(ctx: Context, entry: Round, unit: Unit) -> Sequence[Instance]:
    prefix = f"{NOUN}:{entry.id}:{unit.id}:"
    query = select(Instance).where(
        Instance.round_id == entry.id, Instance.business_key.startswith(prefix, autoescape=True)
    )
    return ctx.session.scalars(query.order_by(Instance.id)).all()


def _require_open(ctx: Context, entry: Round) -> None:
    # held until the commit: of two who ask at once the second waits, and sees the first
    ctx.session.refresh(entry, ["stage"], with_for_update=True)
    if entry.stage not in OPEN:
        raise Conflict("申报已经截止，本届不再认定推荐单位。")
