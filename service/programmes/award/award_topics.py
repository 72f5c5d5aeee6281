"""Local topics of processes begun for a title: how it stands afterwards, more time, what nobody filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from service.engine.records import OpenServiceTask, Variables
from service.errors import Conflict
from service.models import Award, AwardStatus, Instance
from service.programmes import wiring
from service.programmes.award import awards, follow_ups, processes
from service.programmes.nomination import screening
from service.workflow.context import Context, Topic


def set_status(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``award.set_status``: the title becomes the header ``status``; its reason is the last form's."""
    award = _award(ctx, instance)
    reason = task.headers.get("reason") or screening.last_answer(ctx, instance, "reason")
    awards.set_status(ctx, award, AwardStatus(task.headers["status"]), reason)
    if award.status == AwardStatus.ANNULLED:
        processes.stop_all(ctx, award, reason, besides=instance)
    return {"award_status": str(award.status)}


def extend(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``award.extend``: the title's period ends the header ``months`` later."""
    award = _award(ctx, instance)
    if award.valid_until is None:
        raise Conflict("这个称号没有期限，不能延长。")
    until = _add_months(award.valid_until, int(task.headers["months"]))
    awards.extend(ctx, award, until, screening.last_answer(ctx, instance, "reason"))
    return {"valid_until": until.isoformat()}


def note(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``award.note``: an entry of the ledger that no form writes, such as that a report was never filed.

    The headers ``track``, ``item``, ``text`` and ``result`` fill it; ``{year}`` in the text is the variable
    ``year``, for a process that goes year by year.
    """
    award = _award(ctx, instance)
    zone = wiring.get_pack(ctx, award.programme).programme.zone
    entry = follow_ups.Entry(
        track=task.headers["track"],
        item=task.headers["item"],
        day=ctx.now.astimezone(zone).date(),
        text=task.headers["text"].replace("{year}", str(task.variables.get("year", ""))),
        result=task.headers.get("result", ""),
    )
    follow_ups.write(ctx, award, entry)
    return {}


TOPICS: Mapping[str, Topic] = {"award.set_status": set_status, "award.extend": extend, "award.note": note}


def _award(ctx: Context, instance: Instance) -> Award:
    award = awards.of_instance(ctx, instance)
    if award is None:
        raise Conflict("这个流程没有对应的称号。")
    return award


def _add_months(day: date, months: int) -> date:
    """Return the day so many months later: the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
