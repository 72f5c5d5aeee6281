"""The programmes' plug into workflow: everything ``workflow.context.Domain`` asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.engine.records import Element
from service.errors import Invalid
from service.models import Instance, NominationStatus, Round, Stage, UserTask
from service.programmes import intake, roles, topics, wiring
from service.programmes.nomination import nominations
from service.programmes.pack.packs import Pack
from service.programmes.publication import objections
from service.programmes.review import access, steps
from service.programmes.round import calendars, quotas, rounds
from service.programmes.rule import calendar
from service.programmes.rule.text_length import count_characters
from service.workflow import chain
from service.workflow.context import Accepted, Calendar, Context, Resolved

FALLBACK_ZONE = ZoneInfo("Asia/Shanghai")


class Programmes:
    """Award programmes as a domain of workflow. Holds what was loaded at the start, and no state."""

    topics = topics.TOPICS

    def __init__(self, packs: Mapping[str, Pack], storage: wiring.Storage) -> None:
        self.packs = packs
        self.storage = storage

    def zone(self, ctx: Context, instance: Instance) -> ZoneInfo:
        """Return the programme's zone."""
        entry = _round_of(ctx, instance)
        return self.packs[entry.programme].programme.zone if entry else FALLBACK_ZONE

    def functions(self, ctx: Context, instance: Instance) -> Mapping[str, Callable[..., Any]]:
        """Return ``deadline``, the working-day functions and ``character count``, bound to the instance."""
        zone = self.zone(ctx, instance)

        def deadline(month_day: str) -> datetime:
            return _deadline(ctx, instance, month_day)

        def working_days_after(start: object, days: object) -> datetime:
            programme = wiring.pack_of(ctx, rounds.of_instance(ctx, instance)).programme
            return calendars.load(ctx, _round_of(ctx, instance)).end_of_window(
                _as_day(start, zone),
                int(str(days)),
                zone,
                count_first_day=programme.notice.count_first_day,
            )

        def working_days_between(start: object, end: object) -> int:
            return calendars.load(ctx, _round_of(ctx, instance)).between(
                _as_day(start, zone), _as_day(end, zone)
            )

        def superiors() -> list[str]:
            nomination = nominations.of_instance(ctx, instance)
            if nomination is None:
                return []
            return chain.climb(ctx, nomination.unit, nomination.recommender)

        def recommenders() -> list[str]:
            return [unit.code for unit in quotas.units_with_places(ctx, rounds.of_instance(ctx, instance))]

        def holders(group: object) -> list[str]:
            return chain.list_holders(ctx, self.resolve(ctx, instance, (str(group),)).groups)

        return {
            "deadline": deadline,
            "superiors": superiors,
            "recommenders": recommenders,
            "holders": holders,
            "working days after": working_days_after,
            "working days between": working_days_between,
            "character count": count_characters,
        }

    def resolve(self, ctx: Context, instance: Instance, groups: tuple[str, ...]) -> Resolved:
        """Look up ``role@scope`` groups."""
        return roles.resolve(ctx, instance, groups)

    def may_see(self, ctx: Context, instance: Instance) -> bool:
        """A nomination by its own rule and by those who decide on the list; the rest by the organiser."""
        nomination = nominations.of_instance(ctx, instance)
        if nomination is not None:
            return nominations.may_see(ctx, nomination) or access.may_see(ctx, nomination.round)
        if ctx.actor.is_system:
            return True
        if objections.is_about_actor(ctx, instance):
            return False
        if ctx.actor.is_admin:
            return True
        return instance.round_id is not None and nominations.is_organiser(
            ctx, rounds.of_instance(ctx, instance)
        )

    def may_act(self, ctx: Context, task: UserTask, element: Element) -> str | None:
        """Nobody gives an opinion on his own nomination or settles an objection to himself (回避, X14)."""
        if objections.is_about_actor(ctx, task.instance):
            return "本人不能办理对自己的异议，请转办他人。"
        refusal = steps.find_refusal(ctx, task, element)
        if refusal or "opinion" not in element.properties:
            return refusal
        nomination = nominations.of_instance(ctx, task.instance)
        acting = (ctx.actor.user_id, ctx.actor.stands_in_for)
        if nomination is not None and nomination.nominee_id is not None and nomination.nominee_id in acting:
            return "本人不能对自己的申报签署意见，请由本单位管理员转办他人。"
        return None

    def read_ahead(self, ctx: Context, instances: Sequence[Instance]) -> None:
        """Read the nominations of many instances with their units in one statement."""
        nominations.read_ahead(ctx, instances)

    def read_for_offers(self, ctx: Context, instance: Instance, groups: Sequence[str]) -> None:
        """Read which groups are held in one statement."""
        roles.read_ahead(ctx, instance, groups)

    def opened(self, ctx: Context, task: UserTask, element: Element) -> None:
        """Give the nomination the status the diagram writes at the task (property ``status``)."""
        status = element.properties.get("status")
        nomination = nominations.of_instance(ctx, task.instance) if status else None
        if status and nomination is not None and nomination.status != status:
            nomination.status = NominationStatus(status)
            nomination.revision += 1

    def accept(
        self, ctx: Context, task: UserTask, element: Element, submission: Mapping[str, Any]
    ) -> Accepted:
        """Check and keep a submitted form."""
        return intake.accept(ctx, task, element, submission)

    def begins(self, process_id: str) -> bool:
        """Rounds, nominations and objections begin with their rows, never by an event alone."""
        return process_id in (rounds.PROCESS, nominations.PROCESS, objections.PROCESS)

    def after_broadcast(self, ctx: Context, round_id: int | None, signal: str) -> None:
        """Spare the units whose time was extended."""
        topics.after_broadcast(ctx, round_id, signal)

    def reminder_text(self, ctx: Context, task: UserTask, days_left: int) -> str:
        """Say what is due, by when, and how many days are left."""
        zone = self.zone(ctx, task.instance)
        what = f"{task.title} — {task.name}"
        if task.due_date is None:
            return f"{what} 等待您办理。"
        day = calendar.write_moment(task.due_date, zone)
        if days_left > 0:
            return f"{what} 还有 {days_left} 天截止（{day}）。请及时办理。"
        if days_left == 0:
            return f"{what} 今天截止（{day}）。请及时办理。"
        return f"{what} 已逾期 {-days_left} 天（应于 {day} 前办结）。请尽快办理。"

    def calendar(self, ctx: Context, instance: Instance) -> Calendar:
        """Return the working days."""
        return calendars.load(ctx, _round_of(ctx, instance))


def _round_of(ctx: Context, instance: Instance) -> Round | None:
    return ctx.session.get(Round, instance.round_id) if instance.round_id else None


def _deadline(ctx: Context, instance: Instance, month_day: str) -> datetime:
    """Return 24:00 of a day in the round's year, or what the organiser moved or extended it to."""
    entry = rounds.of_instance(ctx, instance)
    programme = wiring.pack_of(ctx, entry).programme
    for stage, written in programme.deadlines.items():
        if written != month_day:
            continue
        extended = entry.dates.get(stage, {}).get("extended")
        nomination = nominations.of_instance(ctx, instance) if extended else None
        extension = (
            nominations.active_extension(ctx, entry, nomination.unit, Stage(stage)) if nomination else None
        )
        moments = [rounds.due_of(entry, stage), extension.until if extension else None]
        if any(moments):
            return max(moment for moment in moments if moment is not None)
    return calendar.deadline(month_day, entry.year, programme.zone)


def _as_day(value: object, zone: ZoneInfo) -> date:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise Invalid(f"流程图中的日期“{value}”无法识别，应为 2024-04-01 这样的写法。") from error
