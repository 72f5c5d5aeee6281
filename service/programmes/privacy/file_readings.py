"""What the scanner finds in the contents of uploaded files, for whoever clears them (脱密, 002-C)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select

from service.documents.file_text import FileText, read_text
from service.errors import Conflict, NotFound
from service.models import Attachment, FileReading, Nomination, ReadStatus
from service.programmes import wiring
from service.programmes.privacy.scanner import scan
from service.workflow.context import Context

#: findings of one file that are kept; more say nothing new
MOST_HITS = 50


def of_files(ctx: Context, files: Iterable[Attachment]) -> Mapping[int, FileReading]:
    """Return the readings of files by their ids, in one statement; pictures have none."""
    query = select(FileReading).where(FileReading.attachment_id.in_([file.id for file in files]))
    return {reading.attachment_id: reading for reading in ctx.session.scalars(query)}


def needs_person(reading: FileReading | None) -> bool:
    """Say whether something was found or left unread, so that ticking alone is not enough."""
    return reading is not None and (reading.status != ReadStatus.READ or bool(hits_of(reading)))


def hits_of(reading: FileReading) -> list[dict[str, str]]:
    """Return what was found in a file: kind and excerpt of each."""
    return list((reading.found or {}).get("hits", ()))


def list_pending(ctx: Context, limit: int) -> list[int]:
    """Return the ids of files whose contents nobody has read yet, oldest first."""
    query = select(FileReading.attachment_id).where(FileReading.status == ReadStatus.PENDING)
    return list(ctx.session.scalars(query.order_by(FileReading.attachment_id).limit(limit)))


def read(ctx: Context, attachment_id: int) -> FileText | None:
    """Read a pending file's contents; None if it is gone. Slow: call it in no transaction that writes."""
    file = ctx.session.get(Attachment, attachment_id)
    if file is None:
        return None
    try:
        data = wiring.storage_of(ctx).read(file.sha256)
    except NotFound:
        return FileText(text="", problem="damaged")
    return _read_once(_Stored(file.sha256, file.content_type, data))


def keep(ctx: Context, attachment_id: int, found: FileText) -> None:
    """Keep what was found in a file's text, not the text. A file read meanwhile stays as it is."""
    reading = ctx.session.get(FileReading, attachment_id, with_for_update=True)
    if reading is None or reading.status != ReadStatus.PENDING:
        return
    file = ctx.session.get_one(Attachment, attachment_id)
    nomination = ctx.session.get_one(Nomination, file.nomination_id)
    words = wiring.pack_of(ctx, nomination.round).programme.sensitive_words
    hits = scan(found.text, words)[:MOST_HITS]
    reading.found = {"hits": [{"kind": hit.kind, "excerpt": hit.excerpt} for hit in hits]}
    reading.problem = found.problem
    reading.status = _status_of(found)
    reading.read_at = ctx.now


def require_read(ctx: Context, file: Attachment) -> FileReading | None:
    """Return a file's reading, None for a picture; Conflict while the scheduler has not read it yet."""
    reading = ctx.session.get(FileReading, file.id)
    if reading is not None and reading.status == ReadStatus.PENDING:
        raise Conflict("系统正在读取这个文件的内容，一般一分钟之内读完，读完后才能审查。请稍候再勾选。")
    return reading


@dataclass(frozen=True)
class _Stored:
    sha256: str
    content_type: str
    data: bytes = field(compare=False, repr=False)


@lru_cache(maxsize=2)
def _read_once(stored: _Stored) -> FileText:
    """Equal files one after the other, such as one paper handed in for many, are read once."""
    return read_text(stored.data, stored.content_type)


def _status_of(found: FileText) -> ReadStatus:
    if not found.problem:
        return ReadStatus.READ
    return ReadStatus.PARTLY if found.text.strip() else ReadStatus.UNREADABLE
