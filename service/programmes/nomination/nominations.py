"""Nominations: who may see one, how it is called, until when it has time, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import joinedload

from service.errors import NotFound
from service.models import (
    CandidateExtension,
    Extension,
    Instance,
    Job,
    JobKind,
    JobStatus,
    Nomination,
    NominationStatus,
    Round,
    Stage,
    SubscriptionRow,
    Unit,
)
from service.models.programme.nomination import FALLEN
from service.programmes import wiring
from service.workflow.context import Actor, Context

PROCESS = "nomination"
Source = Literal["unit", "self"]
TITLE_LENGTH = 200

#: statuses in which a nomination still stands, so that the same person may not be nominated again
STANDING = tuple(status for status in NominationStatus if status not in FALLEN)
#: stages in which a unit whose time was extended may still nominate
EXTENDABLE = (Stage.SUBMISSION, Stage.QUALIFICATION)
#: scopes whose roles let somebody read the nominations of the units at and below the one he holds them at
READING = frozenset({"unit", "recommender"})
MAX_NAME = 40  # as the recommendation forms have it

#: what nearly every step of a nomination asks for, read in one statement
WITH_UNITS = (
    joinedload(Nomination.unit),
    joinedload(Nomination.recommender),
    joinedload(Nomination.round).joinedload(Round.organiser),
)


def of_instance(ctx: Context, instance: Instance) -> Nomination | None:
    """Return the nomination an instance is about, or None if it is about something else."""
    noun, _, number = instance.business_key.partition(":")
    return ctx.session.get(Nomination, int(number), options=WITH_UNITS) if noun == "nomination" else None


def read_ahead(ctx: Context, instances: Sequence[Instance]) -> Sequence[Nomination]:
    """Read the nominations of many instances in one statement; the session keeps them."""
    query = select(Nomination).where(Nomination.instance_id.in_([instance.id for instance in instances]))
    return ctx.session.scalars(query.options(*WITH_UNITS)).all()


def get_visible(ctx: Context, nomination_id: int) -> Nomination:
    """Return a nomination the actor may see; any other does not exist for him."""
    nomination = ctx.session.get(Nomination, nomination_id)
    if nomination is None or not may_see(ctx, nomination):
        raise NotFound("没有这份申报，或您无权查看。")
    return nomination


def may_see(ctx: Context, nomination: Nomination) -> bool:
    """Say whether the actor may read a nomination: organiser, nominee, or a unit above the workplace."""
    actor = ctx.actor
    if actor.is_system or is_organiser(ctx, nomination.round) or actor.is_admin:
        return True
    if actor.user_id is not None and actor.user_id in (nomination.nominee_id, nomination.created_by_id):
        return True
    readers = _readers(ctx, nomination.round)
    places = (nomination.unit, nomination.recommender)  # the second is not above the first outside a branch
    return any(acts_at_or_above(actor, place, readers) for place in places)


def acts_at_or_above(actor: Actor, unit: Unit, roles: Sequence[str]) -> bool:
    """Say whether the actor holds one of the roles at a unit or at one above it.

    It is the membership's unit that counts, not the one the account belongs to.
    """
    codes = [code for code in unit.path.split("/") if code]
    return any(f"{role}@{code}" in actor.groups for role in roles for code in codes)


def at_or_below(actor: Actor, roles: Sequence[str]) -> ColumnElement[bool] | None:
    """Return the condition on Unit that says the same; None if the actor holds none of the roles."""
    below = [Unit.path.contains(f"/{code}/", autoescape=True) for code in sorted(actor.codes_of(roles))]
    return or_(*below) if below else None


def is_organiser(ctx: Context, entry: Round) -> bool:
    """Say whether the actor organises a round."""
    return f"organiser@{entry.organiser.code}" in ctx.actor.groups


def title_of(ctx: Context, nomination: Nomination, name: str = "") -> str:
    """Return how a nomination is called in lists: name, or what stands in its place, category, workplace."""
    categories = wiring.pack_of(ctx, nomination.round).programme.categories
    category = categories[nomination.category].name if nomination.category else "未选类别"
    title = f"{name or nomination.name or '（未填姓名）'} · {category} · {nomination.unit.name}"
    return title[:TITLE_LENGTH]


def end(nomination: Nomination, status: NominationStatus, reason: str) -> None:
    """Set the status a nomination ends in, with the reason people are shown."""
    nomination.status = status
    nomination.status_reason = reason[:1000]
    nomination.revision += 1


def active_extension(ctx: Context, entry: Round, unit: Unit, stage: Stage) -> Extension | None:
    """Return the extension that still runs for a unit, its own or one given to a unit above it."""
    codes = [code for code in unit.path.split("/") if code]
    query = (
        select(Extension)
        .join(Unit, Unit.id == Extension.unit_id)
        .where(
            Extension.round_id == entry.id,
            Extension.stage == stage,
            Extension.until > ctx.now,
            Unit.code.in_(codes),
        )
    )
    return ctx.session.scalars(query.order_by(Extension.until.desc()).limit(1)).first()


def extended_until(ctx: Context, entry: Round, nomination: Nomination, stage: Stage) -> datetime | None:
    """Return until when a nomination has more time in a stage: its own, or its unit's, if any."""
    extension = active_extension(ctx, entry, nomination.unit, stage)
    own = ctx.session.scalar(
        select(CandidateExtension.until).where(
            CandidateExtension.nomination_id == nomination.id,
            CandidateExtension.stage == stage,
            CandidateExtension.until > ctx.now,
        )
    )
    return max((until for until in (own, extension.until if extension else None) if until), default=None)


