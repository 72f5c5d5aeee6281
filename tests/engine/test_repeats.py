"""One more at a step that is done side by side: beside the others, or after all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service import engine
from tests.engine.conftest import Walk

Maker = Callable[..., Walk]

PANEL = """
start s
user score parallel over="=experts" item=expert groups="=expert"
catch settled signal settled
user next
user one
s -> score -> settled -> next -> one
"""


@pytest.fixture
def scoring(walk: Maker) -> Walk:
    """Two experts have the sheet before them."""
    ours = walk(PANEL)
    ours.start(experts=["user:1", "user:2"])
    return ours


def offered(ours: Walk) -> list[tuple[str, ...]]:
    return [task.candidate_groups for task in ours.step.user_tasks]


def repeat(ours: Walk, element_id: str = "score") -> engine.Step:
    return ours.do(engine.Repeat(element_id=element_id, item="user:9"))


def test_one_more_joins_those_who_are_at_it(scoring: Walk) -> None:
    scoring.complete("score")

    repeat(scoring)

    assert offered(scoring) == [("user:2",), ("user:9",)]
    scoring.complete("score")
    assert scoring.open == ["score"]
    scoring.complete("score")
    assert [one.element_id for one in scoring.step.subscriptions] == ["settled"]


def test_one_more_does_it_alone_when_all_are_done(scoring: Walk) -> None:
    scoring.complete("score")
    scoring.complete("score")

    step = repeat(scoring)

    assert (offered(scoring), step.subscriptions) == ([("user:9",)], ())
    assert step.variables["experts"] == ["user:1", "user:2"]
    scoring.complete("score")
    scoring.deliver("settled")
    assert scoring.open == ["next"]


@pytest.mark.parametrize("element_id", ["next", "one", "settled", "nowhere"])
def test_what_is_not_done_side_by_side_is_not_repeated(scoring: Walk, element_id: str) -> None:
    with pytest.raises(engine.Unreachable, match=element_id):
        repeat(scoring, element_id)


def test_nobody_is_added_once_the_instance_has_gone_on(scoring: Walk) -> None:
    scoring.complete("score")
    scoring.complete("score")
    scoring.deliver("settled")

    with pytest.raises(engine.Unreachable, match="已经往下办了"):
        repeat(scoring)

    assert scoring.open == ["next"]
