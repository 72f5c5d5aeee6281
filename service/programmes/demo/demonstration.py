"""The demonstration: units, made-up accounts and a round that has just begun, as ``demo.toml`` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from service.models import Nomination, Round, TaskStatus, Unit, User, UserTask
from service.programmes import intake, task_files, task_forms, wiring
from service.programmes.account import pack_units
from service.programmes.demo import made_up
from service.programmes.demo.demo_file import Demo, WaitingNominations, read_demo
from service.programmes.demo.made_up import Person
from service.programmes.demo.refusals import naming_the_step
from service.programmes.nomination import attachments, nominations, starting
from service.programmes.pack.packs import Pack
from service.programmes.privacy import clearances
from service.programmes.round import calendars, head_counts, rounds
from service.workflow import notifications
from service.workflow.context import Actor, Context
from service.workflow.definition import deployments
from service.workflow.person import actors, logins, people
from service.workflow.task import user_tasks

#: of every demonstration account; a demonstration listens on loopback only
PASSWORD = "xuanshu-demo"  # noqa: S105
#: the source of a calendar year that was not announced when its round was tried out
GUESSED = "演示、演练用：这一年的放假安排还没有公布，按周一至周五推算"


@dataclass(frozen=True, kw_only=True)
class LogIn:
    """Somebody who may log in to the demonstration."""

    login: str
    name: str
    role: str  #: the role's name in its programme
    unit: str


def set_up(ctx: Context, pack: Pack) -> Round:
    """Load a demonstration into an empty database and return its round."""
    demo = read_demo(pack.demo)
    units = pack_units.load(ctx, pack.units)
    create_accounts(ctx, demo, units)
    calendars.guess_years(ctx, demo.start.year, GUESSED)
    entry = rounds.open_round(ctx, pack, label=demo.label, demonstration=True)
    ctx.session.flush()
    report_heads(ctx, entry, pack, demo, units)
    crowd = made_up.people(demo.names)
    for group in demo.nominations:
        categories = group.categories or tuple(pack.programme.categories)
        for number in range(group.count):
            _nominate(
                ctx, pack, entry, units[group.unit], categories[number % len(categories)], next(crowd), group
            )
    return entry


def report_heads(ctx: Context, entry: Round, pack: Pack, demo: Demo, units: Mapping[str, Unit]) -> None:
    """Report how many young people every unit has, as ``demo.toml`` says."""
    for code, number in heads_of(pack, demo).items():
        head_counts.report(ctx.as_system(), entry, units[code], number)


def heads_of(pack: Pack, demo: Demo) -> dict[str, int]:
    """Return how many young people each unit of a pack reports in its demonstration, in the tree's order."""
    reported = {
        unit.code: heads.numbers[place % len(heads.numbers)]
        for heads in demo.heads
        for place, unit in enumerate(unit for unit in pack.units if unit.level == heads.level)
    }
    return {unit.code: reported[unit.code] for unit in pack.units if unit.code in reported}


def categories_of(pack: Pack, demo: Demo, code: str) -> Sequence[str]:
    """Return the categories a unit nominates in, in its demonstration."""
    level = next(unit.level for unit in pack.units if unit.code == code)
    named = next((heads.categories for heads in demo.heads if heads.level == level), ())
    return named or tuple(pack.programme.categories)


def starter_role(pack: Pack) -> str:
    """Return the role that begins a nomination for a workplace."""
    return next(start.roles[0] for start in pack.programme.starts if start.source == "unit")


def list_log_ins(pack: Pack) -> list[LogIn]:
    """Return the accounts one a role, in the order of the chain."""
    names = {unit.code: unit.name for unit in pack.units}
    roles = pack.programme.roles
    return [
        LogIn(
            login=account.login,
            name=account.name,
            role=roles[account.role].name if account.role in roles else account.role,
            unit=names[account.unit],
        )
        for account in read_demo(pack.demo).accounts
    ]


def list_shown(ctx: Context) -> list[LogIn]:
    """Return who may log in to the demonstration that was set up: it is the first round of its database."""
    first = select(Round.programme).where(Round.demonstration).order_by(Round.id).limit(1)
    key = ctx.session.scalar(first)
    return list_log_ins(wiring.get_pack(ctx, key)) if key else []


def create_accounts(ctx: Context, demo: Demo, units: dict[str, Unit]) -> None:
    """Create every account, with one password for all, and say whom the public turns to.

    A unit of which demo.toml says nothing is given what is made up, so that it may publish.
    """
    for unit in units.values():
        unit.contact = unit.contact or made_up.contact_of(unit.code)
    for contact in demo.contacts:
        said = {"phone": contact.phone, "email": contact.email, "address": contact.address}
        units[contact.unit].contact = said
    hashed = logins.hash_password(PASSWORD)
    taken: set[tuple[str, str]] = set()
    for account in demo.accounts:
        place = units[account.at or account.unit]
        _create(ctx, hashed, account.login, account.name, account.role, units[account.unit], place)
        taken.add((account.role, account.unit))
    for staff in demo.staff:
        for unit in units.values():
            if unit.level == staff.level and (staff.role, unit.code) not in taken:
                login = staff.login.format(code=unit.code)
                _create(ctx, hashed, login, staff.name.format(name=unit.name), staff.role, unit, unit)


