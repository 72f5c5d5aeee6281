"""How holders are placed now: the newest entry of the tracks that keep it (``kind = "state"``)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from service.models import Award, FollowUp
from service.programmes import wiring
from service.programmes.award import follow_ups
from service.workflow.context import Context

STATE = "state"


def are_kept(ctx: Context, awards: Sequence[Award]) -> bool:
    """Say whether the programme of any of these titles keeps how its holders are placed."""
    return bool(_keys(ctx, awards))


def find_newest(ctx: Context, awards: Sequence[Award]) -> dict[int, FollowUp]:
    """Return how the holder of each title is placed now, by the title, as far as the actor may read it."""
    kept = _keys(ctx, awards)
    known = {award.id: award for award in awards}
    query = select(FollowUp).where(
        FollowUp.award_id.in_(list(known)),
        FollowUp.track.in_(sorted({track for _, track in kept})),
        FollowUp.struck_at.is_(None),
    )
    found = {}
    for entry in ctx.session.scalars(query.order_by(FollowUp.day, FollowUp.id)):
        award = known[entry.award_id]
        track = follow_ups.tracks_of(ctx, award).get(entry.track)
        if (award.programme, entry.track) in kept and track and follow_ups.may_read(ctx, award, track):
            found[award.id] = entry
    return found


def _keys(ctx: Context, awards: Sequence[Award]) -> set[tuple[str, str]]:
    packs = wiring.all_packs(ctx)
    programmes = {award.programme for award in awards} & packs.keys()
    return {
        (programme, key)
        for programme in programmes
        for key, track in packs[programme].programme.tracks.items()
        if track.kind == STATE
    }
