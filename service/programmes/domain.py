"""The programmes' plug into workflow: everything ``workflow.context.Domain`` asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select

from service.engine.records import Element
from service.errors import Invalid
from service.models import Instance, NominationStatus, Stage, UserTask
from service.programmes import in_person, intake, roles, topics, undoing, wiring
from service.programmes.award import award_dates, awards, private_steps, processes
from service.programmes.nomination import asked_ahead, identities, nominations
from service.programmes.pack.packs import Pack
from service.programmes.publication import objections, statements
from service.programmes.review import access, recusals, steps
from service.programmes.round import admissions, calendars, coverage, lateness, quotas, rounds
from service.programmes.rule import calendar
from service.programmes.rule.text_length import count_characters
from service.programmes.topics import round_topics
from service.workflow import chain
from service.workflow.context import Accepted, Calendar, Completion, Context, Introduced, Resolved

FALLBACK_ZONE = ZoneInfo("Asia/Shanghai")
FALLBACK_HOUR = time(9)


class Programmes:
    """Award programmes as a domain of workflow. Holds what was loaded at the start, and no state."""

    once_only = topics.ONCE_ONLY
    topics = topics.TOPICS

    def __init__(
        self,
        packs: Mapping[str, Pack],
        storage: wiring.Storage,
        *,
        evidence_megabytes: int = wiring.EVIDENCE_MEGABYTES,
    ) -> None:
        self.packs = packs
        self.storage = storage
        self.evidence_megabytes = evidence_megabytes

    def zone(self, ctx: Context, instance: Instance) -> ZoneInfo:
        """Return the programme's zone."""
        entry = rounds.find_of_instance(ctx, instance)
        return self.packs[entry.programme].programme.zone if entry else FALLBACK_ZONE

    def functions(self, ctx: Context, instance: Instance) -> Mapping[str, Callable[..., Any]]:
        """Return ``deadline``, the working-day functions and ``character count``, bound to the instance."""
        zone = self.zone(ctx, instance)

        def deadline(month_day: str) -> datetime:
            return _deadline(ctx, instance, month_day)

        def working_days_after(start: object, days: object) -> datetime:
            calendar = calendars.load(ctx, rounds.find_of_instance(ctx, instance))
            return calendar.end_of_window(_as_day(start, zone), int(str(days)), zone)

        def working_days_between(start: object, end: object) -> int:
            return calendars.load(ctx, rounds.find_of_instance(ctx, instance)).between(
                _as_day(start, zone), _as_day(end, zone)
            )

        def superiors() -> list[str]:
            about = nominations.of_instance(ctx, instance) or awards.of_instance(ctx, instance)
            if about is None:
                return []
            return chain.climb(ctx, about.unit, about.recommender)

        def recommenders(level: object = None) -> list[str]:
            units = quotas.units_with_places(ctx, rounds.of_instance(ctx, instance))
            return [unit.code for unit in units if level in (None, unit.level)]

        def uncovered() -> list[str]:
            return coverage.list_uncovered(ctx, rounds.of_instance(ctx, instance))

        def switch(name: object) -> bool:
            switches = wiring.pack_of(ctx, rounds.of_instance(ctx, instance)).programme.switches
            if name not in switches:
                raise Invalid(f"活动设置里没有名为“{name}”的开关（programme.toml 的 switches）。")
            return switches[str(name)]

        def holders(group: object) -> list[str]:
            return chain.list_holders(ctx, self.resolve(ctx, instance, (str(group),)).groups)

        def account() -> str | None:
            award = awards.of_instance(ctx, instance)
            holder = awards.find_account(ctx, award) if award is not None else None
            return f"user:{holder.id}" if holder is not None else None

        return {
            "deadline": deadline,
            "superiors": superiors,
            "recommenders": recommenders,
            "uncovered": uncovered,
            "switch": switch,
            "holders": holders,
            "account": account,
            "working days after": working_days_after,
            "working days between": working_days_between,
            "character count": count_characters,
            **award_dates.functions(ctx, instance, zone),
        }

    def resolve(self, ctx: Context, instance: Instance, groups: tuple[str, ...]) -> Resolved:
        """Look up ``role@scope`` groups."""
        return roles.resolve(ctx, instance, groups)

    def may_see(self, ctx: Context, instance: Instance) -> bool:
        """Nominations and titles by their own rules, the rest by the organiser."""
        nomination = nominations.of_instance(ctx, instance)
        if nomination is not None:
            return nominations.may_see(ctx, nomination) or access.may_see(ctx, nomination.round)
        award = awards.of_instance(ctx, instance)
        if award is not None:
            return awards.may_see(ctx, award) and not private_steps.hides_all(ctx, award, instance)
        if ctx.actor.is_system:
            return True
        if objections.is_about_actor(ctx, instance):
            return False
        if ctx.actor.is_admin or admissions.is_asker(ctx, instance):
            return True
        return objections.is_of_actors_unit(ctx, instance) or (
            instance.round_id is not None and nominations.is_organiser(ctx, rounds.of_instance(ctx, instance))
        )

    def hidden_steps(self, ctx: Context, instance: Instance) -> Collection[str]:
        """Return steps that write private tracks of a title's ledger, or the parts of others in a case."""
        return private_steps.hidden_steps(ctx, instance) or statements.hidden_steps(ctx, instance)

    def may_act(self, ctx: Context, task: UserTask, element: Element) -> str | None:
        """Nobody gives an opinion on his own nomination or settles an objection to himself (回避, X14).

        He may answer it, where the diagram asks him to.
        """
        if not statements.is_asked(element) and objections.is_about_actor(ctx, task.instance):
            return "本人不能办理对自己的异议，请转办他人。"
        refusal = steps.find_refusal(ctx, task, element) or in_person.find_refusal(ctx, task, element)
        if refusal or "opinion" not in element.properties:
            return refusal
        nomination = nominations.of_instance(ctx, task.instance)
        if nomination is not None:
            return identities.find_refusal(ctx, nomination)
        award = awards.of_instance(ctx, task.instance)
        if award is None:
            return None
        actor = ctx.actor
        is_his = award.holder_id is not None and award.holder_id in (actor.user_id, actor.stands_in_for)
        return identities.SELF if is_his or identities.is_nominee(ctx, award.nomination) else None

    def steps_back(self, element: Element) -> str | None:
        """Name those who must step back: the nominee, or the people of his units as well."""
        return recusals.steps_back(element)

    def must_step_back(self, ctx: Context) -> ColumnElement[bool]:
        """Name the tasks of one's own nominations, and of one's colleagues' where they count."""
        return recusals.must_step_back(ctx)

    def read_ahead(self, ctx: Context, instances: Sequence[Instance]) -> None:
        """Read the nominations of many instances with their units, and the places they hold."""
        found = nominations.read_ahead(ctx, instances)
        asked_ahead.note(ctx, found)
        quotas.read_ahead(ctx, found)

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
            if status == NominationStatus.DRAFTING:
                lateness.close_again(ctx, nomination, task.instance)

    def accept(
        self, ctx: Context, task: UserTask, element: Element, submission: Mapping[str, Any]
    ) -> Accepted:
        """Check and keep a submitted form."""
        return intake.accept(ctx, task, element, submission)

    def hold_events(self, ctx: Context, instance: Instance) -> None:
        """Hold the round."""
        undoing.hold_round(ctx, instance)

    def find_lasting(self, ctx: Context, completion: Completion) -> str | None:
        """Return what keeps a completion from being taken back: topics, entries, what the round did."""
        return undoing.find_lasting(ctx, completion)

    def taken_back(self, ctx: Context, reopened: UserTask, completion: Completion) -> None:
        """Give back the places it took and write the status of before."""
        undoing.undo(ctx, reopened, completion)

    def begins(self, process_id: str) -> bool:
        """Rounds, nominations and objections begin with their rows, never by an event alone."""
        return process_id in (rounds.PROCESS, nominations.PROCESS, objections.PROCESS)

    def subjects(self, ctx: Context, noun: str, key: str, round_id: int | None) -> Select[str, int]:
        """Select the titles that a start event with ``subject=award`` begins an instance for."""
        if noun != awards.NOUN:
            raise Invalid(f"流程图的开始事件写了 subject={noun}，这里只认得 {awards.NOUN}。")
        return processes.select_subjects(ctx, key, round_id)

    def introduce(self, ctx: Context, subject: str) -> Introduced | None:
        """Return what a process of a title starts with."""
        return processes.introduce(ctx, subject)

    def after_broadcast(self, ctx: Context, round_id: int | None, signal: str) -> None:
        """Spare the units whose time was extended."""
        round_topics.after_broadcast(ctx, round_id, signal)

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

    def nudges(self, ctx: Context, instance: Instance) -> tuple[str, time]:
        """Return the plan and the hour of ``[reminders]``; outside a round there is no plan."""
        entry = rounds.find_of_instance(ctx, instance)
        if entry is None:
            return "", FALLBACK_HOUR
        reminders = self.packs[entry.programme].programme.reminders
        return ",".join(f"+{days}" if days > 0 else str(days) for days in reminders.plan), reminders.at

    def calendar(self, ctx: Context, instance: Instance) -> Calendar:
        """Return the working days."""
        return calendars.load(ctx, rounds.find_of_instance(ctx, instance))


def _deadline(ctx: Context, instance: Instance, month_day: str) -> datetime:
    """Return 24:00 of a day in the round's year, or what it was moved or extended to."""
    entry = rounds.of_instance(ctx, instance)
    programme = wiring.pack_of(ctx, entry).programme
    for stage, written in programme.deadlines.items():
        if written != month_day:
            continue
        extended = entry.dates.get(stage, {}).get("extended")
        nomination = nominations.of_instance(ctx, instance) if extended else None
        until = nominations.extended_until(ctx, entry, nomination, Stage(stage)) if nomination else None
        moments = [rounds.due_of(entry, stage), until]
        if any(moments):
            return max(moment for moment in moments if moment is not None)
    return calendars.find_deadline(ctx, programme, month_day, entry.year, entry)


def _as_day(value: object, zone: ZoneInfo) -> date:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise Invalid(f"流程图中的日期“{value}”无法识别，应为 2024-04-01 这样的写法。") from error
