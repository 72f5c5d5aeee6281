"""The scene a scenario is played on: a service of its own, a movable clock, and who is who."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select

from service.clock import MovableClock
from service.errors import ServiceError
from service.models import (
    Instance,
    Nomination,
    Objection,
    Round,
    TaskStatus,
    Unit,
    User,
    UserTask,
)
from service.programmes.account import pack_units
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.demo_file import Demo, read_demo
from service.programmes.demo.made_up import Person
from service.programmes.nomination import nominations
from service.programmes.pack.packs import Pack
from service.programmes.round import calendars, rounds
from service.programmes.rule import identity_number
from service.rehearsal.rehearse import DUTIES
from service.rehearsal.scenario.library import Scenario
from service.rehearsal.scenario.moments import parse_moment
from service.scheduler import retention
from service.scheduler.stepping import Happening, advance_clock, find_next_due
from service.scheduler.wiring import Wiring
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.person import actors

#: everybody of a scenario who has been nominated
EVERYBODY = "everybody"


class Unplayable(Exception):
    """The scenario itself is wrong: it names what is not there. The message is a sentence."""


@dataclass(kw_only=True)
class Member:
    """Somebody made up who is nominated in a scenario."""

    person: Person
    unit: str  #: code of the workplace
    category: str  #: key
    answers: Mapping[str, Any]  #: by the form's keys or labels
    nomination_id: int | None = None  #: of the newest nomination


@dataclass(kw_only=True)
class Scene:
    """Where a scenario is played."""

    wiring: Wiring
    clock: MovableClock
    pack: Pack
    demo: Demo
    scenario: Scenario
    round_id: int | None = None
    cast: dict[str, Member] = field(default_factory=dict)  #: by what the scenario calls them

    def moment(self, text: str) -> datetime:
        """Return a written moment in the programme's zone."""
        found = parse_moment(text)
        if found is None:
            raise Unplayable(f"“{text}”不是一刻。")
        return found.replace(tzinfo=self.pack.programme.zone)

    def entry(self, ctx: Context) -> Round:
        """Return the round the story is about."""
        if self.round_id is None:
            raise Unplayable("还没有届次。")
        return rounds.get(ctx, self.round_id)

    def member(self, called: str) -> Member:
        """Return somebody of the scenario, making him up the first time he is named."""
        if called not in self.cast:
            self.cast[called] = self._make_up(called)
        return self.cast[called]

    def nomination(self, ctx: Context, called: str) -> Nomination:
        """Return somebody's newest nomination."""
        number = self.member(called).nomination_id
        if number is None:
            raise Unplayable(f"“{called}”还没有申报。")
        return ctx.session.get_one(Nomination, number)

    def nominated(self, called: Sequence[str]) -> list[str]:
        """Return who is meant: those named, or everybody nominated so far."""
        if list(called) == [EVERYBODY]:
            return [name for name, member in self.cast.items() if member.nomination_id is not None]
        return list(called)

    def name_of(self, nomination_id: int) -> str:
        """Return what the scenario calls the person of a nomination."""
        names = [name for name, member in self.cast.items() if member.nomination_id == nomination_id]
        return names[0] if names else f"申报{nomination_id}"

    @contextmanager
    def acting(self, who: str) -> Iterator[Context]:
        """Open a transaction in which somebody acts: a log-in, an account's name, or role@unit."""
        with self.wiring.transaction() as ctx:
            yield self.act_as(ctx, self.user(ctx, who))

    @staticmethod
    def act_as(ctx: Context, user: User) -> Context:
        """Return the transaction with somebody acting in it."""
        return replace(ctx, actor=actors.actor_of(ctx, user))

    def user(self, ctx: Context, who: str) -> User:
        """Return an account by its log-in or name, or the first who holds role@unit."""
        query = select(User).where(or_(User.login == who, User.name == who)).order_by(User.id)
        found = ctx.session.scalars(query.limit(1)).first()
        if found is None and "@" in who:
            role, _, unit = who.partition("@")
            held = notifications.list_holders(ctx, [f"{self.role(role)}@{self.unit(ctx, unit).code}"])
            found = held[0] if held else None
        if found is None:
            raise Unplayable(f"没有叫“{who}”的账号，也没有这样的岗位。")
        return found

    def role(self, text: str) -> str:
        """Return a role by its key or name."""
        return _find(text, {key: role.name for key, role in self.pack.programme.roles.items()}, "角色")

    def category(self, text: str) -> str:
        """Return a category by its key or name."""
        names = {key: category.name for key, category in self.pack.programme.categories.items()}
        return _find(text, names, "类别")

    @staticmethod
    def unit(ctx: Context, text: str) -> Unit:
        """Return a unit by its code or name."""
        query = select(Unit).where(or_(Unit.code == text, Unit.name == text)).limit(1)
        found = ctx.session.scalars(query).first()
        if found is None:
            raise Unplayable(f"没有代码或名称为“{text}”的单位。")
        return found

    def organiser(self) -> str:
        """Return who acts for the organiser where a step does not say who."""
        return f"organiser@{self.pack.programme.organiser}"

    def open_tasks(self, ctx: Context, called: str | None) -> list[UserTask]:
        """Return the open tasks about somebody, objections to him included, or else the round's own."""
        query = select(UserTask).join(Instance, Instance.id == UserTask.instance_id)
        query = query.where(UserTask.status == TaskStatus.OPEN, self._about(ctx, called))
        return list(ctx.session.scalars(query.order_by(UserTask.id)))

    def pass_until(self, until: datetime) -> list[Happening]:
        """Move the clock, doing all that is due on the way; whose time is over then is forgotten."""
        duties = [partial(duty, self.wiring) for duty in DUTIES]
        happened = advance_clock(self.clock, until, duties, self._next_due)
        while retention.run_once(self.wiring):
            pass
        return happened

    def _next_due(self, after: datetime) -> datetime | None:
        with self.wiring.reading() as ctx:
            return find_next_due(ctx, after, with_timer_starts=False)

    def _about(self, ctx: Context, called: str | None) -> ColumnElement[bool]:
        if called is None:
            mine = (nominations.PROCESS, "objection")
            return UserTask.round_id.is_not_distinct_from(self.round_id) & Instance.process_id.not_in(mine)
        nomination = self.nomination(ctx, called)
        cases = select(Objection.instance_id).where(Objection.nomination_id == nomination.id)
        own = Instance.id == nomination.instance_id if nomination.instance_id else false()
        return own | Instance.id.in_(cases)

    def _make_up(self, called: str) -> Member:
        said = self.scenario.people.get(called, {})
        twin = self.member(said["same_as"]) if "same_as" in said else None
        unit = said.get("unit") or next(iter(self.demo.nominations)).unit
        with self.wiring.reading() as ctx:
            code = self.unit(ctx, unit).code
        category = said.get("category") or next(iter(self.pack.programme.categories))
        return Member(
            person=twin.person if twin else self._make_up_person(called, said, len(self.cast) + 1),
            unit=code,
            category=self.category(category),
            answers=said.get("answers", {}),
        )

    def _make_up_person(self, called: str, said: Mapping[str, Any], number: int) -> Person:
        names = self.demo.names
        sex = said.get("sex") or ("男" if number % 2 else "女")
        born = said.get("born") or _between(names.born_after, names.born_before, number)
        return Person(
            name=said.get("name", called),
            sex=sex,
            birth_date=born,
            id_number=identity_number.make(names.identity_region, born, 2 * number + (sex == "男")),
            phone=f"0000-{number:07d}",
            post=names.posts[number % len(names.posts)],
        )


