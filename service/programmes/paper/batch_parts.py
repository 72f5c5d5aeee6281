"""The parts a batch is taken in, so that a round of a thousand can be taken whole; and who is in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from service.errors import Forbidden
from service.models import Attachment, Nomination, Round, Unit
from service.programmes import wiring
from service.programmes.pack.paper import DISQUALIFICATION, ROSTER
from service.programmes.paper import exports, official, review_papers, rosters, scans, workplace_rosters
from service.programmes.paper.scans import Version
from service.programmes.privacy import provision
from service.programmes.round import quotas
from service.workflow.context import Context

MOST = 200  #: nominations in one part: each form takes some 50 ms to set
MOST_MEGABYTES = 1000  #: of photos and other files in one part


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a batch: some of its nominations, counted from 1, and in the first the papers of all."""

    number: int
    of: int
    first: int
    last: int
    people: Sequence[tuple[int, Nomination]]  #: with their numbers among those handed in
    lost: Sequence[tuple[int, Nomination]]  #: who lost his place, with their numbers among them

    @property
    def is_first(self) -> bool:
        """Whether the papers of the whole are in it."""
        return self.number == 1


def list_parts(ctx: Context, entry: Round, recommender: Unit | None, *, files: bool = False) -> list[Part]:
    """Return the parts a batch is taken in: at most ``MOST`` nominations and ``MOST_MEGABYTES`` in each."""
    require_allowed(ctx, entry, recommender, files=files)
    people, _left_out = provision.divide(ctx, rosters.list_handed_in(ctx, entry, recommender))
    lost = _list_lost(ctx, entry, recommender)
    bytes_of = _weigh(ctx, people) if files else {}
    numbered = [(*row, False) for row in enumerate(people, start=1)]
    numbered += [(*row, True) for row in enumerate(lost, start=1)]
    groups: list[list[tuple[int, Nomination, bool]]] = [[]]
    weight = 0
    for row in numbered:
        size = bytes_of.get(row[1].id, 0)
        if groups[-1] and (len(groups[-1]) == MOST or weight + size > MOST_MEGABYTES * 1_000_000):
            groups.append([])
            weight = 0
        groups[-1].append(row)
        weight += size
    parts, first = [], 1
    for number, group in enumerate(groups, start=1):
        parts.append(
            Part(
                number=number,
                of=len(groups),
                first=first,
                last=first + len(group) - 1,
                people=[(place, person) for place, person, is_lost in group if not is_lost],
                lost=[(place, person) for place, person, is_lost in group if is_lost],
            )
        )
        first += len(group)
    return parts


def list_people(ctx: Context, entry: Round, recommender: Unit | None, part: Part) -> set[int]:
    """Return the nominations a part shows something of: those whose papers it has, in the first also lists.

    Who stands on a published list is public.
    """
    people = {person.id for _number, person in (*part.people, *part.lost)}
    if not part.is_first:
        return people
    for paper in wiring.pack_of(ctx, entry).programme.papers_of(ROSTER):
        people.update(rosters.list_people(ctx, entry, recommender, paper.key))
    for _unit, version in list_stamped(ctx, entry, recommender):
        people.update(rosters.list_printed(ctx, version.printed))
    if recommender is None:
        for paper in review_papers.list_ready(ctx, entry):
            people.update(review_papers.list_people(ctx, entry, paper.key))
    return people


def list_stamped(
    ctx: Context, entry: Round, recommender: Unit | None
) -> Iterator[tuple[Unit | None, Version]]:
    """Yield the rosters whose stamped scans go into the first part, with their units and workplaces."""
    workplaces = workplace_rosters.list_printed(ctx, entry)
    units: list[Unit | None] = [None, *quotas.units_with_places(ctx, entry), *workplaces]
    if recommender is not None:
        people, _left_out = provision.divide(ctx, rosters.list_handed_in(ctx, entry, recommender))
        here = {person.unit_id for person in people}
        units = [recommender, *(unit for unit in workplaces if unit.id in here)]
    for unit in units:
        for version in scans.select_stamped(rosters.list_versions(ctx, entry, unit)):
            yield unit, version


def require_allowed(ctx: Context, entry: Round, recommender: Unit | None, *, files: bool) -> None:
    """Refuse a batch to whoever may not have it: all of it, or its photos and files."""
    if not exports.may_export_roster(ctx, entry, recommender):
        raise Forbidden("只有主办单位和推荐单位自己可以导出全套材料。")
    if recommender is not None:
        rosters.require_recommender(ctx, entry, recommender, "全套材料")
    if files and not exports.may_read_in_full(ctx, entry, recommender):
        raise Forbidden("照片和附件只给可以看到完整号码的单位，请不含照片和附件再导出。")


def _weigh(ctx: Context, people: Sequence[Nomination]) -> dict[int, int]:
    """Return how many bytes of files each of some nominations handed in."""
    query = select(Attachment.nomination_id, func.sum(Attachment.size)).where(
        Attachment.round_id.in_({one.round_id for one in people})
    )
    return {row[0]: int(row[1]) for row in ctx.session.execute(query.group_by(Attachment.nomination_id))}


def _list_lost(ctx: Context, entry: Round, recommender: Unit | None) -> list[Nomination]:
    """Return who lost his place and is told so on a paper; who withdrew his consent is in no batch."""
    if not official.has(wiring.pack_of(ctx, entry), DISQUALIFICATION):
        return []
    query = select(Nomination).where(Nomination.round_id == entry.id, Nomination.status.in_(official.LOST))
    if recommender is not None:
        query = query.where(Nomination.recommender_id == recommender.id)
    return provision.divide(ctx, list(ctx.session.scalars(query.order_by(Nomination.id))))[0]
