"""The duty of reading uploaded files for what may not be published."""

from __future__ import annotations

from service.programmes.privacy import file_readings
from service.scheduler.wiring import Done, Wiring

#: files a turn, so that nothing else that is due waits long
BATCH = 5


def run_once(wiring: Wiring) -> Done:
    """Read the contents of a few files handed in since, each outside any transaction that writes."""
    done = Done()
    with wiring.reading() as ctx:
        pending = file_readings.list_pending(ctx, BATCH)
    for attachment_id in pending:
        with wiring.reading() as ctx:
            found = file_readings.read(ctx, attachment_id)
        if found is None:
            continue
        with wiring.transaction() as ctx:
            file_readings.keep(ctx, attachment_id, found)
        done["读取附件内容"] += 1
    return done