def sees_all_of(ctx: Context, entry: Round, unit: Unit) -> bool:
    """Say whether the actor sees every nomination that a unit recommends in a round."""
    if ctx.actor.is_system or ctx.actor.is_admin or is_organiser(ctx, entry):
        return True
    return acts_at_or_above(ctx.actor, unit, _readers(ctx, entry))


def _readers(ctx: Context, entry: Round) -> list[str]:
    roles = wiring.pack_of(ctx, entry).programme.roles
    return [key for key, role in roles.items() if READING.intersection(role.scopes)]


def visible(ctx: Context, entry: Round, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Narrow a query of nominations to those of a round the actor may see."""
    actor = ctx.actor
    query = query.where(Nomination.round_id == entry.id)
    if actor.is_system or actor.is_admin or is_organiser(ctx, entry):
        return query
    if actor.user_id is None:
        return query.where(false())
    own = (Nomination.nominee_id == actor.user_id) | (Nomination.created_by_id == actor.user_id)
    below = at_or_below(actor, _readers(ctx, entry))
    if below is None:
        return query.where(own)
    query = query.join(Unit, Unit.id == Nomination.unit_id)
    choices = wiring.pack_of(ctx, entry).programme.choices
    if choices.outside_recommenders or choices.admitted_recommend_others:
        theirs = select(Unit.id).where(below).correlate(None)
        below = below | Nomination.recommender_id.in_(theirs)
    return query.where(own | below)


def queue_closing(ctx: Context, instance: Instance, stage: Stage, until: datetime) -> None:
    """Let one instance hear the closing of a stage at a moment of its own, unless it is to hear it anyway."""
    queued = exists().where(
        Job.instance_id == SubscriptionRow.instance_id,
        Job.key == SubscriptionRow.key,
        Job.kind == JobKind.SIGNAL,
        Job.status == JobStatus.PENDING,
    )
    query = select(SubscriptionRow.key, SubscriptionRow.element_id, SubscriptionRow.name).where(
        SubscriptionRow.instance_id == instance.id, SubscriptionRow.name == f"{stage}_closed", ~queued
    )
    for subscription in ctx.session.execute(query):
        ctx.session.add(
            Job(
                round_id=instance.round_id,
                instance_id=instance.id,
                kind=JobKind.SIGNAL,
                key=subscription.key,
                element_id=subscription.element_id,
                name=subscription.name,
                due_at=until,
                payload={},
            )
        )
