"""Leave requests: a domain as small as can be, plugged into workflow to show that it knows no awards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Select, String, false, literal, select

from service.engine.records import BpmnError, Element, OpenServiceTask, Variables
from service.models import Instance, Membership, Unit, User, UserTask
from service.workflow.context import Accepted, Calendar, Completion, Context, Introduced, Resolved, Topic

ZONE = ZoneInfo("Asia/Shanghai")
#: 清明 2024: 4 to 6 April off, Sunday 7 April worked
OFF = {date(2024, 4, 4), date(2024, 4, 5), date(2024, 4, 6)}
WORKED = {date(2024, 4, 7)}


class WorkingDays:
    """Weekdays, but for the days of 清明 2024."""

    def shift(self, day: date, days: int) -> date:
        step = timedelta(days=1 if days > 0 else -1)
        left = abs(days)
        while left:
            day += step
            left -= day in WORKED or (day.weekday() < 5 and day not in OFF)
        return day


class LeaveDomain:
    """Everybody has ten days; a department head decides; the clerk closes the month."""

    def __init__(self) -> None:
        self.days_left = 10
        self.bonuses: dict[str, int] = {}
        self.usual_nudges, self.nudging_hour = "", time(9)
        self.topics: Mapping[str, Topic] = {"leave.book": self.book}
        self.once_only: Collection[str] = ()

    def book(self, ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
        days = task.variables.get("days", 1)
        assert isinstance(days, int)
        if days > self.days_left:
            raise BpmnError("no-days-left", "剩余假期不足。")
        self.days_left -= days
        return {"days_left": self.days_left}

    def zone(self, ctx: Context, instance: Instance) -> ZoneInfo:
        return ZONE

    def functions(self, ctx: Context, instance: Instance) -> Mapping[str, Callable[..., Any]]:
        return {"bonus_of": self.bonuses.get}

    def resolve(self, ctx: Context, instance: Instance, groups: tuple[str, ...]) -> Resolved:
        keys = [self._key(ctx, instance, group) for group in groups]
        held = set(ctx.session.scalars(select(Membership.group_key).where(Membership.group_key.in_(keys))))
        pairs = list(zip(groups, keys, strict=True))
        return Resolved(
            groups=tuple(key for _, key in pairs if key in held or key.startswith("user:")),
            missing=tuple(group for group, key in pairs if key not in held and not key.startswith("user:")),
        )

    def _key(self, ctx: Context, instance: Instance, group: str) -> str:
        role, _, scope = group.partition("@")
        if scope == "self":
            return f"user:{instance.started_by_id}"
        if scope == "unit":
            starter = ctx.session.get_one(User, instance.started_by_id)
            return f"{role}@{ctx.session.get_one(Unit, starter.unit_id).code}"
        return group

    def may_see(self, ctx: Context, instance: Instance) -> bool:
        if ctx.actor.is_system or instance.started_by_id == ctx.actor.user_id:
            return True
        return self._key(ctx, instance, "head@unit") in ctx.actor.groups

    def hidden_steps(self, ctx: Context, instance: Instance) -> Collection[str]:
        return ()

    def may_act(self, ctx: Context, task: UserTask, element: Element) -> str | None:
        own = element.id == "approve" and task.instance.started_by_id == ctx.actor.user_id
        return "不能审批自己的请假。" if own else None

    def accept(
        self, ctx: Context, task: UserTask, element: Element, submission: Mapping[str, Any]
    ) -> Accepted:
        answers = dict(submission["answers"])
        return Accepted(answers=answers, variables={"days": answers["days"]} if "days" in answers else {})

    def steps_back(self, element: Element) -> str | None:
        return None

    def must_step_back(self, ctx: Context) -> ColumnElement[bool]:
        return false()

    def read_for_offers(self, ctx: Context, instance: Instance, groups: Sequence[str]) -> None:
        """Everything is asked for one by one."""

    def read_ahead(self, ctx: Context, instances: Sequence[Instance]) -> None:
        """Few enough to read one by one."""

    def opened(self, ctx: Context, task: UserTask, element: Element) -> None:
        """A new task needs nothing more."""

    def hold_events(self, ctx: Context, instance: Instance) -> None:
        """Nobody else is about."""

    def find_lasting(self, ctx: Context, completion: Completion) -> str | None:
        """Days are given back, bonuses are not."""
        lasting = [task.name for task in completion.taking.topics if task.topic != "leave.book"]
        return f"“{lasting[0]}”已经办过" if lasting else None

    def taken_back(self, ctx: Context, reopened: UserTask, completion: Completion) -> None:
        for task in completion.taking.topics:
            self.days_left += int(str(task.variables.get("days", 1)))

    def begins(self, process_id: str) -> bool:
        return process_id == "leave"

    def subjects(self, ctx: Context, noun: str, key: str, round_id: int | None) -> Select[str, int]:
        """Everybody employed is appraised."""
        return select(literal(f"{noun}:", String) + User.login, literal(round_id, BigInteger)).where(
            User.active
        )

    def introduce(self, ctx: Context, subject: str) -> Introduced | None:
        query = select(User).where(User.login == subject.partition(":")[2], User.active)
        user = ctx.session.scalar(query)
        return Introduced(title=user.name, round_id=1, variables={"who": user.login}) if user else None

    def after_broadcast(self, ctx: Context, round_id: int | None, signal: str) -> None:
        """Everybody hears a signal at once."""

    def reminder_text(self, ctx: Context, task: UserTask, days_left: int) -> str:
        return f"请办理{task.title}的“{task.name}”，还有 {days_left} 天。"

    def nudges(self, ctx: Context, instance: Instance) -> tuple[str, time]:
        return self.usual_nudges, self.nudging_hour

    def calendar(self, ctx: Context, instance: Instance) -> Calendar:
        return WorkingDays()
