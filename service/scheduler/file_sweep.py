"""The duty of deleting stored files that nothing names any more: of attachments taken out, of failed uploads.

The rows are asked first and the bytes go after. While the database does not answer nothing is deleted.
"""

from __future__ import annotations

import logging

from service.programmes import wiring as programmes
from service.programmes.removal import stored_files
from service.scheduler.wiring import Done, Wiring

log = logging.getLogger(__name__)


def run_once(wiring: Wiring) -> Done:
    """Look through all stored files once, and delete those nobody names and nobody handed in of late.

    A file handed in while this runs is safe: the storage lets nobody write between its last look at a
    file's time and the deletion.
    """
    with wiring.reading() as ctx:
        storage, before = programmes.storage_of(ctx), ctx.now - stored_files.UNTOUCHED
        if not stored_files.may_sweep(ctx):
            return Done()
    removed = storage.clear_unfinished(before)
    for hashes in storage.list_old(before):
        with wiring.reading() as ctx:
            unnamed = stored_files.list_unnamed(ctx, hashes)
        removed += sum(storage.remove(sha256, before) for sha256 in unnamed)
    if not removed:
        return Done()
    with wiring.transaction() as ctx:
        stored_files.note_swept(ctx, removed)
    log.info("deleted %s stored files that nothing named", removed)
    return Done({"删除无人引用的文件": removed})
