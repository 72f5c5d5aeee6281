"""Living through a round as its people do: nominating, carrying a nomination on, letting time pass."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import select

from service.clock import MovableClock
from service.models import (
    Candidate,
    Instance,
    Nomination,
    Notice,
    NoticeKind,
    Objection,
    Round,
    TaskStatus,
    Unit,
    User,
    UserTask,
)
from service.programmes import intake
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.demo_file import read_demo
from service.programmes.demo.made_up import Person
from service.programmes.nomination import attachments, nominations, starting
from service.programmes.pack.packs import Pack, Slot
from service.programmes.publication import notices, objections
from service.programmes.round import rounds
from service.programmes.rule import identity_number
from service.scheduler import due_jobs, reminders
from service.scheduler.stepping import advance_clock, find_next_due
from service.scheduler.wiring import Wiring
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.person import actors
from service.workflow.task import user_tasks

CATEGORY = "production_management"
WORKPLACE, LEAGUE, HEAD = "liyang-qingfeng", "tuanzhibu", "dangzhibu"
RECOMMENDER, ORGANISER, NOMINEE = "liyang", "shiwei", "xiaoming"
GEHU = "wujin-gehu"  #: a workplace in another district
DEPARTMENTS = ("renshe", "gongxin")
POINTS = "请说明所填荣誉的颁发单位和时间。"
REASON = "主持的技改项目获行业认可，确属优秀。"
#: what a step asks besides of somebody who is over age, or born on the day of a bound
ANSWERS_OF_EXCEPTION = {
    "recommender_opinion": {"exception_reason": REASON},
    "qualification_review": {"ruling": "exception", "plain_ruling": "eligible"},  # a form shows one
}
OBJECTION = {"name": "演示-反映人", "contact": "0000-0001234", "facts": "所填荣誉与实际获得的不符，请核查。"}


@dataclass
class Story:
    """A round of the real pack on a database of its own, and everything its people do in it."""

    wiring: Wiring
    clock: MovableClock
    pack: Pack
    round_id: int
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    @contextmanager
    def acting(self, login: str) -> Iterator[Context]:
        """Open a transaction in which somebody acts."""
        with self.wiring.transaction() as ctx:
            user = ctx.session.scalars(select(User).where(User.login == login)).one()
            yield replace(ctx, actor=actors.actor_of(ctx, user))

    def entry(self, ctx: Context) -> Round:
        """Return the round."""
        return rounds.get(ctx, self.round_id)

    def start(self, unit: str = WORKPLACE, category: str = CATEGORY, *, by: str = "", **more: Any) -> int:
        """Begin a nomination; its id. ``source="self"`` lets its beginner put himself forward."""
        source = more.pop("source", "unit")
        login = by or (NOMINEE if source == "self" else _league_of(unit))
        with self.acting(login) as ctx:
            found = starting.start(
                ctx, self.entry(ctx), unit=_unit(ctx, unit), category=category, source=source, **more
            )
            return found.id

    def nominate(self, unit: str = WORKPLACE, category: str = CATEGORY, *, to: str = "", **more: Any) -> int:
        """Begin a nomination of somebody new and carry it to a step, by default the first opinion."""
        birth, answers = more.pop("birth", date(1995, 8, 1)), more.pop("answers", {})
        nomination_id = self.start(unit, category, **more)
        self.hand_in(nomination_id, birth=birth, category=category, **answers)
        if to:
            self.carry(nomination_id, to)
        return nomination_id

    def hand_in(
        self, nomination_id: int, *, by: str = "", birth: date = date(1995, 8, 1), **answers: Any
    ) -> dict[str, Any]:
        """Attach the photos and submit the form; returns what was answered."""
        known = made_up.answer_as(self.person(birth), CATEGORY, "青锋") | answers
        with self.wiring.transaction() as ctx:
            task = _open_task(ctx, nomination_id, "fill_in_form")
            known = made_up.answer(_form(ctx, task), known) | answers
        self.attach(nomination_id)
        self.complete(nomination_id, "fill_in_form", "submit", by=by, **known)
        return known

    def attach(self, nomination_id: int) -> None:
        """Hand in the photos that are still missing."""
        with self.wiring.transaction() as ctx:
            nomination = ctx.session.get_one(Nomination, nomination_id)
            there = [file.slot for file in attachments.list_of(ctx, nomination)]
            for slot in self.pack.programme.slots.values():
                for _ in range(there.count(slot.key), slot.least):
                    attachments.keep(ctx, nomination, slot.key, _photo(slot))

    def complete(
        self, nomination_id: int, element_id: str, outcome: str, *, by: str = "", **answers: Any
    ) -> None:
        """Complete the open task of a nomination at a step, as one of those whose turn it is."""
        with self.wiring.transaction() as ctx:
            task = _open_task(ctx, nomination_id, element_id)
            known = made_up.explain(asked=_asks_reason(ctx, nomination_id))
            self._complete(ctx, task, outcome, by, answers or made_up.answer(_form(ctx, task), known))

    def carry(self, nomination_id: int, to: str) -> None:
        """Let everybody give the first outcome until a nomination waits at a step, or for nobody."""
        for _ in range(12):
            with self.wiring.transaction() as ctx:
                tasks = _open_tasks(ctx, nomination_id)
                if not tasks or to in {task.element_id for task in tasks}:
                    return
                task = tasks[0]
                known = made_up.explain(asked=_asks_reason(ctx, nomination_id))
                answers = made_up.answer(_form(ctx, task), known)
                if task.element_id in ANSWERS_OF_EXCEPTION and _is_exception(ctx, nomination_id):
                    answers |= ANSWERS_OF_EXCEPTION[task.element_id]
                outcome = _outcomes(ctx, task)[0]
                if outcome in intake.split(_properties(ctx, task).get("clearance", "")):
                    user = notifications.list_responsible(ctx, task)[-1]
                    demonstration.clear_files(replace(ctx, actor=actors.actor_of(ctx, user)), task)
                self._complete(ctx, task, outcome, "", answers)

    def confirm(self, element_id: str, *, by: str = ORGANISER) -> None:
        """Complete the round's own task at a step, and let everybody hear of it."""
        with self.acting(by) as ctx:
            query = select(UserTask).where(
                UserTask.instance_id == self.entry(ctx).instance_id,
                UserTask.element_id == element_id,
                UserTask.status == TaskStatus.OPEN,
            )
            task = ctx.session.scalars(query).one()
            user_tasks.complete(ctx, task.id, "confirm", {})
        self.work_off()

    def countersign(self) -> None:
        """Put the candidates to the departments and let each of them agree."""
        self.confirm("submit_list")
        for login in DEPARTMENTS:
            self.sign(login)

    def sign(self, login: str, outcome: str = "approve", **answers: str) -> None:
        """Let a department sign the list of candidates, or object to it."""
        with self.acting(login) as ctx:
            query = select(UserTask).join(Candidate, Candidate.user_task_id == UserTask.id)
            query = query.where(
                UserTask.instance_id == self.entry(ctx).instance_id,
                UserTask.element_id == "countersign",
                UserTask.status == TaskStatus.OPEN,
                Candidate.group_key == f"user:{ctx.actor.user_id}",
            )
            user_tasks.complete(ctx, ctx.session.scalars(query).one().id, outcome, answers)
        self.work_off()

    def to_notice(self) -> None:
        """Recommend and select everybody who still stands, and publish the candidates on 1 April."""
        self.to_review()
        for nomination_id in self.standing():
            self.carry(nomination_id, "")
        self.pass_until("2024-04-01 09:00")
        self.countersign()
        self.confirm("publish_candidates")

    def to_review(self) -> None:
        """Recommend and examine everybody who still stands, close the stage and open the joint review."""
        for nomination_id in self.standing():
            self.carry(nomination_id, "")
        self.pass_until("2024-03-26 10:00")
        self.confirm("open_joint_review")

    def to_announcement(self) -> None:
        """Let the window pass and confirm the awards."""
        self.pass_until("2024-04-10 09:00")
        self.confirm("confirm_awards")

    def object_to(self, nomination_id: int, **answers: str) -> int:
        """Lodge an objection; its id."""
        with self.wiring.transaction() as ctx:
            notice = notices.find_newest(ctx, self.entry(ctx), NoticeKind.CANDIDATES)
            assert notice is not None
            return objections.lodge(ctx, notice, nomination_id, OBJECTION | answers).id

    def settle(self, objection_id: int, *outcomes: str, by: str = ORGANISER) -> None:
        """Deal with an objection: ``accept`` and ``upheld``, say."""
        for outcome in outcomes:
            with self.wiring.transaction() as ctx:
                objection = ctx.session.get_one(Objection, objection_id)
                query = select(UserTask).where(
                    UserTask.instance_id == objection.instance_id,
                    UserTask.status == TaskStatus.OPEN,
                    UserTask.element_id.in_(("register", "investigate")),
                )
                task = ctx.session.scalars(query).one()
                known = {"points": POINTS} if outcome == "accept" and _asks_points(ctx, task) else {}
                self._complete(ctx, task, outcome, by, made_up.answer(_form(ctx, task), {}) | known)
        self.work_off()

    def pass_until(self, moment: str) -> None:
        """Move the clock to a moment in China, doing all that is due on the way."""
        until = datetime.fromisoformat(moment).replace(tzinfo=self.pack.programme.zone)
        duties = [partial(duty, self.wiring) for duty in (due_jobs.run_once, reminders.run_once)]
        advance_clock(self.clock, until, duties, self._next_due)

    def work_off(self) -> None:
        """Do what is due now."""
        while due_jobs.run_once(self.wiring):
            pass

    def standing(self) -> list[int]:
        """Return the nominations whose process still runs."""
        with self.wiring.reading() as ctx:
            query = select(Nomination.id).join(Instance, Instance.id == Nomination.instance_id)
            query = query.where(Instance.status == "active", Nomination.round_id == self.round_id)
            return list(ctx.session.scalars(query.order_by(Nomination.id)))

    def read(self, nomination_id: int) -> Nomination:
        """Return a nomination as it stands."""
        with self.wiring.reading() as ctx:
            query = select(Nomination).where(Nomination.id == nomination_id)
            return ctx.session.scalars(query.options(*nominations.WITH_UNITS)).one()

    def status(self, nomination_id: int) -> str:
        """Return a nomination's status."""
        return str(self.read(nomination_id).status)

    def waits_at(self, nomination_id: int) -> list[str]:
        """Return the steps at which a nomination waits for somebody."""
        with self.wiring.reading() as ctx:
            return [task.element_id for task in _open_tasks(ctx, nomination_id)]

    def task_id(self, nomination_id: int, element_id: str) -> int:
        """Return the open task of a nomination at a step."""
        with self.wiring.reading() as ctx:
            return _open_task(ctx, nomination_id, element_id).id

    def notice(self, kind: NoticeKind = NoticeKind.CANDIDATES) -> Notice:
        """Return the newest notice of a kind."""
        with self.wiring.reading() as ctx:
            found = notices.find_newest(ctx, self.entry(ctx), kind)
            assert found is not None
            return found

    def listed(self, kind: NoticeKind = NoticeKind.CANDIDATES) -> list[int]:
        """Return the nominations on the newest notice of a kind."""
        snapshot = self.notice(kind).snapshot
        return [person["nomination"] for category in snapshot["categories"] for person in category["people"]]

    def person(self, birth: date) -> Person:
        """Make up somebody with a birth date and a number of his own."""
        number = next(self._numbers)
        names = read_demo(self.pack.demo).names
        return Person(
            name=f"{names.surnames[number % 30]}{names.given[number % 30]}",
            sex="男" if number % 2 else "女",
            birth_date=birth,
            id_number=identity_number.make(names.identity_region, birth, number),
            phone=f"0000-{number:07d}",
            post="工艺工程师",
        )

    def _complete(
        self, ctx: Context, task: UserTask, outcome: str, by: str, answers: Mapping[str, Any]
    ) -> None:
        if by:
            user = ctx.session.scalars(select(User).where(User.login == by)).one()
        else:
            user = notifications.list_responsible(ctx, task)[-1]
        acting = replace(ctx, actor=actors.actor_of(ctx, user))
        user_tasks.complete(acting, task.id, outcome, answers)

    def _next_due(self, after: datetime) -> datetime | None:
        with self.wiring.reading() as ctx:
            return find_next_due(ctx, after)


