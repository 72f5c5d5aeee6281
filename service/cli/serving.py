"""Commands that run until they are stopped: the web, the scheduler, a demonstration."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import click

from service import schema
from service.cli.settings import read_settings
from service.db import NotReady, is_unavailable
from service.programmes.demo import demonstration, welcome
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack, load_all, pick
from service.programmes.round import rounds
from service.scheduler.demonstration_clock import DemonstrationClock
from service.scheduler.worker import run_worker
from service.server import serve as serve_web
from service.wire import Runtime, wire

DEMONSTRATED = "changzhou-good-youth"


@click.command()
def serve() -> None:
    """Serve the pages and the API, with the scheduler inside unless XUANSHU_SCHEDULER=0.

    While the database is away every page answers 503, and /healthz says why.
    """
    settings = read_settings()
    _refuse_unready(wire(settings))
    serve_web(lambda: wire(settings))


@click.command()
def worker() -> None:
    """Run the scheduler as a process of its own; any number may run. It waits for a database that is away."""
    settings = read_settings()
    runtime = wire(settings)
    _refuse_unready(runtime)
    run_worker(runtime.wiring, threading.Event(), settings.tick_seconds)


@click.command()
@click.argument("programme", default=DEMONSTRATED)
@click.option("--only-set-up", is_flag=True, help="Set the demonstration up and do not serve it.")
def demonstrate(programme: str, only_set_up: bool) -> None:
    """Set up a demonstration round of a programme on a movable clock and serve it on loopback.

    Every programme has a demonstration of its own, on its own clock; changzhou-good-youth when none is named.
    It lives in the data directory's folder demonstration and sends nothing out, whatever else is set.
    """
    base = read_settings()
    pack = pick(load_all(base.processes_dir, base.forms_dir), programme)
    settings = base.for_demonstration(programme)
    runtime = wire(settings)
    schema.upgrade(runtime.engine)
    click.echo(_set_up_demonstration(runtime, pack, base.list_unheeded(settings)))
    runtime.engine.dispose()
    if not only_set_up:
        serve_web(lambda: wire(settings))


def _set_up_demonstration(runtime: Runtime, pack: Pack, unheeded: Sequence[str]) -> str:
    """Set a demonstration up where there is none, and return what to say of it."""
    clock = runtime.wiring.clock
    assert isinstance(clock, DemonstrationClock)
    clock.set_up(read_demo(pack.demo).start)
    with runtime.wiring.transaction() as ctx:
        if not rounds.list_all(ctx):
            demonstration.set_up(ctx, pack)
        said = welcome.describe(ctx, pack)
    settings = runtime.settings
    head = ["", f"选树演示：{pack.programme.title}  {settings.public_url}", ""]
    if unheeded:
        head += [f"演示只用自己的数据库和密钥，不向外发送，未采用 {'、'.join(unheeded)}。", ""]
    foot = [f"演示数据在 {settings.data_dir}，删除它即重新开始。按 Ctrl+C 停止。", ""]
    return "\n".join("  " + line if line else "" for line in [*head, *said, *foot])


def _refuse_unready(runtime: Runtime) -> None:
    """Stop where only a person can help; a database that is away is waited for."""
    try:
        runtime.wiring.gate()
    except NotReady:
        raise
    except Exception as error:
        if not is_unavailable(error):
            raise
    runtime.engine.dispose()
