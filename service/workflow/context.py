"""What every function of the domain is given first: session, moment, actor and the plugged-in domain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from service.engine.records import Element, OpenServiceTask, Taking, Variables
from service.models import Instance, UserTask


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts."""

    user_id: int | None  #: None for the system and for somebody who has not logged in
    name: str
    groups: frozenset[str] = frozenset()  #: ``role@unit code`` of every membership
    unit_id: int | None = None
    unit_path: str = ""
    person: str = ""  #: keyed hash of his identity number, where he registered it
    is_system: bool = False  #: no person acts
    #: absent colleagues he acts for just now (代理), by id, with their groups: for tasks, for no other right
    acting_for: Mapping[int, frozenset[str]] = field(default_factory=dict)
    stands_in_for: int | None = None  #: whose task it is that he is doing, when not his own

    def holds(self, role: str) -> bool:
        """Say whether the actor holds a role at any unit."""
        return any(group.startswith(role + "@") for group in self.groups)

    def codes_of(self, roles: Collection[str]) -> frozenset[str]:
        """Return the codes of the units where the actor holds one of some roles."""
        held = (group.partition("@") for group in self.groups)
        return frozenset(code for role, _, code in held if role in roles)

    @property
    def is_admin(self) -> bool:
        """Say whether the actor administers the service."""
        return self.holds("admin")

    @property
    def task_groups(self) -> frozenset[str]:
        """Every group key under which a task may be offered to the actor."""
        if self.user_id is None:
            return self.groups
        lent = (groups | {f"user:{principal}"} for principal, groups in self.acting_for.items())
        return self.groups.union({f"user:{self.user_id}"}, *lent)

    @property
    def groups_with_lent(self) -> frozenset[str]:
        """The actor's groups and those of whom he acts for: what may be seen at his tasks, not decided."""
        return self.groups.union(*self.acting_for.values())

    @property
    def own_task_groups(self) -> frozenset[str]:
        """The group keys under which a task is the actor's in his own right."""
        return self.groups if self.user_id is None else self.groups | {f"user:{self.user_id}"}

    @property
    def may_act_as(self) -> frozenset[int]:
        """Himself and everybody he acts for: a task claimed by one of them is his to do."""
        return frozenset(self.acting_for).union(() if self.user_id is None else (self.user_id,))


