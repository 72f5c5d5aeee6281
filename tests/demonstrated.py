"""A demonstration of a shipped programme, with which the tests of the API and of the pages begin."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from service.programmes import wiring
from service.programmes.demo import demonstration
from service.schema import upgrade
from service.wire import Runtime


def set_up(service: Runtime, programme: str) -> None:
    """Create the tables and begin the demonstration."""
    upgrade(service.engine)
    with service.wiring.transaction() as ctx:
        demonstration.set_up(ctx, wiring.get_pack(ctx, programme))


def keep_database(service: Runtime, kept: Path) -> Callable[[], None]:
    """Copy the SQLite database; what is returned puts it back as it is now."""
    database = service.settings.data_dir / "xuanshu.db"
    service.engine.dispose()
    shutil.copyfile(database, kept)

    def restore() -> None:
        service.engine.dispose()
        for name in ("xuanshu.db-wal", "xuanshu.db-shm"):
            (service.settings.data_dir / name).unlink(missing_ok=True)
        shutil.copyfile(kept, database)

    return restore
