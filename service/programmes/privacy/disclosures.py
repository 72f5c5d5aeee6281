"""Who saw or took personal data: every look at a masked value and every export, with receiver and purpose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, select

from service.errors import Invalid
from service.models import DisclosureRow, HistoryEvent, Nomination, Round, Seat, Unit
from service.models.base import table_of
from service.pending_rows import add_row
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.pack.packs import Pack
from service.programmes.privacy import listings
from service.workflow import history
from service.workflow.context import Context

REVEALS, EXPORTS = "reveals", "exports"
PAGE = 50
#: what a file may be taken for; the last is said in words
PURPOSES = ("办理", "存档", "上报", "其他")
MIN_WORDS, MAX_WORDS = 2, 100
#: what an expert is called to whom his name is not told
EXPERT = "评审专家"
_WRITE = insert(table_of(DisclosureRow))


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """One look or one export."""

    at: datetime
    who: str
    is_export: bool
    what: str  #: the field, or the paper, by its key
    title: str  #: what the programme calls it
    about: str  #: nomination:5, objection:2, or the unit whose rows were taken
    receiver: str
    purpose: str
    round_id: int | None


@dataclass(frozen=True, kw_only=True)
class _Named:
    """What a programme calls what may be looked at and taken."""

    takings: Mapping[str, str]
    fields: Mapping[str, str]

    @classmethod
    def of(cls, pack: Pack | None) -> _Named:
        """Read them from a pack; without one only what every programme has is named."""
        return cls(takings=listings.name_takings(pack), fields=listings.name_fields(pack))


@dataclass(frozen=True, kw_only=True)
class Use:
    """For whom and what for a file is taken."""

    receiver: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the list is narrowed to; empty narrows nothing."""

    stream: str = ""
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None  #: exclusive


def write_watermark(ctx: Context, entry: Round, use: Use | None) -> str:
    """Return the line that a paper with numbers in full carries: who took it, when, for whom and what for."""
    unit = ctx.session.get(Unit, ctx.actor.unit_id) if ctx.actor.unit_id else None
    who = f"{ctx.actor.name}（{unit.name}）" if unit else ctx.actor.name
    at = ctx.now.astimezone(wiring.pack_of(ctx, entry).programme.zone)
    said = [("导出", f"{who} {at:%Y-%m-%d %H:%M}")]
    said += [("接收方", use.receiver), ("用途", use.purpose)] if use else []
    return "　".join(f"{name}：{words}" for name, words in said if words)


