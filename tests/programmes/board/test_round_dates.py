"""The stages a round's page lists: those its programme has, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from service.models import Round, Stage
from service.programmes.board import drawn_stages, round_dates
from service.programmes.domain import Programmes
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from service.workflow.context import Context
from tests.programmes.story import Story

WITHOUT_NOTICE = ["preparation", "submission", "qualification", "announced"]
PUBLISHED = [*WITHOUT_NOTICE[:3], "notice", "confirmation", "announced"]


def _list(ctx: Context, entry: Round) -> list[str]:
    return [row.stage.value for row in round_dates.list_stages(entry, drawn_stages.list_drawn(ctx, entry))]


def test_a_round_has_the_stages_its_diagram_opens(round_2024: Story) -> None:
    with round_2024.acting("shiwei") as ctx:
        assert _list(ctx, round_2024.entry(ctx)) == [stage.value for stage in Stage]


@pytest.mark.parametrize(("is_on", "stages"), [(False, WITHOUT_NOTICE), (True, PUBLISHED)])
def test_what_a_switch_leaves_out_is_no_stage(
    period_2021: Story, packs: Mapping[str, Pack], is_on: bool, stages: list[str]
) -> None:
    domain = period_2021.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = packs["thousand-good-youth"]
    programme = replace(pack.programme, switches={"notice": is_on})
    domain.packs = {**packs, pack.key: replace(pack, programme=programme)}

    with period_2021.acting("sxtuanshiwei") as ctx:
        assert _list(ctx, period_2021.entry(ctx)) == stages


def test_what_was_passed_over_is_never_told_as_done(period_2021: Story) -> None:
    with period_2021.acting("sxtuanshiwei") as ctx:
        entry = period_2021.entry(ctx)
        for stage in (Stage.QUALIFICATION, Stage.ANNOUNCED):
            rounds.set_stage(ctx, entry, stage)

        rows = round_dates.list_stages(entry, list(Stage))

    assert [(row.stage.value, row.state) for row in rows] == [
        ("preparation", "done"), ("submission", "done"), ("qualification", "done"), ("announced", "done"),
    ]  # fmt: skip
