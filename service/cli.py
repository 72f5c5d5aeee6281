"""The command line: serve, work, rehearse, check and look after an installation."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from service import schema
from service.config import Settings
from service.db import NotReady, is_unavailable
from service.errors import ServiceError
from service.gate import settle_field_key
from service.logs import set_up_logs
from service.programmes import wiring
from service.programmes.demo import demonstration, welcome
from service.programmes.demo.demo_file import read_demo
from service.programmes.diagram import completeness
from service.programmes.pack import new_pack
from service.programmes.pack.packs import Pack, load_all, load_pack, pick
from service.programmes.pack.rule_list import write_table
from service.programmes.round import rounds
from service.rehearsal.rehearse import rehearse as rehearse_round
from service.rehearsal.scenario.library import find_problems
from service.rehearsal.scenario.play import play_all
from service.scheduler import file_sweep
from service.scheduler.demonstration_clock import DemonstrationClock
from service.scheduler.worker import run_worker
from service.server import serve as serve_web
from service.wire import Service, wire
from service.workflow import history
from service.workflow.person import logins, people

LEFTOVER_LENGTH = 80  #: characters of a line that is left to be rewritten
DEMONSTRATED = "changzhou-good-youth"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """选树: award and selection programmes as BPMN. Settings come from XUANSHU_… (see docs/operating)."""


@cli.command()
def serve() -> None:
    """Serve the pages and the API, with the scheduler inside unless XUANSHU_SCHEDULER=0.

    While the database is away every page answers 503, and /healthz says why.
    """
    settings = _settings()
    _refuse_unready(wire(settings))
    serve_web(lambda: wire(settings))


@cli.command()
def worker() -> None:
    """Run the scheduler as a process of its own; any number may run. It waits for a database that is away."""
    settings = _settings()
    service = wire(settings)
    _refuse_unready(service)
    run_worker(service.wiring, threading.Event(), settings.tick_seconds)


@cli.command()
@click.option("--revision", default="head", show_default=True)
def migrate(revision: str) -> None:
    """Bring the database's tables up to date."""
    settings = _settings()
    engine = wire(settings).engine
    schema.upgrade(engine, revision)
    settle_field_key(settings, engine)
    click.echo(f"the tables are at {revision}")


@cli.command()
@click.argument("programme", default=DEMONSTRATED)
@click.option("--only-set-up", is_flag=True, help="Set the demonstration up and do not serve it.")
def demonstrate(programme: str, only_set_up: bool) -> None:
    """Set up a demonstration round of a programme on a movable clock and serve it on loopback.

    Every programme has a demonstration of its own, on its own clock; changzhou-good-youth when none is named.
    """
    base = _settings()
    pack = pick(load_all(base.processes_dir, base.forms_dir), programme)
    settings = replace(base, demonstration=True, data_dir=base.data_dir / "demonstration" / programme)
    service = wire(settings)
    schema.upgrade(service.engine)
    click.echo(_set_up_demonstration(service, pack))
    service.engine.dispose()
    if not only_set_up:
        serve_web(lambda: wire(settings))


@cli.command("new-programme")
@click.argument("key")
@click.option("--like", required=True, help="The programme it is most like; its folders are copied.")
def new_programme(key: str, like: str) -> None:
    """Begin a programme: copy another's two folders under a key of its own, and say what is left to write."""
    settings = _settings()
    other = load_pack(settings.processes_dir, settings.forms_dir, like)
    leftovers = new_pack.begin(settings.processes_dir, settings.forms_dir, key, other)
    click.echo(f"已建 {settings.processes_dir / key} 和 {settings.forms_dir / key}。")
    click.echo(f"还有 {len(leftovers)} 行说的是“{other.programme.title}”，请对照通知改写：")
    for leftover in leftovers:
        click.echo(f"  {leftover.file}:{leftover.line}: {leftover.text[:LEFTOVER_LENGTH]}")
    click.echo(f"改法见 processes/README.md；随时用 xuanshu check {key} 检查。")


@cli.command()
@click.argument("programme", required=False)
def check(programme: str | None) -> None:
    """Check one programme pack or every one: files, diagram, forms, roles, topics, dates and scenarios."""
    settings = _settings()
    if programme:
        packs = {programme: load_pack(settings.processes_dir, settings.forms_dir, programme)}
    else:
        packs = load_all(settings.processes_dir, settings.forms_dir)
    errors = 0
    for key, pack in packs.items():
        problems = completeness.check(pack)
        errors += sum(problem.severity == "error" for problem in problems)
        for problem in problems:
            where = f" {problem.element_id}" if problem.element_id else ""
            click.echo(f"{key}{where}: {problem.severity}: {problem.message} {problem.fix}")
        wrong_scenarios = list(find_problems(settings.processes_dir, key))
        errors += len(wrong_scenarios)
        for sentence in wrong_scenarios:
            click.echo(f"{key} scenarios: error: {sentence}")
        if not problems and not wrong_scenarios:
            click.echo(f"{key}: 没有问题")
    if errors:
        sys.exit(1)


@cli.command("rules")
@click.argument("programme")
def list_rules(programme: str) -> None:
    """List every rule of a programme: where it is checked, what it does, and its words."""
    settings = _settings()
    click.echo(write_table(load_pack(settings.processes_dir, settings.forms_dir, programme)))


