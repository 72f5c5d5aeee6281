"""The register of titles (称号名册): lists of any length, narrowed, counted and paged by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from service.errors import NotFound
from service.models import HELD, Award, Round, Unit
from service.programmes import wiring
from service.programmes.award import awards
from service.workflow.context import Context

#: as a status: the title is held, be its period over or not
IS_HELD = "held"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the register is narrowed to; empty narrows nothing."""

    programme: str = ""
    year: int | None = None
    category: str = ""
    unit: str = ""  #: code: the unit and those below it
    status: str = ""  #: how a title stands, or IS_HELD
    text: str = ""  #: part of a name, or a certificate's number
    round_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which page: below or above an entry that is shown; neither is the first page."""

    before: int | None = None  #: older than this entry
    after: int | None = None  #: newer than this entry


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some entries of the register, the newest first."""

    rows: Sequence[Award]
    has_older: bool
    has_newer: bool

    @property
    def older(self) -> int | None:
        """The entry the next page begins below."""
        return self.rows[-1].id if self.rows and self.has_older else None

    @property
    def newer(self) -> int | None:
        """The entry the page before ends above."""
        return self.rows[0].id if self.rows and self.has_newer else None


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the register may be narrowed to, as far as the actor sees titles."""

    programmes: dict[str, str] = field(default_factory=dict)  #: key to title
    years: Sequence[int] = ()
    categories: dict[str, str] = field(default_factory=dict)  #: key to name, of the programme chosen


def list_page(ctx: Context, narrow: Filter, place: Place, *, limit: int) -> Page:
    """Return a page of the register. Paged by key: page 30,000 costs what the first does."""
    query = _narrowed(ctx, select(Award), narrow).options(joinedload(Award.unit))
    if place.after is not None:
        rows = ctx.session.scalars(
            query.where(Award.id > place.after).order_by(Award.id).limit(limit + 1)
        ).all()
        return Page(rows=rows[:limit][::-1], has_newer=len(rows) > limit, has_older=True)
    if place.before is not None:
        query = query.where(Award.id < place.before)
    rows = ctx.session.scalars(query.order_by(Award.id.desc()).limit(limit + 1)).all()
    return Page(rows=rows[:limit], has_older=len(rows) > limit, has_newer=place.before is not None)


def count_by_status(ctx: Context, narrow: Filter) -> dict[str, int]:
    """Return how many titles a list has, by how they stand."""
    query = _narrowed(ctx, select(Award.status, func.count()), narrow).group_by(Award.status)
    return {str(status): number for status, number in ctx.session.execute(query)}


def list_all(ctx: Context, narrow: Filter, *, limit: int) -> Sequence[Award]:
    """Return the titles of a list for an export, up to a limit, in the order of the register."""
    query = _narrowed(ctx, select(Award), narrow)
    query = query.options(joinedload(Award.unit), joinedload(Award.recommender))
    return ctx.session.scalars(query.order_by(Award.id).limit(limit)).all()


def list_choices(ctx: Context, narrow: Filter) -> Choices:
    """Return what there is to narrow the register by."""
    query = awards.visible(ctx, select(Award.programme, Award.year)).distinct()
    rows = list(ctx.session.execute(query))
    packs = wiring.all_packs(ctx)
    there = sorted({row.programme for row in rows})
    chosen = packs.get(narrow.programme)
    return Choices(
        programmes={key: packs[key].programme.title if key in packs else key for key in there},
        years=sorted({row.year for row in rows if narrow.programme in ("", row.programme)}, reverse=True),
        categories={key: c.name for key, c in chosen.programme.categories.items()} if chosen else {},
    )


def find_by_code(ctx: Context, code: str) -> Award:
    """Return the title a certificate's code stands for, whoever asks; blanks in the code do not count."""
    query = select(Award).where(Award.code == "".join(code.split()).lower()[:40])
    award = ctx.session.scalar(query.options(joinedload(Award.organiser)))
    if award is None:
        raise NotFound("没有这个验证码。请核对证书上的 16 位验证码，或材料页脚的打印版本编码。")
    return award


def find_unit(ctx: Context, code: str) -> Unit | None:
    """Return the unit a list is narrowed to, if there is one of that code."""
    return ctx.session.scalar(select(Unit).where(Unit.code == code)) if code else None


def find_round(ctx: Context, number: int | None) -> Round | None:
    """Return the round a list is narrowed to, if there is one of that number."""
    return ctx.session.get(Round, number) if number is not None else None


def name_category(ctx: Context, award: Award) -> str:
    """Return what a title's category is called."""
    pack = wiring.all_packs(ctx).get(award.programme)
    category = pack.programme.categories.get(award.category) if pack else None
    return category.name if category else award.category


def _narrowed(ctx: Context, query: Select[*tuple[Any, ...]], narrow: Filter) -> Select[*tuple[Any, ...]]:
    query = awards.visible(ctx, query)
    if narrow.programme:
        query = query.where(Award.programme == narrow.programme)
    if narrow.year is not None:
        query = query.where(Award.year == narrow.year)
    if narrow.round_id is not None:
        query = query.where(Award.round_id == narrow.round_id)
    if narrow.category:
        query = query.where(Award.category == narrow.category)
    if narrow.status == IS_HELD:
        query = query.where(Award.status.in_(HELD))
    elif narrow.status:
        query = query.where(Award.status == narrow.status)
    if narrow.unit:
        below = select(Unit.id).where(Unit.path.contains(f"/{narrow.unit}/", autoescape=True))
        query = query.where(or_(Award.unit_id.in_(below), Award.recommender_id.in_(below)))
    if narrow.text:
        query = query.where(
            or_(Award.name.contains(narrow.text, autoescape=True), Award.number == narrow.text)
        )
    return query
