"""What a redrawn review asks of its programme and its forms, and they do not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from service.programmes.diagram import completeness
from service.programmes.pack.packs import Pack
from service.programmes.rule.scoring import Sitting


@pytest.fixture(scope="module")
def pack(packs: Mapping[str, Pack]) -> Pack:
    return packs["longcheng-craftsmen"]


def test_the_pack_as_it_ships_has_none(pack: Pack) -> None:
    assert completeness.check(pack) == []


def test_review_steps_need_a_review(pack: Pack) -> None:
    bare = replace(pack, programme=replace(pack.programme, review=None))

    found = [(p.element_id, p.rule) for p in completeness.check(bare)]

    steps = ["panel_meeting", "cast_ballot", "deliberate", "expert_score", "draw_panel", "rank_nominations"]
    steps += ["open_ballot", "count_ballot", "seat_panel", "read_list"]
    assert sorted(found) == sorted((step, "missing-review") for step in steps)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('name="defects" value="defects"', 'name="defects" value="reason"', [("form_check", "defects-form")]),
        (
            'name="correction" value="correct"',
            'name="correction" value="mend"',
            [("form_check", "defects-form")],
        ),
        (
            'name="defects" value="defects"',
            'name="consultation" value="公安机关"',
            [("form_check", "consultation-form")],
        ),
        (
            'formId="longcheng-craftsmen.score"',
            'formId="longcheng-craftsmen.draw"',
            [("expert_score", "score-form")] * 15,
        ),
    ],
)
def test_what_a_form_lacks_is_named_with_the_step(
    pack: Pack, before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    drawn = pack.diagram.decode()
    assert drawn.count(before) == 1
    redrawn = drawn.replace(before, after).encode()

    found = completeness.check_diagram(pack, redrawn)

    assert [(p.element_id, p.rule) for p in found if p.severity == "error"] == expected


def test_a_ranking_without_places_proposes_nobody_and_says_so(pack: Pack) -> None:
    award = replace(pack.programme.award, places_per_category=0)
    boundless = replace(pack, programme=replace(pack.programme, award=award))

    found = [(p.element_id, p.rule, p.severity) for p in completeness.check(boundless)]

    assert found == [("rank_nominations", "no-places", "warning")]


def test_a_scoring_step_says_at_which_of_several_sittings(pack: Pack) -> None:
    review = pack.programme.review
    assert review is not None
    sittings = (Sitting(key="first", name="初评", weight=40), Sitting(key="pitch", name="路演", weight=60))
    twice = replace(pack, programme=replace(pack.programme, review=replace(review, sittings=sittings)))

    found = [(p.element_id, p.rule) for p in completeness.check(twice)]

    assert found == [("expert_score", "score-form")]
