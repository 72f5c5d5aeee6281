"""Beginning nominations: who may, until when, where, and who recommends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

from marshmallow import ValidationError
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value

from service.errors import Conflict, Forbidden, Invalid
from service.models import (
    CandidateExtension,
    Extension,
    Instance,
    Nomination,
    NominationStatus,
    Round,
    Stage,
    Unit,
)
from service.models.base import table_of
from service.programmes import wiring
from service.programmes.form.fields import clean_text
from service.programmes.nomination import nominations, recommenders
from service.programmes.nomination.nominations import Source
from service.programmes.pack.packs import Pack
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.instance.execution import Beginning

_round = table_of(Round)
_HOLD = (
    select(_round.c.stage, _round.c.dates).where(_round.c.id == bindparam("entry")).with_for_update(read=True)
)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Who is to be put forward, and from where."""

    unit: Unit  #: the workplace
    category: str
    name: str = ""
    recommender: Unit | None = None  #: asked for outside every branch (A-08), or by trade (002-B)


class _Late(NamedTuple):
    """A candidate's extension as it was read; whoever begins him anew takes it over."""

    extension_id: int
    nomination_id: int  #: the overdue one


@dataclass(frozen=True, kw_only=True)
class _Extended:
    """What may still begin after the stage has closed."""

    units: frozenset[str]  #: codes of those with an extension, which holds for all below them
    candidates: dict[tuple[int, str], list[_Late]]  #: by workplace and name; each is taken once


def start(
    ctx: Context, entry: Round, *, unit: Unit, category: str, source: Source, name: str = "",
    recommender: Unit | None = None,
) -> Nomination:  # fmt: skip
    """Begin a nomination at a workplace, by the unit or by the nominee himself.

    The nearest unit above the workplace that holds places in the round recommends it; from a workplace
    outside every branch, ``recommender`` does.
    """
    proposal = Proposal(unit=unit, category=category, name=name, recommender=recommender)
    return start_together(ctx, entry, [proposal], source=source)[0]


def start_together(
    ctx: Context, entry: Round, proposals: Sequence[Proposal], *, source: Source
) -> list[Nomination]:
    """Begin many nominations, all or none; their rows are written together."""
    pack = wiring.pack_of(ctx, entry)
    # what is begun together decides nothing about each other here
    with ctx.session.no_autoflush:
        _hold(ctx, entry)
        choose = cache(partial(recommenders.choose, ctx, entry))
        read = cache(partial(_read_extended, ctx, entry))
        drafted = [_draft(ctx, pack, entry, proposal, source, choose, read) for proposal in proposals]
        begun = [nomination for nomination, _ in drafted]
        ctx.session.add_all(begun)
        ctx.session.flush()
        for nomination, late in drafted:
            if late is not None:
                _take_extension(ctx, late, nomination)
        instances = execution.start_together(
            ctx,
            deployments.get_newest(ctx, entry.programme),
            nominations.PROCESS,
            [_beginning(ctx, nomination) for nomination in begun],
            round_id=entry.id,
            start_event=pack.programme.start_events[source],
        )
    for nomination, instance in zip(begun, instances, strict=True):
        nomination.instance_id = instance.id
        _close_when_extension_ends(ctx, nomination, instance)
    return begun


def _draft(
    ctx: Context,
    pack: Pack,
    entry: Round,
    proposal: Proposal,
    source: Source,
    choose: Callable[[Unit, Unit | None], Unit],
    read: Callable[[], _Extended],
) -> tuple[Nomination, _Late | None]:
    """Check a proposal; returns its nomination and the extension it takes over, if it comes late."""
    if proposal.category not in pack.programme.categories:
        cited = pack.programme.cite("categories")
        raise Invalid(f"请选择申报类别。{cited}", fields={"category": f"请从列表中选择。{cited}"})
    unit, name = proposal.unit, _clean_name(proposal.name)
    if not unit.active:
        raise Conflict(f"{unit.name}已停用，不能申报。", fields={"unit": "请选择其他单位"})
    _require_may_start(ctx, pack, entry, unit, source)
    late = _require_open(ctx, entry, unit, name, read)
    nomination = Nomination(
        round_id=entry.id,
        round=entry,
        unit=unit,
        recommender=choose(unit, proposal.recommender),
        source=source,
        nominee_id=ctx.actor.user_id if source == "self" else None,
        created_by_id=ctx.actor.user_id,
        category=proposal.category,
        name=name,
        created_at=ctx.now,
    )
    return nomination, late


def _beginning(ctx: Context, nomination: Nomination) -> Beginning:
    return Beginning(
        business_key=f"nomination:{nomination.id}",
        title=nominations.title_of(ctx, nomination),
        variables={
            "nomination_id": nomination.id,
            "category": nomination.category,
            "source": nomination.source,
            "initiator": ctx.actor.name,
        },
    )


