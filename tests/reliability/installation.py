"""A scratch installation of the service with a real programme and made-up people, on either database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from service import schema
from service.clock import Clock
from service.config import Settings
from service.models import Nomination, Stage, TaskStatus, Unit, User, UserTask
from service.programmes import wiring
from service.programmes.account import pack_units
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.demo_file import Demo, read_demo
from service.programmes.nomination import attachments, starting
from service.programmes.pack.packs import Pack, Slot
from service.programmes.round import rounds
from service.rehearsal.crowd import Planned, answers_of, plan
from service.scheduler.wiring import Wiring
from service.wire import Runtime, wire
from service.workflow import notifications
from service.workflow.context import Actor, Context
from service.workflow.definition import deployments
from service.workflow.person import actors, people, tokens
from service.workflow.task import user_tasks
from tests import postgresql

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = "changzhou-good-youth"
#: the key the other tests of the process use: the keyring is the process's
FIELD_KEY = bytes(range(32)).hex()
CHUNK = 50


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Settings and a database with a round in it."""

    settings: Settings
    service: Runtime
    round_id: int
    answers: dict[int, dict[str, Any]]  #: what goes into the recommendation form, by instance

    @property
    def wiring(self) -> Wiring:
        """What the scheduler's duties are given."""
        return self.service.wiring


@contextmanager
def scratch_settings(kind: str, folder: Path) -> Iterator[Settings]:
    """Give settings for an empty database of a kind; raises NoServer where there is no PostgreSQL."""
    settings = Settings(
        data_dir=folder,
        field_key=FIELD_KEY,
        processes_dir=ROOT / "processes",
        forms_dir=ROOT / "forms",
        scheduler=False,
        tick_seconds=0.2,
        log_level="warning",
    )
    if kind == "sqlite":
        yield settings
        return
    with postgresql.a_server() as server, postgresql.a_database(server) as url:
        yield replace(settings, database_url=url)


@contextmanager
def install(
    kind: str,
    *,
    size: int,
    unsent: int = 0,
    unit: str = "",
    photos: bool = True,
    clock: Clock | None = None,
    folder: Path | None = None,
) -> Iterator[Installation]:
    """Set up a round in which ``size`` nominations wait for the workplace's first opinion.

    ``unsent`` more are still being filled in; all of them at ``unit``, or spread over the units. The
    stage stays open until ``close_in`` says otherwise.
    """
    with ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xuanshu-reliability-")))
        settings = stack.enter_context(scratch_settings(kind, folder))
        service = wire(settings, clock=clock)
        stack.callback(service.engine.dispose)
        schema.upgrade(service.engine)
        round_id, answers = _seed(service.wiring, size, unsent, unit, photos=photos)
        yield Installation(settings=settings, service=service, round_id=round_id, answers=answers)


def close_in(installation: Installation, seconds: float) -> None:
    """Let the submission stage close so many seconds from now."""
    with installation.wiring.transaction() as ctx:
        entry = rounds.get(ctx, installation.round_id)
        due = ctx.now + timedelta(seconds=seconds)
        rounds.move_deadline(ctx, entry, Stage.SUBMISSION, due, "压力测试")


def bring_to(installation: Installation, element_id: str) -> list[int]:
    """Approve everything up to a step; returns the tasks that wait there."""
    with installation.wiring.transaction() as ctx:
        while task := _first_before(ctx, installation.round_id, element_id):
            form = deployments.get_form(ctx, task.instance, task.form_id) if task.form_id else {}
            user_tasks.complete(ctx, task.id, "approve", made_up.answer(form, {}))
        return list(ctx.session.scalars(_open_tasks(installation.round_id, element_id)))


def hire(installation: Installation, count: int, role: str, unit: str) -> list[str]:
    """Add people who hold a role at a unit; returns a token of each."""
    with installation.wiring.transaction() as ctx:
        place = rounds.get_unit(ctx, unit)
        issued = []
        for number in range(count):
            login = f"{role}-{number}"
            user = User(
                login=login, name=f"演示-{login}", password_hash="-", unit_id=place.id, created_at=ctx.now
            )
            ctx.session.add(user)
            ctx.session.flush()
            people.grant(ctx, user, role, place)
            issued.append(tokens.issue_token(ctx, user, "reliability"))
        return issued


