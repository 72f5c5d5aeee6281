"""Nominations: putting somebody forward, who may see one, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from marshmallow import ValidationError
from sqlalchemy import ColumnElement, Select, bindparam, false, or_, select, update
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.models import (
    CandidateExtension,
    Extension,
    Instance,
    Job,
    JobKind,
    Nomination,
    NominationStatus,
    Round,
    Stage,
    SubscriptionRow,
    Unit,
    User,
)
from service.models.base import table_of
from service.models.programme.nomination import FALLEN
from service.programmes import wiring
from service.programmes.form.fields import clean_text
from service.programmes.nomination import recommenders
from service.programmes.pack.packs import Pack
from service.workflow.context import Actor, Context
from service.workflow.definition import deployments
from service.workflow.instance import execution

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

_round = table_of(Round)
_HOLD = (
    select(_round.c.stage, _round.c.dates).where(_round.c.id == bindparam("entry")).with_for_update(read=True)
)


def start(
    ctx: Context, entry: Round, *, unit: Unit, category: str, source: Source, name: str = "",
    recommender: Unit | None = None,
) -> Nomination:  # fmt: skip
    """Begin a nomination at a workplace, by the unit or by the nominee himself.

    The nearest unit above the workplace that holds places in the round recommends it; from a workplace
    outside every branch, ``recommender`` does.
    """
    pack = wiring.pack_of(ctx, entry)
    if category not in pack.programme.categories:
        cited = pack.programme.cite("categories")
        raise Invalid(f"请选择申报类别。{cited}", fields={"category": f"请从列表中选择。{cited}"})
    name = _clean_name(name)
    if len(name) > MAX_NAME:
        raise Invalid("姓名太长，请核对。", fields={"name": f"最多 {MAX_NAME} 个字"})
    if not unit.active:
        raise Conflict(f"{unit.name}已停用，不能申报。", fields={"unit": "请选择其他单位"})
    _require_may_start(ctx, pack, entry, unit, source)
    # what was begun before in this transaction decides nothing here: it is written with this one
    with ctx.session.no_autoflush:
        late = _require_open(ctx, entry, unit, name)
        recommender = recommenders.choose(ctx, entry, unit, recommender)
    nomination = Nomination(
        round_id=entry.id,
        round=entry,
        unit=unit,
        recommender=recommender,
        source=source,
        nominee_id=ctx.actor.user_id if source == "self" else None,
        created_by_id=ctx.actor.user_id,
        category=category,
        name=name,
        created_at=ctx.now,
    )
    ctx.session.add(nomination)
    ctx.session.flush()
    if late is not None:
        _take_extension(ctx, late, nomination)
    instance = execution.start(
        ctx,
        deployments.get_newest(ctx, entry.programme),
        PROCESS,
        business_key=f"nomination:{nomination.id}",
        title=title_of(ctx, nomination),
        round_id=entry.id,
        variables={
            "nomination_id": nomination.id,
            "category": category,
            "source": source,
            "initiator": ctx.actor.name,
        },
        start_event=pack.programme.start_events[source],
    )
    nomination.instance_id = instance.id
    _close_when_extension_ends(ctx, nomination, instance)
    return nomination


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
    held = (group.partition("@") for group in sorted(actor.groups))
    codes = dict.fromkeys(code for role, _, code in held if role in roles)
    below = [Unit.path.contains(f"/{code}/", autoescape=True) for code in codes]
    return or_(*below) if below else None


def is_organiser(ctx: Context, entry: Round) -> bool:
    """Say whether the actor organises a round."""
    return f"organiser@{entry.organiser.code}" in ctx.actor.groups


def _clean_name(name: str) -> str:
    """Return a name as the form would keep it: what cannot be seen and could deceive is refused."""
    try:
        clean = clean_text(name, "姓名", lines=False)
    except ValidationError as wrong:
        raise Invalid("姓名填写有误。", fields={"name": str(wrong.messages[0])}) from wrong
    if name and not clean:
        raise Invalid("姓名填写有误。", fields={"name": "只有空白，请填写姓名"})
    return clean


def title_of(ctx: Context, nomination: Nomination) -> str:
    """Return how a nomination is called in lists: name, category, workplace."""
    categories = wiring.pack_of(ctx, nomination.round).programme.categories
    category = categories[nomination.category].name if nomination.category else "未选类别"
    title = f"{nomination.name or '（未填姓名）'} · {category} · {nomination.unit.name}"
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


def nominee_of(ctx: Context, nomination: Nomination) -> User | None:
    """Return the nominee's own account, if he has one."""
    return ctx.session.get(User, nomination.nominee_id) if nomination.nominee_id else None


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