def _create(ctx: Context, hashed: str, login: str, name: str, role: str, unit: Unit, place: Unit) -> None:
    user = User(
        login=login,
        name=name,
        password_hash=hashed,
        email=f"{login}@example.invalid",
        unit_id=unit.id,
        created_at=ctx.now,
    )
    ctx.session.add(user)
    ctx.session.flush()
    people.grant(ctx, user, role, place)


def _nominate(
    ctx: Context,
    pack: Pack,
    entry: Round,
    unit: Unit,
    category: str,
    person: Person,
    group: WaitingNominations,
) -> None:
    """Start a nomination and carry it, as those whose turn it is, to the step it is to wait at."""
    starter = _holder(ctx, f"{starter_role(pack)}@{unit.code}")
    nomination = starting.start(
        replace(ctx, actor=starter), entry, unit=unit, category=category, source="unit", name=person.name
    )
    known = {**made_up.answer_as(person, category, unit.name), **read_demo(pack.demo).answers}
    for task in _until(ctx, nomination, group.waits_at):
        acting = replace(ctx, actor=_who(ctx, task))
        _attach(acting, pack, nomination, task)
        outcome = deployments.outcomes_of(_properties(ctx, task)["outcomes"])[0][0]
        if outcome in intake.split(_properties(ctx, task).get("clearance", "")):
            clear_files(acting, task)
        with naming_the_step(task):
            told = known | made_up.explain(asked=nomination.asks_reason)
            user_tasks.complete(acting, task.id, outcome, _answers(ctx, task, told))
    _draft(ctx, pack, nomination, known)


def _draft(ctx: Context, pack: Pack, nomination: Nomination, known: dict[str, object]) -> None:
    """Leave a form that is still to be filled in complete, with its photos: it only has to be submitted."""
    for task in _open_tasks(ctx, nomination):
        if _properties(ctx, task).get("record") == "nomination":
            acting = replace(ctx, actor=_who(ctx, task))
            _attach(acting, pack, nomination, task)
            user_tasks.save_draft(acting, task.id, _answers(ctx, task, known))


def _open_tasks(ctx: Context, nomination: Nomination) -> list[UserTask]:
    query = select(UserTask).where(
        UserTask.instance_id == nomination.instance_id, UserTask.status == TaskStatus.OPEN
    )
    return list(ctx.session.scalars(query.order_by(UserTask.id)))


def clear_files(acting: Context, task: UserTask) -> None:
    """Somebody of the unit declares the files, and the reviewer whose turn it is ticks them."""
    nomination = nominations.of_instance(acting, task.instance)
    assert nomination is not None
    declaring = replace(acting, actor=find_declarer(acting, nomination))
    for entry in clearances.list_of(acting, nomination):
        if not entry.is_cleared:
            clearances.declare(declaring, nomination, entry.file.id)
            clearances.clear(acting, nomination, entry.file.id, "逐页看过")


def find_declarer(acting: Context, nomination: Nomination) -> Actor:
    """Return who declares the files: whoever began, or somebody else of the unit if he is the nominee."""
    roles = wiring.pack_of(acting, nomination.round).programme.roles
    groups = [f"{key}@{nomination.unit.code}" for key, role in roles.items() if "unit" in role.scopes]
    of_unit = [user.id for user in notifications.list_holders(acting, groups)]
    for user_id in dict.fromkeys([nomination.created_by_id, *of_unit]):
        if user_id is None or user_id == acting.actor.user_id:
            continue
        actor = actors.actor_of(acting, acting.session.get_one(User, user_id))
        if clearances.may_declare(replace(acting, actor=actor), nomination):
            return actor
    raise LookupError(f"nobody of {nomination.unit.code} may declare")


def _until(ctx: Context, nomination: Nomination, element_id: str) -> Iterator[UserTask]:
    while True:
        opened = _open_tasks(ctx, nomination)
        if not opened or element_id in {task.element_id for task in opened}:
            return
        yield opened[0]


def _who(ctx: Context, task: UserTask) -> Actor:
    users = notifications.list_responsible(ctx, task)
    return actors.actor_of(ctx, users[-1])


def _holder(ctx: Context, group: str) -> Actor:
    return actors.actor_of(ctx, notifications.list_holders(ctx, [group])[0])


def _properties(ctx: Context, task: UserTask) -> dict[str, str]:
    return dict(deployments.get_element(ctx, task.instance, task.element_id).properties)


def _answers(ctx: Context, task: UserTask, known: dict[str, object]) -> dict[str, object]:
    if task.form_id is None:
        return {}
    return made_up.answer(task_forms.get_form(ctx, task), known)


def _attach(ctx: Context, pack: Pack, nomination: Nomination, task: UserTask) -> None:
    if _properties(ctx, task).get("record") != "nomination":
        return
    for slot in pack.programme.slots.values():
        suffix, data = made_up.file_for(slot.types)
        for number in range(slot.least):
            attachments.add(ctx, nomination, slot.key, f"{slot.name}{number + 1}.{suffix}", data)


def attach_task_files(ctx: Context, task: UserTask) -> None:
    """Hand in made-up files for what a step of the round asks for and has not got yet."""
    slots = task_files.slots_of(ctx, task)
    there = [file.slot for file in task_files.list_of(ctx, task)] if slots else []
    for slot in slots.values():
        suffix, data = made_up.file_for(slot.types)
        for number in range(there.count(slot.key), slot.least):
            checked = attachments.check(slot, f"{slot.name}{number + 1}.{suffix}", data)
            task_files.keep(ctx, task.id, slot.key, checked)