def issue_tokens(installation: Installation) -> dict[str, str]:
    """Issue a token to everybody; returns them by login."""
    with installation.wiring.transaction() as ctx:
        users = list(ctx.session.scalars(select(User).order_by(User.id)))
        return {user.login: tokens.issue_token(ctx, user, "reliability") for user in users}


def _seed(
    wiring_: Wiring, size: int, unsent: int, unit: str, *, photos: bool
) -> tuple[int, dict[int, dict[str, Any]]]:
    answers: dict[int, dict[str, Any]] = {}
    with wiring_.transaction() as ctx:
        pack = wiring.get_pack(ctx, PROGRAMME)
        demo = read_demo(pack.demo)
        units = pack_units.load(ctx, pack.units)
        demonstration.create_accounts(ctx, demo, units)
        entry = rounds.open_round(ctx, pack)
        rounds.move_deadline(ctx, entry, Stage.SUBMISSION, ctx.now + timedelta(days=30), "压力测试")
    # what is not sent needs nobody of its own: people come round again
    planned = list(islice(cycle(plan(pack, demo, size + unsent, seed=1)), size + unsent))
    if unit:
        planned = [replace(one, unit=unit, category=next(iter(pack.programme.categories))) for one in planned]
    for start in range(0, len(planned), CHUNK):
        chunk = planned[start : start + CHUNK]
        with wiring_.transaction() as ctx:
            answers |= _nominate(ctx, pack, demo, entry.id, chunk, sent=size - start, photos=photos)
    return entry.id, answers


def _open_tasks(round_id: int, element_id: str) -> Select[int]:
    query = select(UserTask.id).where(UserTask.round_id == round_id, UserTask.status == TaskStatus.OPEN)
    return query.where(UserTask.element_id == element_id).order_by(UserTask.id)


def _first_before(ctx: Context, round_id: int, element_id: str) -> UserTask | None:
    query = select(UserTask).where(UserTask.round_id == round_id, UserTask.status == TaskStatus.OPEN)
    return ctx.session.scalars(query.where(UserTask.element_id != element_id).limit(1)).first()


def _nominate(
    ctx: Context, pack: Pack, demo: Demo, round_id: int, chunk: Sequence[Planned], *, sent: int, photos: bool
) -> dict[int, dict[str, Any]]:
    entry = rounds.get(ctx, round_id)
    units = {unit.code: unit for unit in ctx.session.scalars(select(Unit))}
    written: dict[int, dict[str, Any]] = {}
    for number, planned in enumerate(chunk):
        unit = units[planned.unit]
        acting = replace(ctx, actor=_league(ctx, unit))
        nomination = starting.start(
            acting, entry, unit=unit, category=planned.category, source="unit", name=planned.person.name
        )
        ctx.session.flush()
        assert nomination.instance_id is not None
        if photos:
            _attach(acting, pack, nomination)
        known = answers_of(planned, demo, unit, ctx.now.date().isoformat())
        written[nomination.instance_id] = _write(acting, nomination, known, send=number < sent)
    return written


def _write(ctx: Context, nomination: Nomination, known: dict[str, Any], *, send: bool) -> dict[str, Any]:
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id, UserTask.status == TaskStatus.OPEN
    )
    task = ctx.session.scalars(query).one()
    assert task.form_id is not None
    answers = made_up.answer(deployments.get_form(ctx, task.instance, task.form_id), known)
    if send:
        user_tasks.complete(ctx, task.id, "submit", answers)
    return answers


def _attach(ctx: Context, pack: Pack, nomination: Nomination) -> None:
    for slot in pack.programme.slots.values():
        for number in range(slot.least):
            checked = replace(_checked_photo(slot), filename=f"{number + 1}.jpg")
            attachments.keep(ctx, nomination, slot.key, checked)


@cache
def _checked_photo(slot: Slot) -> attachments.Checked:
    return attachments.check(slot, "photo.jpg", made_up.photo())


def _league(ctx: Context, unit: Unit) -> Actor:
    return actors.actor_of(ctx, notifications.list_holders(ctx, [f"league@{unit.code}"])[0])
