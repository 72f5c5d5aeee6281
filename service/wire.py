"""The composition root: settings in, a runtime out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from service.clock import Clock, wall_clock
from service.config import BadSetting, Settings
from service.connectors.channels import open_channels
from service.connectors.keys import read_or_make_secret_key
from service.connectors.storage import Storage
from service.db import create_engine, create_session_factory, is_unavailable
from service.gate import Gate, RealDatabase, WrongFieldKey, recognise
from service.programmes.domain import Programmes
from service.programmes.pack.packs import load_all
from service.scheduler import calendar_watch, file_sweep, retention
from service.scheduler.demonstration_clock import DemonstrationClock
from service.scheduler.wiring import Wiring
from service.workflow.context import House
from service.workflow.job.jobs import RemoteTopic

#: topics worked outside the step's transaction, by name; a connector adds its own here
REMOTE_TOPICS: Mapping[str, RemoteTopic] = {}

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Everything a process of the service needs while it runs, wired once."""

    settings: Settings
    secret_key: str = field(repr=False)  #: signs session cookies
    engine: Engine
    wiring: Wiring


def wire(settings: Settings, *, clock: Clock | None = None, durable: bool = True) -> Runtime:
    """Wire a runtime from its settings: keys, database, packs, channels and clock.

    A demonstration lives on its own movable clock, kept in its database; a real service on the wall's.
    A database that does not answer yet is met at the gate, by whoever asks for a transaction; one that
    belongs to another field key, or to no demonstration where one is wired, stops the wiring.
    """
    secret_key = _open_data_dir(settings)
    engine = _open_database(settings, durable=durable)
    session_factory = create_session_factory(engine)
    channels = open_channels(settings)
    domain = Programmes(
        load_all(settings.processes_dir, settings.forms_dir),
        Storage(settings.data_dir),
        evidence_megabytes=settings.evidence_megabytes,
    )
    if clock is None:
        clock = DemonstrationClock(session_factory) if settings.demonstration else wall_clock
    wiring = Wiring(
        session_factory=session_factory,
        clock=clock,
        wall_clock=wall_clock if settings.demonstration else None,
        house=House(domain=domain, channels=frozenset(channels), public_url=settings.public_url),
        remote=REMOTE_TOPICS,
        channels=channels,
        hourly=(retention.run_once,),
        daily=(file_sweep.run_once, calendar_watch.run_once),
        gate=Gate(settings, engine),
    )
    return Runtime(settings=settings, secret_key=secret_key, engine=engine, wiring=wiring)


def _open_data_dir(settings: Settings) -> str:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return read_or_make_secret_key(settings)
    except OSError as error:
        raise BadSetting(f"XUANSHU_DATA_DIR must be a directory that can be written: {error}") from error


def _open_database(settings: Settings, *, durable: bool) -> Engine:
    try:
        engine = create_engine(settings.url, durable=durable)
    except (ArgumentError, ImportError, ValueError) as error:  # ImportError: another database's driver
        raise BadSetting("XUANSHU_DATABASE_URL is not the URL of an SQLite or PostgreSQL database") from error
    try:
        recognise(settings, engine)
    except Exception as error:
        if isinstance(error, RealDatabase | WrongFieldKey) or not is_unavailable(error):
            raise
        log.warning("the database does not answer yet: %s", str(error).splitlines()[0])
    return engine
