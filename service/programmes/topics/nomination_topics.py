"""Local topics of one nomination: the rules, its places, how it ends."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.records import OpenServiceTask, Variables
from service.models import Instance, Nomination, NominationStatus, QuotaKind
from service.programmes.award import awards
from service.programmes.nomination import exceptions, facts, nominations, opinions, record, screening
from service.programmes.publication import notices, objections, reserves
from service.programmes.round import lateness, quotas, vacancies, windows, withdrawals
from service.programmes.topics.subject import nomination_of
from service.workflow.context import Context, Topic
from service.workflow.definition import deployments
from service.workflow.instance import decisions


def check_eligibility(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``eligibility.check``: hold the nomination against the notice's rules; sets ``eligibility``."""
    return {"eligibility": screening.check(ctx, nomination_of(ctx, instance)).value}


def evaluate_decision(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``decision.evaluate``: decide what a business rule task asks; sets its result variable.

    The tables are those of the instance's version. They see the process variables and, where the task
    says ``record=nomination``, the facts of the nomination, or of the one a title was granted for.
    """
    element = deployments.get_element(ctx, instance, task.element_id)
    known: Variables = {}
    if element.properties.get("record") == "nomination":
        award = awards.of_instance(ctx, instance)
        nomination = award.nomination if award else nomination_of(ctx, instance)
        answers = record.answers_of(ctx, nomination)
        known = facts.read_facts(ctx, nomination, answers, decisions.tables_of(ctx, instance))
    return decisions.work_task(ctx, instance, task, known)


def take_quota(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``quota.take``: take one of the recommender's places; BpmnError ``quota-full`` when none is left.

    One 破格 more than the programme lets a unit recommend is refused the same way.
    """
    nomination = nomination_of(ctx, instance)
    exceptions.require_room(ctx, nomination)
    quotas.take(ctx, nomination, QuotaKind.NOMINATION)
    return {}


def release_quota(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``quota.release``: give the recommender's place back."""
    quotas.release(ctx, nomination_of(ctx, instance), QuotaKind.NOMINATION)
    return {}


def take_place(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``places.take``: take one of the category's award places; BpmnError ``quota-full`` when full."""
    nomination = nomination_of(ctx, instance)
    quotas.take(ctx, nomination, QuotaKind.AWARD)
    nominations.end(nomination, NominationStatus.SELECTED, "")
    return {}


def release_place(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``places.release``: give the category's award place back; nothing where none is held."""
    quotas.release(ctx, nomination_of(ctx, instance), QuotaKind.AWARD)
    return {}


def close_nomination(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``nomination.close``: end a nomination with the header ``status`` and give back what it held.

    The reason shown is the header ``reason``, or the last opinion's text; of a candidacy that is cancelled
    also what the objection that was upheld came to. One that is withdrawn while it is
    still being filled in is forgotten at once.
    """
    nomination = nomination_of(ctx, instance)
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


def grant_award(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``award.grant``: enter the nominee into the register; a late one is added to the announcement."""
    nomination = nomination_of(ctx, instance)
    reserves.require_published(ctx, nomination)
    awards.grant(ctx, nomination)
    notices.supplement_awards(ctx, nomination)
    return {}


def _why(ctx: Context, nomination: Nomination, status: NominationStatus, given: str) -> str:
    found = objections.read_upheld(ctx, nomination.id) if status == NominationStatus.CANCELLED else ""
    return "：".join(part for part in (given, found) if part) or opinions.last_text(ctx, nomination)


TOPICS: Mapping[str, Topic] = {
    "eligibility.check": check_eligibility,
    "decision.evaluate": evaluate_decision,
    "quota.take": take_quota,
    "quota.release": release_quota,
    "places.take": take_place,
    "places.release": release_place,
    "nomination.close": close_nomination,
    "award.grant": grant_award,
}
