"""The local topics of award programmes: what the service tasks of a diagram may ask for.

Each runs inside the step's transaction, returns variables for the process, and may raise BpmnError
for the diagram to catch. Headers are written in the diagram as ``zeebe:taskHeaders``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from service.engine.records import OpenServiceTask, Variables
from service.errors import Conflict
from service.models import (
    Deployment,
    Extension,
    Instance,
    InstanceStatus,
    Nomination,
    NominationStatus,
    Notice,
    Objection,
    ObjectionStatus,
    QuotaKind,
    Stage,
    SubscriptionRow,
)
from service.pending_rows import asking_only
from service.programmes import wiring
from service.programmes.award import award_topics, awards
from service.programmes.nomination import exceptions, facts, nominations, opinions, record, screening
from service.programmes.publication import local_notices, notices, objections, reserves
from service.programmes.review import ballots, draws, seats, standings, succession, ties
from service.programmes.round import (
    admissions,
    candidate_extensions,
    lateness,
    quotas,
    rounds,
    vacancies,
    windows,
    withdrawals,
)
from service.workflow.context import Context, Topic
from service.workflow.definition import deployments
from service.workflow.instance import decisions


def check_eligibility(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``eligibility.check``: hold the nomination against the notice's rules; sets ``eligibility``."""
    return {"eligibility": screening.check(ctx, _nomination(ctx, instance)).value}


