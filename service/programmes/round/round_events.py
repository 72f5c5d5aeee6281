"""Messages and signals an organiser gives a round by hand: those its diagram waits for and never throws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select

from service.engine import Diagram
from service.engine.records import ThrownEvent
from service.errors import Conflict, Invalid
from service.models import (
    Deployment,
    Instance,
    InstanceStatus,
    Job,
    JobKind,
    Round,
    StartSubscription,
    SubscriptionRow,
)
from service.programmes.round import rounds
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import events, execution

Kind = Literal["signal", "message"]
KINDS: tuple[Kind, ...] = ("signal", "message")
#: what a reserve waits for; given only by promoting him in his turn, never by hand
RESERVE_PROMOTED = "reserve_promoted"
NOBODY = (0, "")


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """A message or signal that only the organiser can give."""

    kind: Kind
    name: str
    title: str  #: what the diagram calls the first place that waits, else the name
    waiting: int  #: places in running instances of the round
    starts: int  #: processes that it begins


def list_awaited(ctx: Context, entry: Round) -> Sequence[Awaited]:
    """Return what is waited for in a round and no process of it throws, signals first."""
    waiting = _count(ctx, SubscriptionRow, SubscriptionRow.round_id == entry.id)
    starts = _count(ctx, StartSubscription, StartSubscription.key == entry.programme)
    diagrams = _list_diagrams(ctx, entry)
    said = {
        element_id: element.name
        for diagram in diagrams
        for process in diagram.processes.values()
        for element_id, element in process.elements.items()
    }
    names = (waiting.keys() | starts.keys()) - _thrown_in(diagrams)
    return [
        Awaited(
            kind=kind,
            name=name,
            title=said.get((waiting.get((kind, name)) or starts[kind, name])[1]) or name,
            waiting=waiting.get((kind, name), NOBODY)[0],
            starts=starts.get((kind, name), NOBODY)[0],
        )
        for kind in KINDS
        for name in sorted(name for of_kind, name in names if of_kind == kind)
    ]


def throw(
    ctx: Context, entry: Round, kind: Kind, name: str, *, correlation_key: str | None, reason: str
) -> events.Heard:
    """Give a round a message or signal: a signal to all who wait, a message to one.

    What the diagram throws itself is refused: given by hand it would come at the wrong moment, and what
    the diagram does beside it would not happen. So is what nobody hears. Written into the round's history,
    a message into that of whoever hears it as well.
    """
    rounds.require_organiser(ctx, entry)
    rounds.check_reason(reason, "请填写发出的原因。")
    word = "信号" if kind == "signal" else "消息"
    if (kind, name) in _thrown_in(_list_diagrams(ctx, entry)):
        raise Conflict(
            f"{word}“{name}”由流程图或系统自己发出，不能手工代发。", fields={"event": "请选择别的"}
        )
    if (kind, name) not in {(one.kind, one.name) for one in list_awaited(ctx, entry)}:
        raise Invalid(f"这一届里没有谁等待{word}“{name}”。", fields={"event": "请从列表中选择"})
    key = correlation_key if kind == "message" else None
    event = ThrownEvent(element_id="", kind=kind, name=name, correlation_key=key)
    heard = events.throw(ctx, events.Reach(round_id=entry.id, key=entry.programme), event)
    if not (heard.waiting or heard.starts):
        raise Conflict(f"没有谁以关联键“{key or ''}”等待消息“{name}”。", fields={"correlation_key": "请核对"})
    if kind == "message" and heard.waiting:
        _say_why(ctx, entry, event, reason.strip())
    history.record_in(
        ctx, f"round:{entry.id}", events.THROWN, round_id=entry.id, event=kind, name=name,
        correlation_key=key, waiting=heard.waiting, starts=heard.starts, reason=reason.strip(),
    )  # fmt: skip
    return heard


def _say_why(ctx: Context, entry: Round, event: ThrownEvent, reason: str) -> None:
    """Write into the history of the instance that hears a message why: who acts next reads it there."""
    heard = and_(Job.instance_id == SubscriptionRow.instance_id, Job.key == SubscriptionRow.key)
    query = select(SubscriptionRow.instance_id, SubscriptionRow.element_id).join(Job, heard)
    query = query.where(
        Job.kind == JobKind.MESSAGE,
        SubscriptionRow.round_id == entry.id,
        SubscriptionRow.kind == event.kind,
        SubscriptionRow.name == event.name,
        SubscriptionRow.correlation_key.is_not_distinct_from(event.correlation_key),
    )
    instance_id, element_id = ctx.session.execute(query.order_by(Job.id.desc()).limit(1)).one()
    instance = execution.lock(ctx, instance_id)
    history.record(ctx, instance, "message.given", element_id=element_id, name=event.name, reason=reason)


def _count(
    ctx: Context, table: type[SubscriptionRow | StartSubscription], wanted: ColumnElement[bool]
) -> dict[tuple[str, str], tuple[int, str]]:
    """Return how many wait for each message and signal, and the first element that does."""
    query = select(table.kind, table.name, func.count(), func.min(table.element_id))
    rows = ctx.session.execute(query.where(wanted).group_by(table.kind, table.name))
    return {(kind, name): (count, first) for kind, name, count, first in rows}


def _list_diagrams(ctx: Context, entry: Round) -> Sequence[Diagram]:
    """Return the newest diagram and those of the running instances."""
    newest = deployments.find_newest(ctx, entry.programme)
    running = select(Instance.deployment_id).where(
        Instance.round_id == entry.id, Instance.status == InstanceStatus.ACTIVE
    )
    versions = select(Deployment.id, Deployment.content_hash).where(
        Deployment.id.in_(running) | (Deployment.id == (newest.id if newest else None))
    )
    return [deployments.diagram_of(ctx, row[0], row[1]) for row in ctx.session.execute(versions)]


def _thrown_in(diagrams: Sequence[Diagram]) -> set[tuple[str, str]]:
    """Return what the diagrams throw themselves, and what only promoting a reserve gives."""
    thrown = {
        name for diagram in diagrams for process in diagram.processes.values() for name in process.throws
    }
    return thrown | {("message", RESERVE_PROMOTED)}