@cli.command()
@click.argument("programme")
@click.option("--nominations", default=660, show_default=True, help="How many are put forward.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes up the same people.")
@click.option(
    "--scenario", help="Play this story of processes/PROGRAMME/scenarios instead; all for every one."
)
def rehearse(programme: str, nominations: int, seed: int, scenario: str | None) -> None:
    """Run a whole round on a moving clock against a scratch database, with made-up people.

    With --scenario, play one of the programme's stories instead and print its steps as they happen.
    Exits with 1 where anything is left open, or a step or an expectation fails.
    """
    if scenario is not None:
        _play_scenarios(programme, scenario)
        return
    report = rehearse_round(_settings(), programme, number=nominations, seed=seed)
    for line in report.lines():
        click.echo(line)
    if report.problems:
        sys.exit(1)


def _play_scenarios(programme: str, wanted: str) -> None:
    played = play_all(_settings(), programme, wanted, click.echo)
    failed = [transcript.scenario.name for transcript in played if transcript.problems]
    if failed:
        click.echo(f"没有如所期：{'、'.join(failed)}", err=True)
        sys.exit(1)


@cli.group()
def audit() -> None:
    """Look after the history."""


@audit.command()
def verify() -> None:
    """Check every hash chain of the history; exits with 1 where one does not hold."""
    with wire(_settings()).wiring.reading() as ctx:
        breaks = list(history.verify(ctx.session))
    for broken in breaks:
        click.echo(f"{broken.stream} {broken.seq}: {broken.reason}")
    if breaks:
        sys.exit(1)
    click.echo("every chain holds")


@cli.command("sweep-files")
def sweep_files() -> None:
    """Delete the stored files that nothing names any more, as the scheduler does once a day."""
    done = file_sweep.run_once(wire(_settings()).wiring)
    click.echo(f"deleted {done.total()} files")


@cli.command("load-units")
@click.argument("programme")
def load_units(programme: str) -> None:
    """Load the units of a programme, so that accounts can be created before its first round."""
    service = wire(_settings())
    with service.wiring.transaction() as ctx:
        pack = wiring.get_pack(ctx, programme)
        demonstration.load_units(ctx, pack.units)
        click.echo(f"loaded {len(pack.units)} units of {programme}")


@cli.command("open-round")
@click.argument("programme")
@click.option("--label", help="What the round is called; the year when left out.")
@click.option("--year", type=int, help="The year its dates are meant in; the notice's when left out.")
def open_round(programme: str, label: str | None, year: int | None) -> None:
    """Open a round of a programme, loading its units first."""
    service = wire(_settings())
    with service.wiring.transaction() as ctx:
        pack = wiring.get_pack(ctx, programme)
        demonstration.load_units(ctx, pack.units)
        entry = rounds.open_by_hand(ctx, pack, label=label, year=year)
        click.echo(f"opened round {entry.id}: {entry.title} {entry.label}")


@cli.command("create-user")
@click.argument("login")
@click.argument("name")
@click.argument("unit")
@click.option("--role", "roles", multiple=True, help="A role the person holds at the unit; may be repeated.")
@click.password_option()
def create_user(login: str, name: str, unit: str, roles: tuple[str, ...], password: str) -> None:
    """Create an account, such as the first administrator's."""
    service = wire(_settings())
    with service.wiring.transaction() as ctx:
        place = rounds.get_unit(ctx, unit)
        user = logins.create_user(ctx, login=login, name=name, password=password, unit=place)
        for role in roles:
            people.grant(ctx, user, role, place)
    click.echo(f"created {login}")


def main() -> None:
    """Run the command line; what a person can be told ends in one line, not in a traceback.

    Exit codes: 1 where something was found wrong, 2 where the command was refused, 3 where the
    database does not answer.
    """
    try:
        set_up_logs(Settings.from_env(os.environ).log_level)
        cli()
    except (ServiceError, NotReady) as error:
        _give_up(str(error), 2)
    except DBAPIError as error:
        if not is_unavailable(error):
            raise
        _give_up(f"the database does not answer: {str(error.orig).splitlines()[0]}", 3)


def _give_up(sentence: str, code: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)


def _settings() -> Settings:
    return Settings.from_env(os.environ)


def _refuse_unready(service: Service) -> None:
    """Stop where only a person can help; a database that is away is waited for."""
    try:
        service.wiring.gate()
    except NotReady:
        raise
    except Exception as error:
        if not is_unavailable(error):
            raise
    service.engine.dispose()


def _set_up_demonstration(service: Service, pack: Pack) -> str:
    """Set a demonstration up where there is none, and return what to say of it."""
    clock = service.wiring.clock
    assert isinstance(clock, DemonstrationClock)
    clock.set_up(read_demo(pack.demo).start)
    with service.wiring.transaction() as ctx:
        if not rounds.list_all(ctx):
            demonstration.set_up(ctx, pack)
        said = welcome.describe(ctx, pack)
    settings = service.settings
    head = ["", f"选树演示：{pack.programme.title}  http://{settings.host}:{settings.port}", ""]
    foot = [f"演示数据在 {settings.data_dir}，删除它即重新开始。按 Ctrl+C 停止。", ""]
    return "\n".join("  " + line if line else "" for line in [*head, *said, *foot])


if __name__ == "__main__":
    main()
