"""Extending the period of a title: once, however many try at the same moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.models import Award
from service.programmes.award import awards
from tests.at_once import list_refusals
from tests.programmes.award.cultivation import Cultivation


@pytest.mark.usefixtures("both_databases")
def test_of_two_who_extend_a_title_to_the_same_day_one_does(cultivation: Cultivation) -> None:
    with cultivation.wiring.reading() as ctx:
        award = ctx.session.get_one(Award, cultivation.award_id)
        assert award.valid_until is not None
        until, before = award.valid_until + timedelta(days=365), award.revision

    def extend() -> None:
        with cultivation.wiring.transaction() as ctx:
            award = ctx.session.get_one(Award, cultivation.award_id)
            awards.extend(ctx, award, until, "攻关课题尚未结题。")

    outcomes = list_refusals([extend, extend])

    with cultivation.wiring.reading() as ctx:
        award = ctx.session.get_one(Award, cultivation.award_id)
        assert (award.valid_until, award.revision) == (until, before + 1)
    assert [outcome is None for outcome in outcomes].count(True) == 1
