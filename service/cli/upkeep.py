"""Commands for who looks after an installation: its tables, history, files, units, rounds and accounts."""

from __future__ import annotations

import sys

import click

from service import schema
from service.cli.settings import read_settings
from service.gate import settle_field_key
from service.programmes import wiring
from service.programmes.account import accounts, pack_units
from service.programmes.round import rounds
from service.scheduler import file_sweep
from service.wire import wire
from service.workflow import history
from service.workflow.person import people


@click.command()
@click.option("--revision", default="head", show_default=True)
def migrate(revision: str) -> None:
    """Bring the database's tables up to date."""
    settings = read_settings()
    engine = wire(settings).engine
    schema.upgrade(engine, revision)
    settle_field_key(settings, engine)
    click.echo(f"the tables are at {revision}")


@click.group()
def audit() -> None:
    """Look after the history."""


@audit.command()
def verify() -> None:
    """Check every hash chain of the history; exits with 1 where one does not hold."""
    with wire(read_settings()).wiring.reading() as ctx:
        breaks = list(history.verify(ctx.session))
    for broken in breaks:
        click.echo(f"{broken.stream} {broken.seq}: {broken.reason}")
    if breaks:
        sys.exit(1)
    click.echo("every chain holds")


@click.command("sweep-files")
def sweep_files() -> None:
    """Delete the stored files that nothing names any more, as the scheduler does once a day."""
    done = file_sweep.run_once(wire(read_settings()).wiring)
    click.echo(f"deleted {done.total()} files")


@click.command("load-units")
@click.argument("programme")
def load_units(programme: str) -> None:
    """Load the units of a programme, so that accounts can be created before its first round."""
    runtime = wire(read_settings())
    with runtime.wiring.transaction() as ctx:
        pack = wiring.get_pack(ctx, programme)
        pack_units.load(ctx, pack.units)
        click.echo(f"loaded {len(pack.units)} units of {programme}")


@click.command("open-round")
@click.argument("programme")
@click.option("--label", help="What the round is called; the year when left out.")
@click.option("--year", type=int, help="The year its dates are meant in; the notice's when left out.")
def open_round(programme: str, label: str | None, year: int | None) -> None:
    """Open a round of a programme, loading its units first."""
    runtime = wire(read_settings())
    with runtime.wiring.transaction() as ctx:
        pack = wiring.get_pack(ctx, programme)
        pack_units.load(ctx, pack.units)
        entry = rounds.open_by_hand(ctx, pack, label=label, year=year)
        click.echo(f"opened round {entry.id}: {entry.title} {entry.label}")


@click.command("create-user")
@click.argument("login")
@click.argument("name")
@click.argument("unit")
@click.option("--role", "roles", multiple=True, help="A role the person holds at the unit; may be repeated.")
@click.password_option()
def create_user(login: str, name: str, unit: str, roles: tuple[str, ...], password: str) -> None:
    """Create an account, such as the first administrator's."""
    runtime = wire(read_settings())
    with runtime.wiring.transaction() as ctx:
        accounts.require_roles(ctx, roles)
        place = rounds.get_unit(ctx, unit)
        user = accounts.create_with_password(ctx, login=login, name=name, unit=place, password=password)
        for role in dict.fromkeys(roles):
            people.grant(ctx, user, role, place)
    click.echo(f"created {login}")
