"""From an application to the list of those selected, as the craftsmen's notice has it (002-A)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.models import NoticeKind, Standing
from tests.programmes.review.panel_story import PanelStory


@pytest.mark.usefixtures("both_databases")
def test_from_application_to_ranked_list(panel: PanelStory) -> None:
    first, second, third = panel.begin_scoring()

    panel.score_all((6, 8, 7))

    with panel.wiring.reading() as ctx:
        ranked = [
            (row.rank, row.nomination_id, row.total, row.proposed)
            for row in ctx.session.scalars(select(Standing).order_by(Standing.rank))
        ]
    assert ranked == [(1, second, 80_000, True), (2, third, 70_000, True), (3, first, 60_000, False)]


def test_the_list_is_voted_on_deliberated_published_and_announced(scoring: PanelStory) -> None:
    scoring.score_all((6, 8, 7))

    scoring.meet()
    scoring.vote_all()
    scoring.deliberate()
    scoring.confirm("publish_candidates", by="laojing")
    scoring.pass_until("2024-12-19 09:00")
    scoring.confirm("confirm_awards", by="laojing")

    assert [scoring.status(number) for number in (1, 2, 3)] == ["not_selected", "awarded", "awarded"]
    assert scoring.listed(NoticeKind.AWARDS) == [3, 2]
    assert scoring.read(1).status_reason == "未列入审定的建议名单"