def list_page(ctx: Context, wanted: Filter, page: int = 1) -> tuple[Sequence[Disclosure], bool]:
    """Return a page of looks and exports, newest first, and whether there is another."""
    query = select(HistoryEvent).where(
        HistoryEvent.stream.in_([wanted.stream or REVEALS, wanted.stream or EXPORTS])
    )
    if wanted.who:
        query = query.where(HistoryEvent.actor_name.contains(wanted.who, autoescape=True))
    if wanted.since:
        query = query.where(HistoryEvent.at >= wanted.since)
    if wanted.until:
        query = query.where(HistoryEvent.at < wanted.until)
    query = query.order_by(HistoryEvent.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
    events = ctx.session.scalars(query).all()
    named = _name_of_rounds(ctx, events)
    rows = [_read(event, named.get(event.round_id, named[None])) for event in events]
    return rows[:PAGE], len(rows) > PAGE


def list_of(ctx: Context, nomination: Nomination, *, for_nominee: bool = False) -> Sequence[Disclosure]:
    """Return every look at one nomination and every export of it, oldest first.

    Who is one of its experts is named to the organiser alone, and not in what is made for the nominee.
    """
    ctx.session.flush()
    unnamed = _find_unnamed(ctx, nomination, for_nominee=for_nominee)
    of_event = and_(DisclosureRow.stream == HistoryEvent.stream, DisclosureRow.seq == HistoryEvent.seq)
    query = select(HistoryEvent).join(DisclosureRow, of_event)
    query = query.where(DisclosureRow.nomination_id == nomination.id).order_by(HistoryEvent.id)
    named = _Named.of(wiring.all_packs(ctx).get(nomination.round.programme))
    return [
        _read(event, named, is_named=event.actor_id not in unnamed) for event in ctx.session.scalars(query)
    ]


def note(
    ctx: Context,
    stream: str,
    kind: str,
    /,
    *,
    round_id: int | None,
    people: Collection[int],
    **details: Any,
) -> None:
    """Note a look or an export in the history, and the nominations it shows something of.

    Each of them is told of it; who else is on the same list no event and nobody's page says.
    """
    seq = history.record_in(ctx, stream, kind, round_id=round_id, **details)
    for nomination_id in sorted(set(people)):
        add_row(ctx.session, _WRITE, nomination_id=nomination_id, stream=stream, seq=seq)


def note_download(ctx: Context, use: Use, round_id: int, *, people: Collection[int], **about: Any) -> None:
    """Note that a file handed in was taken: it may show in full what pages mask."""
    said = {"receiver": use.receiver, "purpose": use.purpose}
    note(ctx, EXPORTS, "file.downloaded", round_id=round_id, people=people, **said, **about)


def read_use(given: Mapping[str, str]) -> Use:
    """Return what was said a file is taken for: ``receiver``, ``purpose`` and its ``note`` in words."""
    receiver, purpose, note = (given.get(key, "").strip() for key in ("receiver", "purpose", "note"))
    fields = {}
    if not MIN_WORDS <= len(receiver) <= MAX_WORDS:
        fields["receiver"] = f"请写明交给谁使用，{MIN_WORDS} 至 {MAX_WORDS} 个字"
    if purpose not in PURPOSES:
        fields["purpose"] = f"请选择用途：{'、'.join(PURPOSES)}"
    elif len(note) > MAX_WORDS or (purpose == PURPOSES[-1] and len(note) < MIN_WORDS):
        fields["note"] = f"请写明用途，{MIN_WORDS} 至 {MAX_WORDS} 个字"
    if fields:
        raise Invalid("文件含个人信息，下载须写明接收方和用途。", fields=fields)
    return Use(receiver=receiver, purpose=f"{purpose}：{note}" if note else purpose)


def find_own_use(ctx: Context, *owners: int | None) -> Use | None:
    """Return the use of somebody who takes back what is his own, so that he is not asked; else None."""
    actor = ctx.actor
    if actor.user_id is None or actor.user_id not in owners:
        return None
    return Use(receiver=actor.name, purpose="取回本人提交的文件")


def _find_unnamed(ctx: Context, nomination: Nomination, *, for_nominee: bool) -> frozenset[int]:
    """Return the users whom whoever asks, or the nominee, is not to know as this nomination's experts."""
    actor = ctx.actor
    told = actor.is_system or actor.is_admin or nominations.is_organiser(ctx, nomination.round)
    if told and not for_nominee:
        return frozenset()
    return frozenset(ctx.session.scalars(select(Seat.user_id).where(Seat.nomination_id == nomination.id)))


def _read(event: HistoryEvent, named: _Named, *, is_named: bool = True) -> Disclosure:
    details, who = event.details, event.actor_name if is_named else EXPERT
    about = str(details.get("of") or details.get("unit") or "")
    if "nomination" in details:
        about = f"nomination:{details['nomination']}"
    what = str(details.get("field") or details.get("paper") or "")
    is_export = event.stream == EXPORTS
    return Disclosure(
        at=event.at,
        who=who,
        is_export=is_export,
        what=what,
        title=(named.takings if is_export else named.fields).get(what, what),
        about=about,
        receiver=str(details.get("receiver") or who) if is_named else EXPERT,
        purpose=str(details.get("purpose") or details.get("reason") or ""),
        round_id=event.round_id,
    )


def _name_of_rounds(ctx: Context, events: Sequence[HistoryEvent]) -> dict[int | None, _Named]:
    """Return what papers and fields are called in each round that some events are of, and in none."""
    packs = wiring.all_packs(ctx)
    numbers = {event.round_id for event in events if event.round_id is not None}
    query = select(Round.id, Round.programme).where(Round.id.in_(numbers))
    found: dict[int | None, _Named] = {None: _Named.of(None)}
    for round_id, programme in ctx.session.execute(query):
        found[round_id] = _Named.of(packs.get(programme))
    return found