#: acts in jobs and commands; may do everything
SYSTEM = Actor(user_id=None, name="系统", is_system=True)
#: somebody who has not logged in; may see what is public
ANONYMOUS = Actor(user_id=None, name="访客")


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """Where a task is offered after its ``role@scope`` groups were looked up."""

    groups: tuple[str, ...]  #: keys that somebody active holds
    missing: tuple[str, ...] = ()  #: groups as written that nobody holds
    substituted: bool = False  #: nobody held them, so the unit's administrator was asked instead


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What the domain made of a submission."""

    answers: dict[str, Any]  #: cleaned; kept in the submission
    variables: Variables = field(default_factory=dict)  #: what enters the process


@dataclass(frozen=True, kw_only=True)
class Introduced:
    """What an instance that is begun for a subject starts with."""

    title: str
    round_id: int | None
    variables: Variables


@dataclass(frozen=True, kw_only=True)
class Completion:
    """A completion that could be taken back (撤回), and what that comes to."""

    task: UserTask
    event_id: int  #: of the history event that tells of it: what came later has a higher one
    taking: Taking


class Calendar(Protocol):
    """Working days, as far as workflow needs them for nudges."""

    def shift(self, day: date, days: int) -> date:
        """Return the day so many working days after (or, negative, before) a day."""
        ...


Topic = Callable[["Context", Instance, OpenServiceTask], Variables]


class Domain(Protocol):
    """What a domain (programmes, leave requests …) plugs into workflow."""

    #: local topics by name: run inside the step's transaction, return variables or raise BpmnError
    topics: Mapping[str, Topic]
    #: local topics that are not worked again: nobody sends a task back (退回) behind or over them
    once_only: Collection[str]

    def zone(self, ctx: Context, instance: Instance) -> ZoneInfo:
        """Return the zone an instance's dates are meant in."""
        ...

    def functions(self, ctx: Context, instance: Instance) -> Mapping[str, Callable[..., Any]]:
        """Return the FEEL functions an instance's expressions may call."""
        ...

    def resolve(self, ctx: Context, instance: Instance, groups: tuple[str, ...]) -> Resolved:
        """Look up ``role@scope`` groups for an instance."""
        ...

    def may_see(self, ctx: Context, instance: Instance) -> bool:
        """Say whether the actor may read an instance."""
        ...

    def hidden_steps(self, ctx: Context, instance: Instance) -> Collection[str]:
        """Return steps of an instance, seen by the actor, of which he may read nothing but his own part."""
        ...

    def may_act(self, ctx: Context, task: UserTask, element: Element) -> str | None:
        """Return a sentence why the actor may not complete a task offered to him, or None."""
        ...

    def steps_back(self, element: Element) -> str | None:
        """Return who must step back from a step's tasks (回避), in a word the task keeps; None: nobody."""
        ...

    def must_step_back(self, ctx: Context) -> ColumnElement[bool]:
        """Return the condition on UserTask under which the actor is one of those who must step back."""
        ...

    def read_for_offers(self, ctx: Context, instance: Instance, groups: Sequence[str]) -> None:
        """Read in one statement what offering an instance's new tasks to these groups will ask for."""
        ...

    def opened(self, ctx: Context, task: UserTask, element: Element) -> None:
        """Take note that a task opened."""
        ...

    def read_ahead(self, ctx: Context, instances: Sequence[Instance]) -> None:
        """Read in few statements what steps of all these instances will ask for."""
        ...

    def accept(
        self, ctx: Context, task: UserTask, element: Element, submission: Mapping[str, Any]
    ) -> Accepted:
        """Check a submission (``outcome`` and ``answers``) and keep what the domain keeps of it."""
        ...

    def hold_events(self, ctx: Context, instance: Instance) -> None:
        """Let nobody throw what an instance may wait for until the transaction ends."""
        ...

    def find_lasting(self, ctx: Context, completion: Completion) -> str | None:
        """Return what a completion did, or others upon it, that cannot be undone, as a clause; or None.

        Its topics are the domain's to judge: workflow takes back none of what they did.
        """
        ...

    def taken_back(self, ctx: Context, reopened: UserTask, completion: Completion) -> None:
        """Undo what the domain made of a completion, and of the topics in its step."""
        ...

    def begins(self, process_id: str) -> bool:
        """Say whether only the domain begins instances of a process, as rows of its own belong to each."""
        ...

    def subjects(self, ctx: Context, noun: str, key: str, round_id: int | None) -> Select[str, int]:
        """Select key and round of the subjects that a start event is to begin an instance for.

        ``key`` is the deployments'. Without a round (a timer) all of that key that run at ``ctx.now``.
        """
        ...

    def introduce(self, ctx: Context, subject: str) -> Introduced | None:
        """Return what an instance for a subject starts with; None for one that is not there any more."""
        ...

    def after_broadcast(self, ctx: Context, round_id: int | None, signal: str) -> None:
        """Adjust the jobs a signal made: the domain may let some instances hear it later."""
        ...

    def reminder_text(self, ctx: Context, task: UserTask, days_left: int) -> str:
        """Return the sentence of a nudge."""
        ...

    def nudges(self, ctx: Context, instance: Instance) -> tuple[str, time]:
        """Return the plan of tasks that say no ``reminders`` of their own, and the hour nudges go out at."""
        ...

    def calendar(self, ctx: Context, instance: Instance) -> Calendar:
        """Return the working days."""
        ...


@dataclass(frozen=True, kw_only=True)
class House:
    """What the composition root wired: the same for the life of the process."""

    domain: Domain
    channels: frozenset[str] = frozenset()  #: configured ways out: mail, apprise-1 …
    public_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """One entry point's transaction, moment and actor."""

    session: Session
    now: datetime  #: aware, UTC
    wall_now: datetime | None = None  #: where ``now`` is a demonstration's: the moment on the wall
    actor: Actor
    house: House

    @property
    def security_now(self) -> datetime:
        """The moment that log-ins, locks and tokens go by: nobody moves it."""
        return self.wall_now or self.now

    @property
    def is_demonstration(self) -> bool:
        """Whether ``now`` is a demonstration's, which anybody may move."""
        return self.wall_now is not None

    @property
    def domain(self) -> Domain:
        """The plugged-in domain."""
        return self.house.domain

    def as_system(self) -> Context:
        """The same transaction and moment, acting as the system."""
        return replace(self, actor=SYSTEM)
