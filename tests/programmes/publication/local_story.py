"""The round of the fourth programme (tests/packs/fourth), in which units publish before they pass on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from service.clock import MovableClock
from service.config import Settings
from service.models import Nomination, Notice, User
from service.programmes import wiring
from service.programmes.publication import local_notices
from service.rehearsal.scenario import library
from service.rehearsal.scenario.play import LONG_AGO, play
from service.rehearsal.scenario.scene import bring_people
from service.schema import upgrade
from service.wire import Runtime, wire
from service.workflow.context import Context
from service.workflow.person import actors
from tests.packs.test_fourth import FOURTH, KEY

HEAD = """says: 逐级公示
begins: 2026-03-02 09:00
people:
  青苗伴读: {unit: donghu-1, category: 乡村教育}
  绿行行动: {unit: xigang-1, category: 生态环保}
story:
"""
#: both put forward, published by their units from 2 March
PUBLISHED = ["nominate: 青苗伴读", "nominate: 绿行行动", "carry: everybody"]


@dataclass
class LocalStory:
    """A service with the round opened, and what its people did so far."""

    service: Runtime
    clock: MovableClock
    folder: Path

    def tell(self, *steps: str) -> list[str]:
        """Play steps from the beginning; returns what did not go as it should."""
        file = self.folder / KEY / "scenarios" / "told.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEAD + "".join(f"  - {step}\n" for step in steps), "utf-8")
        told = library.load(self.folder, KEY, "told")
        return play(self.service.wiring, self.clock, told, KEY).problems

    @contextmanager
    def acting(self, login: str) -> Iterator[Context]:
        """Open a transaction in which somebody acts."""
        with self.service.wiring.transaction() as ctx:
            user = ctx.session.scalars(select(User).where(User.login == login)).one()
            yield replace(ctx, actor=actors.actor_of(ctx, user))


def open_story(folder: Path) -> Iterator[LocalStory]:
    """Wire a service of the fourth programme on a database of its own."""
    settings = Settings(
        data_dir=folder / "data",
        processes_dir=FOURTH / "processes",
        forms_dir=FOURTH / "forms",
        scheduler=False,
    )
    clock = MovableClock(LONG_AGO)
    service = wire(settings, clock=clock, durable=False)
    upgrade(service.engine)
    with service.wiring.reading() as ctx:
        pack = wiring.get_pack(ctx, KEY)
    bring_people(service.wiring, pack)
    yield LocalStory(service=service, clock=clock, folder=folder / "told")
    service.engine.dispose()


def notice_of(ctx: Context, name: str) -> Notice:
    """Return the newest notice about somebody."""
    nomination = nomination_of(ctx, name)
    notice = local_notices.find_newest(ctx, nomination)
    assert notice is not None
    return notice


def nomination_of(ctx: Context, name: str) -> Nomination:
    """Return somebody's nomination."""
    return ctx.session.scalars(select(Nomination).where(Nomination.name == name)).one()
