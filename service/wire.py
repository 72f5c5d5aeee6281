"""The composition root: settings in, a wired service out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from service.clock import Clock, wall_clock
from service.config import Settings
from service.connectors.channels import open_channels
from service.connectors.keys import Keys, read_or_make_keys
from service.connectors.storage import Storage
from service.db import create_engine, create_session_factory
from service.models.crypto import Keyring, use_keyring
from service.programmes.domain import Programmes
from service.programmes.pack.packs import load_all
from service.scheduler.demonstration_clock import DemonstrationClock
from service.scheduler.wiring import Wiring
from service.workflow.context import House
from service.workflow.jobs import RemoteTopic

#: topics worked outside the step's transaction, by name; a connector adds its own here
REMOTE_TOPICS: Mapping[str, RemoteTopic] = {}


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything a process of the service needs, wired once."""

    settings: Settings
    keys: Keys
    engine: Engine
    wiring: Wiring


def wire(settings: Settings, *, clock: Clock | None = None, durable: bool = True) -> Service:
    """Wire a service from its settings: keys, database, packs, channels and clock.

    A demonstration lives on its own movable clock, kept in its database; a real service on the wall's.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    keys = read_or_make_keys(settings)
    use_keyring(Keyring(keys.field_key, settings.crypto_suite))
    engine = create_engine(settings.url, durable=durable)
    session_factory = create_session_factory(engine)
    channels = open_channels(settings)
    domain = Programmes(load_all(settings.processes_dir, settings.forms_dir), Storage(settings.data_dir))
    house = House(domain=domain, channels=frozenset(channels), public_url=settings.public_url)
    if clock is None:
        clock = DemonstrationClock(session_factory) if settings.demonstration else wall_clock
    wiring = Wiring(
        session_factory=session_factory, clock=clock, house=house, remote=REMOTE_TOPICS, channels=channels
    )
    return Service(settings=settings, keys=keys, engine=engine, wiring=wiring)
