"""Processes begun for titles: which titles a start event is for, and what somebody may begin by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, String, cast, func, literal, or_, select

from service.engine.records import ProcessInfo
from service.errors import Conflict, Forbidden, NotFound
from service.models import Award, AwardStatus, Instance, InstanceStatus, Round
from service.programmes import wiring
from service.programmes.award import awards
from service.programmes.award.awards import MAX_TITLE, NOUN, subject_of
from service.workflow import subjects
from service.workflow.context import Context, Introduced
from service.workflow.definition import deployments
from service.workflow.instance import execution

#: on a message start event: the candidate groups whose holders may begin the process by hand
BEGINNERS = "begin-by"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A process somebody may begin for a title by hand."""

    process_id: str
    element_id: str
    name: str  #: of the start event, or of the process


def select_subjects(ctx: Context, key: str, round_id: int | None) -> Select[str, int]:
    """Select the titles a start event begins an instance for: valid, and their period is not over.

    Those of a round; without one, for a timer, those of the programme whose period runs today.
    """
    today = ctx.now.astimezone(wiring.get_pack(ctx, key).programme.zone).date()
    query = select(literal(f"{NOUN}:", String) + cast(Award.id, String), Award.round_id).where(
        Award.programme == key,
        Award.status == AwardStatus.VALID,
        or_(Award.valid_until.is_(None), Award.valid_until >= today),
    )
    if round_id is not None:
        return query.where(Award.round_id == round_id)
    return query.where(or_(Award.valid_from.is_(None), Award.valid_from <= today))


def introduce(ctx: Context, subject: str) -> Introduced | None:
    """Return what an instance for a title starts with; None for one that was annulled.

    The title is held until the commit: whoever annuls it waits, and stops the instance with the others.
    """
    award = ctx.session.get(Award, int(subject.partition(":")[2]), options=awards.WITH_UNITS)
    if award is None:
        return None
    awards.lock(ctx, award)
    if award.status == AwardStatus.ANNULLED:
        return None
    return Introduced(
        title=f"{award.name} · {award.unit.name}"[:MAX_TITLE],
        round_id=award.round_id,
        variables={
            "award_id": award.id,
            "nomination_id": award.nomination_id,
            "round_id": award.round_id,
            "category": award.category,
            "year": award.year,
        },
    )


def list_instances(ctx: Context, award: Award) -> Sequence[Instance]:
    """Return the processes of a title, the newest first."""
    prefix = f"{subject_of(award)}:"
    query = select(Instance).where(
        Instance.round_id == award.round_id, Instance.business_key.startswith(prefix, autoescape=True)
    )
    return ctx.session.scalars(query.order_by(Instance.id.desc())).all()


def list_offers(ctx: Context, award: Award) -> Sequence[Offer]:
    """Return what the actor may begin for a title by hand."""
    if award.status == AwardStatus.ANNULLED:
        return []
    found = []
    for process in _processes(ctx, award):
        for element_id in process.start_events:
            element = process.elements[element_id]
            if subjects.noun_of(process, element_id) != NOUN or BEGINNERS not in element.properties:
                continue
            groups = [part.strip() for part in element.properties[BEGINNERS].split(",") if part.strip()]
            if _holds_any(ctx, award, groups):
                name = element.name or process.name
                found.append(Offer(process_id=process.id, element_id=element_id, name=name))
    return found


def begin_by_hand(ctx: Context, award: Award, element_id: str) -> Instance:
    """Begin what the actor may begin for a title; as often as it is asked for, but one at a time."""
    offer = next((one for one in list_offers(ctx, award) if one.element_id == element_id), None)
    if offer is None:
        raise Forbidden("您不能为这个称号发起这个流程。")
    awards.lock(ctx, award)  # of two who begin at once the second sees the first
    prefix = f"{subject_of(award)}:{offer.process_id}"
    of_process = or_(
        Instance.business_key == prefix, Instance.business_key.startswith(f"{prefix}:", autoescape=True)
    )
    running = select(Instance.id).where(of_process, Instance.status == InstanceStatus.ACTIVE)
    if ctx.session.scalar(running.limit(1)) is not None:
        raise Conflict(f"“{offer.name}”正在办理，办结后才能再次发起。")
    number = ctx.session.scalar(select(func.count(Instance.id)).where(of_process)) or 0
    introduced = introduce(ctx, subject_of(award))
    if introduced is None:
        raise NotFound("这个称号已经撤销。")
    deployment = deployments.get_newest(ctx, award.programme)
    process = deployments.diagram_of(ctx, deployment.id, deployment.content_hash).processes[offer.process_id]
    return execution.start(
        ctx,
        deployment,
        offer.process_id,
        business_key=f"{prefix}:by-hand:{number + 1}",
        title=f"{process.name} · {introduced.title}"[:MAX_TITLE],
        round_id=award.round_id,
        variables={**introduced.variables, "initiator": ctx.actor.name},
        start_event=offer.element_id,
    )


def begin_missing(ctx: Context, entry: Round) -> int:
    """Begin what the newest diagram begins for every title and a round's titles do not have yet.

    For a round whose titles were granted before the diagram had the process; returns how many titles
    were asked about.
    """
    return subjects.begin_for_all(ctx, entry.programme, NOUN, entry.id)


def annul(ctx: Context, award: Award, reason: str) -> None:
    """Take a title back, and stop what still runs for it."""
    awards.require_organiser(ctx, award)
    for instance in _running(ctx, award):  # instances are locked first, as everywhere
        execution.lock(ctx, instance.id)
    awards.annul(ctx, award, reason)
    stop_all(ctx, award, reason)


def restore(ctx: Context, award: Award, reason: str) -> None:
    """Take an annulment back: what the diagram begins for every valid title begins anew.

    One whose period had ended stands as it ended, and nothing follows upon it.
    """
    awards.restore(ctx, award, reason)
    if award.status == AwardStatus.VALID:
        subjects.begin_for(ctx, award.programme, subject_of(award), award.round_id)


def stop_all(ctx: Context, award: Award, reason: str, *, besides: Instance | None = None) -> None:
    """Stop every running process of a title but the one that asks for it."""
    for instance in _running(ctx, award):
        if instance is not besides:
            execution.cancel(ctx, execution.lock(ctx, instance.id), f"称号已撤销：{reason.strip()}")


def _running(ctx: Context, award: Award) -> list[Instance]:
    found = (one for one in list_instances(ctx, award) if one.status == InstanceStatus.ACTIVE)
    return sorted(found, key=lambda one: one.id)


def _holds_any(ctx: Context, award: Award, groups: Sequence[str]) -> bool:
    """Say whether the actor holds one of some ``role@scope`` groups as they are meant for a title."""
    codes = {
        "unit": award.unit.code,
        "recommender": award.recommender.code,
        "organiser": award.organiser.code,
    }
    pairs = [group.partition("@") for group in groups]
    keys = {f"{role}@{codes.get(scope, scope)}" for role, _, scope in pairs if scope != "self"}
    if any(scope == "self" for _, _, scope in pairs) and award.holder_id is not None:
        keys.add(f"user:{award.holder_id}")
    return not keys.isdisjoint(ctx.actor.own_task_groups)


def _processes(ctx: Context, award: Award) -> Sequence[ProcessInfo]:
    newest = deployments.find_newest(ctx, award.programme)
    if newest is None:
        return []
    return list(deployments.diagram_of(ctx, newest.id, newest.content_hash).processes.values())