def evaluate_decision(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``decision.evaluate``: decide what a business rule task asks; sets its result variable.

    The tables are those of the instance's version. They see the process variables and, where the task
    says ``record=nomination``, the facts of the nomination, or of the one a title was granted for.
    """
    element = deployments.get_element(ctx, instance, task.element_id)
    known: Variables = {}
    if element.properties.get("record") == "nomination":
        award = awards.of_instance(ctx, instance)
        nomination = award.nomination if award else _nomination(ctx, instance)
        answers = record.answers_of(ctx, nomination)
        known = facts.read_facts(ctx, nomination, answers, decisions.tables_of(ctx, instance))
    return decisions.work_task(ctx, instance, task, known)


def take_quota(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``quota.take``: take one of the recommender's places; BpmnError ``quota-full`` when none is left.

    One 破格 more than the programme lets a unit recommend is refused the same way.
    """
    nomination = _nomination(ctx, instance)
    exceptions.require_room(ctx, nomination)
    quotas.take(ctx, nomination, QuotaKind.NOMINATION)
    return {}


def release_quota(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``quota.release``: give the recommender's place back."""
    quotas.release(ctx, _nomination(ctx, instance), QuotaKind.NOMINATION)
    return {}


def take_place(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``places.take``: take one of the category's award places; BpmnError ``quota-full`` when full."""
    nomination = _nomination(ctx, instance)
    quotas.take(ctx, nomination, QuotaKind.AWARD)
    nominations.end(nomination, NominationStatus.SELECTED, "")
    return {}


def close_nomination(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``nomination.close``: end a nomination with the header ``status`` and give back what it held.

    The reason shown is the header ``reason``, or the last opinion's text; of a candidacy that is cancelled
    also what the objection that was upheld came to. One that is withdrawn while it is
    still being filled in is forgotten at once.
    """
    nomination = _nomination(ctx, instance)
    status = NominationStatus(task.headers["status"])
    was_draft = status == NominationStatus.WITHDRAWN and withdrawals.is_draft(ctx, nomination)
    reason = _why(ctx, nomination, status, task.headers.get("reason", ""))
    quotas.release(ctx, nomination, QuotaKind.NOMINATION)
    quotas.release(ctx, nomination, QuotaKind.AWARD)
    nominations.end(nomination, status, reason)
    windows.close_local(ctx, nomination)
    vacancies.tell(ctx, nomination)
    lateness.tell(ctx, nomination)
    if was_draft:
        withdrawals.forget_draft(ctx, nomination)
    return {}


def _why(ctx: Context, nomination: Nomination, status: NominationStatus, given: str) -> str:
    found = objections.read_upheld(ctx, nomination.id) if status == NominationStatus.CANCELLED else ""
    return "：".join(part for part in (given, found) if part) or opinions.last_text(ctx, nomination)


def open_round(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``round.open``: open the next round of the diagram's programme, of this year; sets ``round_id``."""
    deployment = ctx.session.get_one(Deployment, instance.deployment_id)
    pack = wiring.get_pack(ctx, deployment.key)
    year = ctx.now.astimezone(pack.programme.zone).year
    return {"round_id": rounds.open_round(ctx, pack, year=year).id}


def open_stage(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``stage.open``: the round enters the header ``stage``."""
    rounds.set_stage(ctx, rounds.of_instance(ctx, instance), Stage(task.headers["stage"]))
    return {}


def require_waiting(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``stage.require_waiting``: refuse while a nomination does not yet wait for the header ``signal``.

    A signal reaches only those that listen: throwing it early would leave the others behind for ever.
    """
    entry = rounds.of_instance(ctx, instance)
    # whoever begins a nomination holds the round: wait for him, so that he is counted
    ctx.session.refresh(entry, ["stage"], with_for_update=True)
    listening = select(SubscriptionRow.instance_id).where(
        SubscriptionRow.round_id == entry.id, SubscriptionRow.name == task.headers["signal"]
    )
    query = select(func.count(Instance.id)).where(
        Instance.round_id == entry.id,
        Instance.process_id == nominations.PROCESS,
        Instance.status == InstanceStatus.ACTIVE,
        Instance.id.not_in(listening),
    )
    left = ctx.session.scalar(query) or 0
    if left:
        raise Conflict(f"还有 {left} 份申报没有办完“{task.headers['step']}”，办完后才能进入下一步。")
    return {}


def open_notice(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``notice.open``: freeze and publish the candidates; sets ``notice``: ``id``, ``start`` and ``until``.

    With the header ``notice``, or the variable ``notice_key`` that a call activity gives, one nomination
    is published by the unit of that notice's level instead.
    """
    key = task.headers.get("notice") or _given_notice(ctx, instance, task)
    if key:
        return _window_of(ctx, instance, local_notices.open_notice(ctx, _nomination(ctx, instance), key))
    entry = rounds.of_instance(ctx, instance)
    notice = notices.open_candidates(ctx, entry)
    rounds.set_stage(ctx, entry, Stage.NOTICE)
    return _window_of(ctx, instance, notice)


def close_notice(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``notice.close``: the window is over: the round's, or that of the header ``notice``."""
    key = task.headers.get("notice") or _given_notice(ctx, instance, task)
    if key:
        local_notices.close_notice(ctx, _nomination(ctx, instance), key)
        return {}
    entry = rounds.of_instance(ctx, instance)
    notices.close_candidates(ctx, entry)
    rounds.set_stage(ctx, entry, Stage.CONFIRMATION)
    return {}


def count_objections(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``objections.count``: sets ``open_objections`` of the candidate."""
    with asking_only(ctx.session, Objection):
        return {"open_objections": objections.count_open(ctx, _nomination(ctx, instance).id)}


def settle_objection(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``objection.settle``: end the case by its last outcome (dismiss, rejected, upheld)."""
    objection = objections.of_instance(ctx, instance)
    if objection is None:
        raise Conflict("这个流程没有对应的异议。")
    outcomes = {
        "dismiss": ObjectionStatus.DISMISSED,
        "rejected": ObjectionStatus.REJECTED,
        "upheld": ObjectionStatus.UPHELD,
    }
    status = outcomes[str(task.variables["outcome"])]
    objections.settle(ctx, objection, status, screening.last_answer(ctx, instance, "conclusion"))
    return {"upheld": status == ObjectionStatus.UPHELD}


def grant_award(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``award.grant``: enter the nominee into the register; a late one is added to the announcement."""
    nomination = _nomination(ctx, instance)
    reserves.require_published(ctx, nomination)
    awards.grant(ctx, nomination)
    notices.supplement_awards(ctx, nomination)
    return {}


def publish_announcement(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``announcement.publish``: publish everybody selected whom no open objection holds up."""
    entry = rounds.of_instance(ctx, instance)
    notices.publish_awards(ctx, entry)
    rounds.set_stage(ctx, entry, Stage.ANNOUNCED)
    return {}


def keep_reserve(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.keep``: keep who was not chosen as a reserve while there is room; sets ``reserve``.

    In the order of the ranked list, or, where nothing is ranked, in that in which they are kept.
    """
    nomination = _nomination(ctx, instance)
    return {"reserve": reserves.keep(ctx, nomination, succession.place_of(ctx, nomination))}


def take_reserve(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.take``: a promoted reserve is a candidate; sets ``notice`` as ``notice.open`` does."""
    notice = reserves.take_place(ctx, _nomination(ctx, instance)).notice
    assert notice is not None
    return _window_of(ctx, instance, notice)


def close_supplement(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.close_notice``: the window of a promoted reserve is over."""
    reserves.close_notice(ctx, _nomination(ctx, instance))
    return {}


def require_reserves_settled(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.require_settled``: refuse to announce while the 公示 of a promoted reserve runs."""
    reserves.require_settled(ctx, rounds.of_instance(ctx, instance))
    return {}


def draw_panel(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``panel.draw``: draw the experts of the header ``role`` by the variable ``seed``; keeps the seed."""
    entry = rounds.of_instance(ctx, instance)
    seed = str(task.variables.get("seed") or "")
    return {"seed": draws.draw(ctx, entry, task.headers["role"], seed).seed}


def seat_panel(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``panel.seat``: sets ``experts``, the groups of those who are to score the nomination.

    With the header ``again`` = ``true`` whoever sits there already scores at a further sitting.
    """
    again = task.headers.get("again") == "true"
    return {"experts": list(seats.take(ctx, _nomination(ctx, instance), again=again))}


def rank_panel(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``panel.rank``: rank everybody scored and propose the first of each category; sets ``ranked``.

    The header ``sittings`` names those that count, ``first`` how many of each category are proposed.
    """
    sittings = [key.strip() for key in task.headers.get("sittings", "").split(",") if key.strip()]
    first = int(task.headers.get("first") or 0)
    return {"ranked": standings.rank(ctx, rounds.of_instance(ctx, instance), sittings=sittings, first=first)}


def propose_list(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``list.propose``: put everybody still in the running on the list, unscored; sets ``listed``."""
    return {"listed": standings.propose(ctx, rounds.of_instance(ctx, instance))}


def open_ballot(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``ballot.open``: open a secret ballot on the proposed list; sets ``voters``, their groups.

    The header ``role`` names who votes; without it those who have scored do.
    """
    _, voters = ballots.open_ballot(ctx, rounds.of_instance(ctx, instance), task.headers.get("role") or "")
    return {"voters": list(voters)}


def count_ballot(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``ballot.count``: close the ballot; sets ``fallen``, how many came off the list.

    With the header ``rank`` = ``votes`` the others are ranked by their votes, as far as there are places;
    equal votes at the last place are left to the next meeting.
    """
    by_votes = task.headers.get("rank") == "votes"
    return {"fallen": ballots.count(ctx, rounds.of_instance(ctx, instance), by_votes=by_votes)}


def read_list(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``list.read``: sets ``proposed``: whether the nomination is on the list the meeting settled."""
    return {"proposed": ties.is_proposed(ctx, _nomination(ctx, instance))}


def admit_recommender(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``recommender.admit``: let the unit of a request recommend in the round; sets ``recommender``."""
    return {"recommender": admissions.admit(ctx, instance).code}


def after_broadcast(ctx: Context, round_id: int | None, signal: str) -> None:
    """Let extended units hear the closing of a stage only when their extension ends."""
    stage = signal.removesuffix("_closed")
    if round_id is None or stage == signal or stage not in set(Stage):
        return
    entry = rounds.get(ctx, round_id)
    query = select(Extension).where(
        Extension.round_id == entry.id, Extension.stage == stage, Extension.until > ctx.now
    )
    for extension in ctx.session.scalars(query):
        rounds.delay_closing(ctx, entry, extension)
    candidate_extensions.delay_closing(ctx, entry, Stage(stage))


def _nomination(ctx: Context, instance: Instance) -> Nomination:
    nomination = nominations.of_instance(ctx, instance)
    if nomination is None:
        raise Conflict("这个流程没有对应的申报。")
    return nomination


def _window_of(ctx: Context, instance: Instance, notice: Notice) -> Variables:
    assert notice.closes_at is not None
    zone = ctx.domain.zone(ctx, instance)
    start = notice.opens_at.astimezone(zone).date().isoformat()
    until = notice.closes_at.astimezone(zone).isoformat()
    return {"notice": {"id": notice.id, "start": start, "until": until}}


def _given_notice(ctx: Context, instance: Instance, task: OpenServiceTask) -> str:
    key = str(task.variables.get("notice_key") or "")
    if not key and nominations.of_instance(ctx, instance) is not None:
        raise Conflict(f"“{task.name}”没有写明是哪一份公示（任务头 notice，或变量 notice_key）。")
    return key


TOPICS: Mapping[str, Topic] = {
    "eligibility.check": check_eligibility,
    "decision.evaluate": evaluate_decision,
    "quota.take": take_quota,
    "quota.release": release_quota,
    "places.take": take_place,
    "nomination.close": close_nomination,
    "round.open": open_round,
    "stage.open": open_stage,
    "stage.require_waiting": require_waiting,
    "notice.open": open_notice,
    "notice.close": close_notice,
    "objections.count": count_objections,
    "objection.settle": settle_objection,
    "award.grant": grant_award,
    "reserve.keep": keep_reserve,
    "reserve.take": take_reserve,
    "reserve.close_notice": close_supplement,
    "reserve.require_settled": require_reserves_settled,
    "panel.draw": draw_panel,
    "panel.seat": seat_panel,
    "panel.rank": rank_panel,
    "list.propose": propose_list,
    "ballot.open": open_ballot,
    "ballot.count": count_ballot,
    "list.read": read_list,
    "announcement.publish": publish_announcement,
    "recommender.admit": admit_recommender,
    **award_topics.TOPICS,
}

#: what cannot be done over: a round has one draw, and nobody votes after the count
ONCE_ONLY: Collection[str] = frozenset({"panel.draw", "ballot.open", "ballot.count"})
