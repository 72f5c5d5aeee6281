"""From an application to the list of those selected, as the craftsmen's notice has it (002-A)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from service.clock import MovableClock
from service.models import NoticeKind, Standing, TaskStatus, UserTask
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack
from tests.programmes.conftest import _wire
from tests.programmes.review.panel_story import PROGRAMME, PanelStory


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


def test_a_demonstration_of_the_pack_begins(
    small_packs: Mapping[str, Pack], database: Engine, tmp_path: Path
) -> None:
    pack = small_packs[PROGRAMME]
    wiring = _wire(database, tmp_path, small_packs, MovableClock(read_demo(pack.demo).start))

    with wiring.transaction() as ctx:
        demonstration.set_up(ctx, pack)
        open_ = select(UserTask.element_id).where(UserTask.status == TaskStatus.OPEN).order_by(UserTask.id)
        waits = Counter(ctx.session.scalars(open_))

    assert waits == {"fill_in_form": 3, "declassify": 2, "recommender_opinion": 3, "form_check": 4}
