"""The command line: serve, work, rehearse, check and look after an installation."""

from __future__ import annotations

import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from service.cli.lazy_group import LazyGroup
from service.cli.settings import read_settings
from service.db import NotReady, is_unavailable
from service.errors import ServiceError
from service.logs import set_up_logs

_MODULES = {
    "service.cli.serving": ("serve", "worker", "demonstrate"),
    "service.cli.packs": ("new-programme", "check", "rules"),
    "service.cli.rehearsing": ("rehearse",),
    "service.cli.upkeep": (
        "migrate", "audit", "sweep-files", "load-units", "open-round", "create-user",
    ),
}  # fmt: skip


@click.group(
    cls=LazyGroup,
    modules={name: module for module, names in _MODULES.items() for name in names},
    context_settings={"help_option_names": ["-h", "--help"]},
)
def cli() -> None:
    """选树: award and selection programmes as BPMN. Settings come from XUANSHU_… (see docs/operating)."""


def main() -> None:
    """Run the command line; what a person can be told ends in one line, not in a traceback.

    Exit codes: 1 where something was found wrong, 2 where the command was refused, 3 where the
    database does not answer.
    """
    try:
        set_up_logs(read_settings().log_level)
        cli()
    except ServiceError as error:
        _give_up(_say(error), 2)
    except NotReady as error:
        _give_up(str(error), 2)
    except DBAPIError as error:
        if not is_unavailable(error):
            raise
        _give_up(f"the database does not answer: {str(error.orig).splitlines()[0]}", 3)


def _say(error: ServiceError) -> str:
    """Return the sentence of an error with what it says of single arguments besides."""
    besides = {name: said for name, said in error.fields.items() if said not in error.message}
    return error.message + "；".join(f"{name}：{said}" for name, said in besides.items())


def _give_up(sentence: str, code: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)
