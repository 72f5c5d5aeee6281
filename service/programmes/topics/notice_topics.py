"""Local topics of 公示: its window, the objections to it, and the reserves it lets up."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.records import OpenServiceTask, Variables
from service.errors import Conflict
from service.models import Instance, Notice, Objection, ObjectionStatus, Stage
from service.pending_rows import asking_only
from service.programmes.nomination import nominations, screening
from service.programmes.publication import local_notices, notices, objections, reserves
from service.programmes.review import succession
from service.programmes.round import rounds
from service.programmes.topics.subject import nomination_of
from service.workflow import history
from service.workflow.context import Context, Topic


def open_notice(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``notice.open``: freeze and publish the candidates; sets ``notice``: ``id``, ``start`` and ``until``.

    With the header ``notice``, or the variable ``notice_key`` that a call activity gives, one nomination
    is published by the unit of that notice's level instead.
    """
    key = task.headers.get("notice") or _given_notice(ctx, instance, task)
    if key:
        return _window_of(ctx, instance, local_notices.open_notice(ctx, nomination_of(ctx, instance), key))
    entry = rounds.of_instance(ctx, instance)
    notice = notices.open_candidates(ctx, entry)
    rounds.set_stage(ctx, entry, Stage.NOTICE)
    return _window_of(ctx, instance, notice)


def close_notice(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``notice.close``: the window is over: the round's, or that of the header ``notice``.

    Of a nomination that an objection keeps back its history says why: whoever mends it reads that.
    """
    key = task.headers.get("notice") or _given_notice(ctx, instance, task)
    if key:
        upheld = local_notices.close_notice(ctx, nomination_of(ctx, instance), key)
        if upheld:
            history.record(ctx, instance, "notice.refused", reason=upheld)
        return {}
    entry = rounds.of_instance(ctx, instance)
    notices.close_candidates(ctx, entry)
    rounds.set_stage(ctx, entry, Stage.CONFIRMATION)
    return {}


def count_objections(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``objections.count``: sets ``open_objections`` of the candidate."""
    with asking_only(ctx.session, Objection):
        return {"open_objections": objections.count_open(ctx, nomination_of(ctx, instance).id)}


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


def keep_reserve(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.keep``: keep who was not chosen as a reserve while there is room; sets ``reserve``.

    In the order of the ranked list, or, where nothing is ranked, in that in which they are kept.
    """
    nomination = nomination_of(ctx, instance)
    return {"reserve": reserves.keep(ctx, nomination, succession.place_of(ctx, nomination))}


def take_reserve(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.take``: a promoted reserve is a candidate; sets ``notice`` as ``notice.open`` does."""
    notice = reserves.take_place(ctx, nomination_of(ctx, instance)).notice
    assert notice is not None
    return _window_of(ctx, instance, notice)


def close_supplement(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.close_notice``: the window of a promoted reserve is over."""
    reserves.close_notice(ctx, nomination_of(ctx, instance))
    return {}


def require_reserves_settled(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``reserve.require_settled``: refuse to announce while the 公示 of a promoted reserve runs."""
    reserves.require_settled(ctx, rounds.of_instance(ctx, instance))
    return {}


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
    "notice.open": open_notice,
    "notice.close": close_notice,
    "objections.count": count_objections,
    "objection.settle": settle_objection,
    "reserve.keep": keep_reserve,
    "reserve.take": take_reserve,
    "reserve.close_notice": close_supplement,
    "reserve.require_settled": require_reserves_settled,
}