@cache
def _photo(slot: Slot) -> attachments.Checked:
    """Everybody hands in the same picture: looking at it once is enough."""
    return attachments.check(slot, f"{slot.name}.jpg", made_up.photo())


def _league_of(unit: str) -> str:
    return LEAGUE if unit == WORKPLACE else f"{unit}-tuan"


def _unit(ctx: Context, code: str) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == code)).one()


def _asks_points(ctx: Context, task: UserTask) -> bool:
    return "points" in {component.get("key") for component in _form(ctx, task).get("components", ())}


def _open_tasks(ctx: Context, nomination_id: int) -> list[UserTask]:
    query = (
        select(UserTask)
        .join(Nomination, Nomination.instance_id == UserTask.instance_id)
        .where(Nomination.id == nomination_id, UserTask.status == TaskStatus.OPEN)
    )
    return list(ctx.session.scalars(query.order_by(UserTask.id)))


def _open_task(ctx: Context, nomination_id: int, element_id: str) -> UserTask:
    [task] = [task for task in _open_tasks(ctx, nomination_id) if task.element_id == element_id]
    return task


def _form(ctx: Context, task: UserTask) -> dict[str, Any]:
    return deployments.get_form(ctx, task.instance, task.form_id) if task.form_id else {}


def _is_exception(ctx: Context, nomination_id: int) -> bool:
    return ctx.session.get_one(Nomination, nomination_id).eligibility in ("EXCEPTION", "REVIEW")


def _asks_reason(ctx: Context, nomination_id: int) -> bool:
    return ctx.session.get_one(Nomination, nomination_id).asks_reason


def _outcomes(ctx: Context, task: UserTask) -> list[str]:
    return [value for value, _label in deployments.outcomes_of(_properties(ctx, task)["outcomes"])]


def _properties(ctx: Context, task: UserTask) -> Mapping[str, str]:
    return deployments.get_element(ctx, task.instance, task.element_id).properties
