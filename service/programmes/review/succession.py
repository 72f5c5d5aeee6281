"""Who comes next on a ranked list: behind those proposed, and put off it neither by vote nor by a meeting."""

from __future__ import annotations

from sqlalchemy import select

from service.models import Nomination, Standing
from service.models.programme.nomination import FALLEN
from service.programmes.review import ballots, standings, ties
from service.workflow.context import Context


def place_of(ctx: Context, nomination: Nomination) -> int | None:
    """Return a nomination's place behind the proposed of its category, 1 for the next.

    0 if it does not stand in line: proposed itself, voted down or taken off by a meeting. None if the
    round has no list.
    """
    entry = nomination.round
    query = (
        select(Standing.nomination_id, Standing.proposed)
        .join(Nomination, Nomination.id == Standing.nomination_id)
        .where(
            Standing.round_id == entry.id,
            Standing.category == nomination.category,
            Nomination.status.not_in(FALLEN),
        )
    )
    rows = ctx.session.execute(query.order_by(Standing.rank)).all()
    if not rows:
        return None
    refused = _taken_off(ctx, nomination) | _voted_down(ctx, nomination)
    line = [number for number, proposed in rows if not proposed and number not in refused]
    return line.index(nomination.id) + 1 if nomination.id in line else 0


def _taken_off(ctx: Context, nomination: Nomination) -> set[int]:
    """Whoever a meeting took off last, but not in deciding of equal votes.

    A ballot's own changes are judged by its votes.
    """
    changes = standings.list_changes(ctx, nomination.round)
    found = {number for number, all_of in changes.items() if all_of[-1].step != ballots.STEP}
    tied = select(Standing.nomination_id).where(
        Standing.nomination_id.in_(found), Standing.tie == ties.AT_THE_CUT
    )
    return found - set(ctx.session.scalars(tied))


def _voted_down(ctx: Context, nomination: Nomination) -> set[int]:
    ballot = ballots.find_newest(ctx, nomination.round)
    results = ballots.list_results(ctx, ballot) if ballot is not None else []
    return {result.nomination_id for result in results if not result.passed}