def _clean_name(name: str) -> str:
    """Return a name as the form would keep it: what cannot be seen and could deceive is refused."""
    try:
        clean = clean_text(name, "姓名", lines=False)
    except ValidationError as wrong:
        raise Invalid("姓名填写有误。", fields={"name": str(wrong.messages[0])}) from wrong
    if name and not clean:
        raise Invalid("姓名填写有误。", fields={"name": "只有空白，请填写姓名"})
    if len(clean) > nominations.MAX_NAME:
        raise Invalid("姓名太长，请核对。", fields={"name": f"最多 {nominations.MAX_NAME} 个字"})
    return clean


def _require_may_start(ctx: Context, pack: Pack, entry: Round, unit: Unit, source: Source) -> None:
    actor = ctx.actor
    if actor.is_system:
        return
    roles = [role for start in pack.programme.starts if start.source == source for role in start.roles]
    if source == "self":
        if any(actor.holds(role) for role in roles) and actor.unit_id == unit.id:
            return
        raise Forbidden("个人自荐须由申报人本人登录，在自己所在的单位发起。")
    if nominations.is_organiser(ctx, entry):
        return
    if nominations.acts_at_or_above(actor, unit, [*roles, "unit_admin"]):
        return
    raise Forbidden("您只能为本单位及下属单位发起申报。")


def _hold(ctx: Context, entry: Round) -> None:
    """Hold the round until the commit: a stage that closes meanwhile waits, and its signal finds us."""
    if ctx.session.is_modified(entry):
        ctx.session.flush()
    held = ctx.session.execute(_HOLD, {"entry": entry.id}).one()
    set_committed_value(entry, "stage", held.stage)
    set_committed_value(entry, "dates", held.dates)


def _require_open(
    ctx: Context, entry: Round, unit: Unit, name: str, read: Callable[[], _Extended]
) -> _Late | None:
    """Refuse a nomination that comes too late; returns the extension of the one it stands in for."""
    if entry.stage == Stage.SUBMISSION:
        return None
    if entry.stage == Stage.PREPARATION:
        raise Conflict("申报还没有开始。")
    if entry.stage not in nominations.EXTENDABLE:
        raise Conflict(f"申报已经截止，且联合会审已经开始，不能再补报。{_cite_deadline(ctx, entry)}")
    extended = read()
    if not extended.units.isdisjoint(unit.path.split("/")):
        return None
    own = extended.candidates.get((unit.id, name))
    if not own:
        raise Conflict(
            "申报已经截止。如确需补报，请联系主办单位为本单位或这名人选办理延期。"
            f"{_cite_deadline(ctx, entry)}"
        )
    return own.pop(0)


def _cite_deadline(ctx: Context, entry: Round) -> str:
    return wiring.pack_of(ctx, entry).programme.cite(f"deadlines.{Stage.SUBMISSION}")


def _read_extended(ctx: Context, entry: Round) -> _Extended:
    """Read the extensions that still run: of units, and of overdue nominations by workplace and name."""
    units = (
        select(Unit.code)
        .join(Extension, Extension.unit_id == Unit.id)
        .where(
            Extension.round_id == entry.id,
            Extension.stage == Stage.SUBMISSION,
            Extension.until > ctx.now,
        )
    )
    candidates = (
        select(Nomination.unit_id, Nomination.name, CandidateExtension.id, Nomination.id)
        .select_from(CandidateExtension)
        .join(Nomination, Nomination.id == CandidateExtension.nomination_id)
        .where(
            CandidateExtension.round_id == entry.id,
            CandidateExtension.stage == Stage.SUBMISSION,
            CandidateExtension.until > ctx.now,
            Nomination.status == NominationStatus.OVERDUE,
        )
    )
    found: dict[tuple[int, str], list[_Late]] = {}
    for unit_id, name, *late in ctx.session.execute(candidates.order_by(CandidateExtension.id)):
        found.setdefault((unit_id, name), []).append(_Late(*late))
    return _Extended(units=frozenset(ctx.session.scalars(units)), candidates=found)


def _take_extension(ctx: Context, late: _Late, nomination: Nomination) -> None:
    """Let a nomination stand in for the overdue one: of two that begin at once, one gets its time."""
    taken = ctx.session.execute(
        update(CandidateExtension)
        .where(
            CandidateExtension.id == late.extension_id,
            CandidateExtension.nomination_id == late.nomination_id,
        )
        .values(nomination_id=nomination.id)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("这名人选的补报已经由别人发起。")


def _close_when_extension_ends(ctx: Context, nomination: Nomination, instance: Instance) -> None:
    """A nomination begun after the stage closed hears the closing when its unit's extension ends."""
    entry = nomination.round
    if entry.stage == Stage.SUBMISSION:
        return
    until = nominations.extended_until(ctx, entry, nomination, Stage.SUBMISSION)
    if until is not None:
        nominations.queue_closing(ctx, instance, Stage.SUBMISSION, until)