def bring_people(wiring: Wiring, pack: Pack) -> None:
    """Load a pack's units and create the accounts of its demonstration: the same for every scenario of it."""
    with wiring.transaction() as ctx:
        demonstration.create_accounts(ctx, read_demo(pack.demo), pack_units.load(ctx, pack.units))


def set_up(wiring: Wiring, clock: MovableClock, pack: Pack, scenario: Scenario) -> Scene:
    """Open the round a scenario begins with, where its units and accounts are already."""
    demo = read_demo(pack.demo)
    scene = Scene(wiring=wiring, clock=clock, pack=pack, demo=demo, scenario=scenario)
    clock.move_to(scene.moment(scenario.begins) if scenario.begins else demo.start)
    said = scenario.opens
    if said is not None:
        with wiring.transaction() as ctx:
            calendars.guess_years(ctx, demo.start.year, demonstration.GUESSED)
            entry = rounds.open_round(ctx, pack, label=said.get("label"), year=said.get("year"))
            ctx.session.flush()
            scene.round_id = entry.id
    return scene


def say_refusal(refusal: ServiceError) -> str:
    """Return a refusal as people read it: its sentence and those beside the fields."""
    beside = [f"{field}：{sentence}" for field, sentence in refusal.fields.items()]
    return "；".join([refusal.message, *beside])


def find_known_answers(member: Member, scene: Scene, ctx: Context) -> dict[str, Any]:
    """Return what somebody writes into the form of his own nomination."""
    unit = scene.unit(ctx, member.unit)
    answers = made_up.answer_as(member.person, member.category, unit.name)
    return {**answers, **scene.demo.answers}


def _find(text: str, names: Mapping[str, str], what: str) -> str:
    for key, name in names.items():
        if text in (key, name):
            return key
    raise Unplayable(f"没有叫“{text}”的{what}，有：{'、'.join(names.values())}。")


def _between(first: date, last: date, number: int) -> date:
    """Return a day between two, another for every number."""
    return first + timedelta(days=(last - first).days // 2 + 7 * number)
