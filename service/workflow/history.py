"""History: append-only, one hash chain a stream, so that a change to the past shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.models import HistoryEvent, Instance, Stream
from service.models.base import table_of
from service.pending_rows import add_row
from service.workflow.context import Context

_WRITE = insert(table_of(HistoryEvent))
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, kw_only=True)
class Break:
    """A place where a chain does not hold."""

    stream: str
    seq: int
    reason: str


def record(
    ctx: Context, instance: Instance, kind: str, /, *, element_id: str | None = None, **details: Any
) -> None:
    """Append an event to an instance's stream. The caller holds the instance's row."""
    instance.history_seq += 1
    instance.history_head = _append(
        ctx,
        stream=f"instance:{instance.id}",
        seq=instance.history_seq,
        head=instance.history_head,
        round_id=instance.round_id,
        instance_id=instance.id,
        kind=kind,
        element_id=element_id,
        details=details,
    )


def record_in(ctx: Context, name: str, kind: str, /, *, round_id: int | None = None, **details: Any) -> int:
    """Append an event to a stream that belongs to no instance, such as ``round:3``; its number there."""
    stream = ctx.session.get(Stream, name, with_for_update=True)
    if stream is None:
        stream = Stream(name=name, seq=0, head="")
        ctx.session.add(stream)
    stream.seq += 1
    stream.head = _append(
        ctx,
        stream=name,
        seq=stream.seq,
        head=stream.head,
        round_id=round_id,
        instance_id=None,
        kind=kind,
        element_id=None,
        details=details,
    )
    return stream.seq


def of_instance(ctx: Context, instance: Instance) -> list[HistoryEvent]:
    """Return an instance's events, oldest first."""
    ctx.session.flush()
    query = select(HistoryEvent).where(HistoryEvent.stream == f"instance:{instance.id}")
    return list(ctx.session.scalars(query.order_by(HistoryEvent.seq)))


def of_stream(ctx: Context, name: str) -> list[HistoryEvent]:
    """Return the events of a stream that belongs to no instance, oldest first."""
    ctx.session.flush()
    query = select(HistoryEvent).where(HistoryEvent.stream == name)
    return list(ctx.session.scalars(query.order_by(HistoryEvent.seq)))


def newest_of_stream(ctx: Context, name: str, *, limit: int) -> list[HistoryEvent]:
    """Return the last events of a stream that belongs to no instance, the newest first."""
    ctx.session.flush()
    query = select(HistoryEvent).where(HistoryEvent.stream == name)
    return list(ctx.session.scalars(query.order_by(HistoryEvent.seq.desc()).limit(limit)))


def verify(session: Session) -> Iterator[Break]:
    """Yield every break in every chain: a changed, missing or cut-off event."""
    session.flush()
    heads = {f"instance:{i}": (s, h) for i, s, h in session.execute(_instance_heads())}
    heads |= {name: (s, h) for name, s, h in session.execute(select(Stream.name, Stream.seq, Stream.head))}
    seen: dict[str, tuple[int, str]] = {}
    query = select(*HistoryEvent.__table__.c).order_by(HistoryEvent.stream, HistoryEvent.seq)
    for event in session.execute(query.execution_options(yield_per=1000)):
        seq, head = seen.get(event.stream, (0, ""))
        if event.seq != seq + 1:
            yield Break(stream=event.stream, seq=event.seq, reason=f"event {seq + 1} is missing")
        elif event.hash != _hash_of(head, event._asdict()):
            yield Break(stream=event.stream, seq=event.seq, reason="the event was changed")
        seen[event.stream] = (event.seq, event.hash)
    for stream, (seq, head) in sorted(heads.items()):
        if seen.get(stream, (0, "")) != (seq, head):
            yield Break(stream=stream, seq=seq, reason="the end of the chain was cut off or replaced")


def _instance_heads() -> Any:
    return select(Instance.id, Instance.history_seq, Instance.history_head)


def _append(ctx: Context, *, head: str, **columns: Any) -> str:
    event = {"at": ctx.now, "actor_id": ctx.actor.user_id, "actor_name": ctx.actor.name, **columns}
    event["hash"] = _hash_of(head, event)
    add_row(ctx.session, _WRITE, **event)
    return str(event["hash"])


def _hash_of(previous: str, event: Mapping[str, Any]) -> str:
    content = [
        event["stream"],
        event["seq"],
        _text(event["at"]),
        event["actor_id"],
        event["actor_name"],
        event["kind"],
        event["element_id"],
        event["details"],
    ]
    return hashlib.sha256((previous + _encode(content)).encode()).hexdigest()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