def _require_open(ctx: Context, entry: Round, unit: Unit, name: str) -> CandidateExtension | None:
    """Refuse a nomination that comes too late; returns the extension of the one it stands in for."""
    # the round is held until the commit: a stage that closes meanwhile waits, and its signal finds us
    if ctx.session.is_modified(entry):
        ctx.session.flush()
    held = ctx.session.execute(_HOLD, {"entry": entry.id}).one()
    set_committed_value(entry, "stage", held.stage)
    set_committed_value(entry, "dates", held.dates)
    if entry.stage == Stage.SUBMISSION:
        return None
    if entry.stage == Stage.PREPARATION:
        raise Conflict("申报还没有开始。")
    if entry.stage not in EXTENDABLE:
        raise Conflict(f"申报已经截止，且联合会审已经开始，不能再补报。{_cite_deadline(ctx, entry)}")
    if active_extension(ctx, entry, unit, Stage.SUBMISSION) is not None:
        return None
    own = _find_for_candidate(ctx, entry, unit, name)
    if own is None:
        raise Conflict(
            "申报已经截止。如确需补报，请联系主办单位为本单位或这名人选办理延期。"
            f"{_cite_deadline(ctx, entry)}"
        )
    return own


def _cite_deadline(ctx: Context, entry: Round) -> str:
    return wiring.pack_of(ctx, entry).programme.cite(f"deadlines.{Stage.SUBMISSION}")


def _find_for_candidate(ctx: Context, entry: Round, unit: Unit, name: str) -> CandidateExtension | None:
    """Return the extension given to an overdue nomination of that name at a workplace."""
    query = (
        select(CandidateExtension)
        .join(Nomination, Nomination.id == CandidateExtension.nomination_id)
        .where(
            CandidateExtension.round_id == entry.id,
            CandidateExtension.stage == Stage.SUBMISSION,
            CandidateExtension.until > ctx.now,
            Nomination.unit_id == unit.id,
            Nomination.status == NominationStatus.OVERDUE,
            Nomination.name == name,
        )
    )
    return ctx.session.scalars(query.order_by(CandidateExtension.id).limit(1)).first()


def _take_extension(ctx: Context, late: CandidateExtension, nomination: Nomination) -> None:
    """Let a nomination stand in for the overdue one: of two that begin at once, one gets its time."""
    taken = ctx.session.execute(
        update(CandidateExtension)
        .where(CandidateExtension.id == late.id, CandidateExtension.nomination_id == late.nomination_id)
        .values(nomination_id=nomination.id),
        execution_options={"synchronize_session": False},
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("这名人选的补报已经由别人发起。")
    ctx.session.expire(late)


def _require_may_start(ctx: Context, pack: Pack, entry: Round, unit: Unit, source: Source) -> None:
    actor = ctx.actor
    if actor.is_system:
        return
    roles = [role for start in pack.programme.starts if start.source == source for role in start.roles]
    if source == "self":
        if any(actor.holds(role) for role in roles) and actor.unit_id == unit.id:
            return
        raise Forbidden("个人自荐须由申报人本人登录，在自己所在的单位发起。")
    if is_organiser(ctx, entry) or acts_at_or_above(actor, unit, [*roles, "unit_admin"]):
        return
    raise Forbidden("您只能为本单位及下属单位发起申报。")


def _close_when_extension_ends(ctx: Context, nomination: Nomination, instance: Instance) -> None:
    """A nomination begun after the stage closed hears the closing when its unit's extension ends."""
    entry = nomination.round
    if entry.stage == Stage.SUBMISSION:
        return
    until = extended_until(ctx, entry, nomination, Stage.SUBMISSION)
    if until is not None:
        queue_closing(ctx, instance, Stage.SUBMISSION, until)


def queue_closing(ctx: Context, instance: Instance, stage: Stage, until: datetime) -> None:
    """Let one instance hear the closing of a stage at a moment of its own."""
    query = select(SubscriptionRow.key, SubscriptionRow.element_id, SubscriptionRow.name).where(
        SubscriptionRow.instance_id == instance.id, SubscriptionRow.name == f"{stage}_closed"
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
