"""The duty of removing personal data whose time is over, a nomination a transaction, then its files."""

from __future__ import annotations

from service.programmes import wiring as programmes
from service.programmes.registration import purging
from service.programmes.removal import left_files, removals, retention, stored_files
from service.scheduler.wiring import Done, Wiring


def run_once(wiring: Wiring) -> Done:
    """Remove a batch of nominations' personal data, and delete a batch of files left from such.

    A file's bytes go first and its row after: killed in between, the row still says what to delete.
    """
    done = Done()
    with wiring.reading() as ctx:
        due, cases = retention.find_due(ctx), retention.find_due_cases(ctx)
        registered = purging.find_due(ctx)
    for nomination_id in due:
        with wiring.transaction() as ctx:
            if removals.purge(ctx, nomination_id):
                done["到期清除个人信息"] += 1
    for objection_id in cases:
        with wiring.transaction() as ctx:
            if removals.purge_case(ctx, objection_id):
                done["到期清除异议人信息"] += 1
    for registration_id in registered:
        with wiring.transaction() as ctx:
            if purging.purge(ctx, registration_id):
                done["到期清除自荐登记"] += 1
    done.update(_delete_files(wiring))
    return done


def _delete_files(wiring: Wiring) -> Done:
    with wiring.reading() as ctx:
        storage = programmes.storage_of(ctx)
        files = left_files.list_of_removed(ctx)
    for file in files:
        if not file.is_shared:
            # handed in again since: the upload may not have committed yet, so the daily sweep decides
            storage.remove(file.sha256, ctx.now - stored_files.UNTOUCHED)
        with wiring.transaction() as ctx:
            left_files.forget(ctx, file)
    return Done({"删除到期文件": len(files)} if files else {})
