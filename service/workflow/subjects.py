"""Processes that run once for each of many subjects: start events with the property ``subject``.

What the subjects are the domain knows (``subject=award`` in the programmes); here they are keys such as
``award:12``. A start event of that kind begins an instance for every subject: a plain one when the domain
says that there is a new subject, a signal or timer for all there are just then, a message for the one its
correlation key names. Each is first a pending start, a row: however many there are, they are written in
one statement, worked off one by one, and a service that is stopped goes on where it was.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Select, bindparam, insert, literal, select
from sqlalchemy import types as sql

from service.engine.records import ProcessInfo, Variables
from service.models import PendingStart, StartSubscription
from service.models.base import Moment
from service.pending_rows import asking_only
from service.workflow import memory
from service.workflow.context import Context

PROPERTY: Final = "subject"
#: the kind of a start event that waits for nothing but a new subject
PLAIN: Final = "none"
#: where a transaction remembers what begins with every new subject, by deployments' key and noun
KNOWN: Final = "plain_starts"
TIMER: Final = "timer"

_COLUMNS = (
    "deployment_id", "process_id", "element_id", "kind", "name", "correlation_key", "payload", "try_at",
    "attempts", "last_error", "subject", "round_id",
)  # fmt: skip
_PLAIN_STARTS = (
    select(StartSubscription)
    .where(
        StartSubscription.key == bindparam("of_key"),
        StartSubscription.kind == PLAIN,
        StartSubscription.subject == bindparam("noun"),
    )
    .order_by(StartSubscription.id)
)


def noun_of(process: ProcessInfo, element_id: str) -> str:
    """Return what a start event begins an instance for each of; empty where it begins one."""
    element = process.elements.get(element_id)
    return element.properties.get(PROPERTY, "") if element else ""


def business_key(pending: PendingStart) -> str:
    """Return the key of the instance a pending start begins.

    It says which subject and process, so that one is begun once for a subject however often it is
    asked for: a timer once an occurrence, a message as often as it comes.
    """
    key = f"{pending.subject}:{pending.process_id}"
    if pending.kind == TIMER:
        return f"{key}:{pending.name}"
    return f"{key}:{pending.id}" if pending.kind == "message" else key


def tell(ctx: Context, start: StartSubscription, round_id: int | None, payload: Variables) -> int:
    """Write a pending start for every subject a signal reaches; returns how many."""
    there = ctx.domain.subjects(ctx, start.subject, start.key, round_id)
    return spread(ctx, _place(start), start.name, there, payload)


def begin_with(ctx: Context, key: str, noun: str) -> bool:
    """Say whether anything begins with every new subject of a kind."""
    return bool(_plain_starts(ctx, key, noun))


def begin_for(ctx: Context, key: str, subject: str, round_id: int | None) -> None:
    """Have everything begun that waits for a new subject; what was begun already stays one."""
    for start in _plain_starts(ctx, key, subject.partition(":")[0]):
        ctx.session.add(
            PendingStart(
                **_place(start),
                name="",
                payload={},
                subject=subject,
                round_id=round_id,
                try_at=ctx.now,
                last_error="",
            )
        )


def begin_for_all(ctx: Context, key: str, noun: str, round_id: int | None) -> int:
    """Have begun what waits for new subjects for those of a round that are there; returns how many asked.

    For a diagram that got such a process later: subjects that have it already keep the one they have.
    """
    asked = 0
    for start in _plain_starts(ctx, key, noun):
        there = ctx.domain.subjects(ctx, noun, key, round_id)
        asked += spread(ctx, _place(start), "", there, {})
    return asked


def spread(
    ctx: Context, place: dict[str, Any], name: str, there: Select[str, int], payload: Variables
) -> int:
    """Write a pending start for each of a selection of subjects (key and round); returns how many."""
    found = there.subquery()
    subject, round_id = found.c
    rows = select(
        literal(place["deployment_id"], sql.BigInteger),
        literal(place["process_id"], sql.String),
        literal(place["element_id"], sql.String),
        literal(place["kind"], sql.String),
        literal(name, sql.String),
        literal(None, sql.String),
        literal(payload, sql.JSON),
        literal(ctx.now, Moment),
        literal(0, sql.Integer),
        literal("", sql.String),
        subject,
        round_id,
    )
    result: Any = ctx.session.execute(
        insert(PendingStart).from_select(_COLUMNS, rows), execution_options={"preserve_rowcount": True}
    )
    return int(result.rowcount)


def _plain_starts(ctx: Context, key: str, noun: str) -> list[StartSubscription]:
    known: dict[tuple[str, str], list[StartSubscription]] = memory.of(ctx.session).setdefault(KNOWN, {})
    if (key, noun) not in known:
        with asking_only(ctx.session, StartSubscription):
            found = ctx.session.scalars(_PLAIN_STARTS, {"of_key": key, "noun": noun})
            known[key, noun] = list(found)
    return known[key, noun]


def forget_starts(ctx: Context) -> None:
    """Forget what begins with subjects: another version was published."""
    memory.of(ctx.session).pop(KNOWN, None)


def _place(start: StartSubscription) -> dict[str, Any]:
    return {name: getattr(start, name) for name in ("deployment_id", "process_id", "element_id", "kind")}
