"""The command that lives a round through with made-up people."""

from __future__ import annotations

import sys

import click

from service.cli.settings import read_settings
from service.rehearsal.rehearse import USUAL
from service.rehearsal.rehearse import rehearse as rehearse_round


@click.command()
@click.argument("programme")
@click.option(
    "--nominations",
    type=click.IntRange(min=1),
    help=f"How many are put forward, no more than there are places; {USUAL} or what fits when left out.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed makes up the same people.")
@click.option(
    "--scenario", help="Play this story of processes/PROGRAMME/scenarios instead; all for every one."
)
def rehearse(programme: str, nominations: int | None, seed: int, scenario: str | None) -> None:
    """Run a whole round on a moving clock against a scratch database, with made-up people.

    With --scenario, play one of the programme's stories instead and print its steps as they happen.
    Exits with 1 where anything is left open, or a step or an expectation fails.
    """
    if scenario is not None:
        _play_scenarios(programme, scenario)
        return
    report = rehearse_round(read_settings(), programme, number=nominations, seed=seed)
    for line in report.lines():
        click.echo(line)
    if report.problems:
        sys.exit(1)


def _play_scenarios(programme: str, wanted: str) -> None:
    # a story speaks with the words of the pages: they are not loaded to live a round through
    from service.rehearsal.scenario.play import play_all  # noqa: PLC0415

    played = play_all(read_settings(), programme, wanted, click.echo)
    failed = [transcript.scenario.name for transcript in played if transcript.problems]
    if failed:
        click.echo(f"没有如所期：{'、'.join(failed)}", err=True)
        sys.exit(1)
