"""Who comes next on a ranked list (X27): behind the proposed, and neither taken off nor voted down."""

from __future__ import annotations

from sqlalchemy import select

from service.models import Nomination, Standing
from service.programmes.review import standings, succession
from tests.programmes.review.panel_story import PanelStory


def places(story: PanelStory) -> list[int | None]:
    with story.wiring.reading() as ctx:
        return [succession.place_of(ctx, ctx.session.get_one(Nomination, number)) for number in (1, 2, 3)]


def test_x27_next_in_rank_stands_first_in_line_once_there_is_a_list(scoring: PanelStory) -> None:
    before = places(scoring)

    scoring.score_all((6, 8, 7))  # there are two places

    assert (before, places(scoring)) == ([None, None, None], [1, 0, 0])


def test_x27_whoever_a_meeting_took_off_the_list_does_not_stand_in_line(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))

    with scoring.wiring.transaction() as ctx:
        standing = ctx.session.scalars(select(Standing).where(Standing.nomination_id == 2)).one()
        standings.change(ctx, standing, proposed=False, step="专家组会审", reason="近年有安全责任事故")

    assert places(scoring) == [1, 0, 0]
