"""Scores: given once, by those who sit there, and hidden until one's own are in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid
from service.models import HistoryEvent, Submission
from service.programmes.nomination import nominations
from service.programmes.review import scores
from service.programmes.review.scores import GivenScores
from service.workflow.context import Context
from service.workflow.task import user_tasks
from tests.at_once import at_once
from tests.programmes.review.panel_story import PanelStory


def test_others_scores_are_hidden_until_ones_own_are_in(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    scoring.score(3, first, 9)
    scoring.score(3, second, 4)

    assert (_seen(scoring, third), _seen(scoring, "laojing")) == ([], [])
    scoring.score(3, third, 6)

    assert _seen(scoring, third) == [
        ("专家1", False, 90),
        ("专家2", False, 40),
        ("演示-" + _name(third), True, 60),
    ]
    assert _seen(scoring, "laojing") == []


def test_the_organiser_sees_names_once_ranked_and_the_nominees_unit_sees_nothing(
    scoring: PanelStory,
) -> None:
    """As long as he may ask an expert to step back he does not know what that would change."""
    for login in scoring.experts(3):
        scoring.score(3, login, 7)
    assert _seen(scoring, "laojing") == []

    for number in (1, 2):
        for login in scoring.experts(number):
            scoring.score(number, login, 7)
    scoring.step("close_scoring", "laojing", "confirm", {})

    assert [total for _, _, total in _seen(scoring, "laojing")] == [70, 70, 70]
    assert [who for who, _, _ in _seen(scoring, "laojing")] == [
        "演示-" + _name(e) for e in scoring.experts(3)
    ]
    assert (_seen(scoring, "liyang"), _seen(scoring, "liyang-1-gonghui")) == ([], [])


def test_a_programme_may_hide_them_for_good(scoring: PanelStory) -> None:
    for login in scoring.experts(3):
        scoring.score(3, login, 7)
    review = scoring.pack.programme.review
    assert review is not None

    packs = scoring.wiring.house.domain.packs  # type: ignore[attr-defined]
    hidden = replace(scoring.pack.programme, review=replace(review, others_scores="never"))
    packs = {scoring.pack.key: replace(scoring.pack, programme=hidden)}
    domain = type(scoring.wiring.house.domain)(packs, scoring.wiring.house.domain.storage)  # type: ignore[attr-defined,call-arg]
    scoring.wiring = replace(scoring.wiring, house=replace(scoring.wiring.house, domain=domain))

    assert [mine for _, mine, _ in _seen(scoring, scoring.experts(3)[0])] == [True]


def test_points_are_kept_nowhere_else(scoring: PanelStory) -> None:
    login = scoring.experts(3)[0]

    scoring.score(3, login, 9, lead_duty=3)

    with scoring.wiring.reading() as ctx:
        query = select(Submission.answers).where(Submission.element_id == "expert_score")
        assert ctx.session.scalars(query).all() == [{}]
        done = select(HistoryEvent.details).where(HistoryEvent.element_id == "expert_score")
        kept = [
            details for details in ctx.session.scalars(done) if "points" in details or "answers" in details
        ]
        assert kept == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lead_duty": 11}, "lead_duty"),
        ({"lead_duty": -1}, "lead_duty"),
        ({"lead_duty": 2.5}, "lead_duty"),
        ({"lead_duty": None}, "lead_duty"),
    ],
)
def test_points_out_of_range_are_refused_by_name(
    scoring: PanelStory, changes: dict[str, object], field: str
) -> None:
    login = scoring.experts(3)[0]
    answers = {k: v for k, v in (scoring.points() | changes).items() if v is not None}

    with pytest.raises(Invalid) as refused, scoring.acting(login) as ctx:
        user_tasks.complete(ctx, scoring.score_task(3, login), "submit", answers)

    assert list(refused.value.fields) == [field]


def test_one_scores_once(scoring: PanelStory) -> None:
    login = scoring.experts(3)[0]
    task_id = scoring.score_task(3, login)
    scoring.score(3, login)

    with pytest.raises(Conflict), scoring.acting(login) as ctx:
        user_tasks.complete(ctx, task_id, "submit", scoring.points())


def test_scoring_is_not_closed_while_somebody_has_not_scored(scoring: PanelStory) -> None:
    for login in scoring.experts(1):
        scoring.score(1, login)

    with pytest.raises(Conflict, match="还有 2 份申报没有办完“专家评分”"):
        scoring.step("close_scoring", "laojing", "confirm", {})


@pytest.mark.usefixtures("both_databases")
def test_two_experts_at_once_both_count(scoring: PanelStory) -> None:
    first, second, third = scoring.experts(3)
    scoring.score(3, first)

    outcomes = at_once(
        [
            partial(scoring.attempt, login, partial(_score, scoring, scoring.score_task(3, login)))
            for login in (second, third)
        ]
    )

    assert outcomes == ["done", "done"]
    with scoring.wiring.reading() as ctx:
        assert len(scores.points_of_round(ctx, scoring.entry(ctx))[3]) == 3
    assert scoring.waits_at(3) == []


@pytest.mark.usefixtures("both_databases")
def test_the_same_expert_twice_at_once_counts_once(scoring: PanelStory) -> None:
    login = scoring.experts(3)[0]
    submit = partial(scoring.attempt, login, partial(_score, scoring, scoring.score_task(3, login)))

    outcomes = at_once([submit, submit])

    assert sorted(outcomes) == ["AlreadyDone", "done"]


def test_duties_list_what_is_still_to_be_scored_first(scoring: PanelStory) -> None:
    login = scoring.experts(3)[0]
    scoring.score(3, login, 8)

    with scoring.acting(login) as ctx:
        duties = scores.list_duties(ctx, scoring.entry(ctx))
        scored, every = scores.count_progress(ctx, scoring.entry(ctx))

    assert (duties[-1].seat.nomination_id, duties[-1].task_id, duties[-1].total) == (3, None, 80)
    assert all(duty.task_id and duty.total is None for duty in duties[:-1])
    assert (scored, every) == (1, 9)


def _score(story: PanelStory, task_id: int, ctx: Context) -> None:
    user_tasks.complete(ctx, task_id, "submit", story.points())


def _seen(story: PanelStory, login: str) -> list[tuple[str, bool, int]]:
    with story.acting(login) as ctx:
        nomination = ctx.session.get_one(nominations.Nomination, 3)
        return [_told(given) for given in scores.list_visible(ctx, nomination)]


def _told(given: GivenScores) -> tuple[str, bool, int]:
    return given.who, given.mine, int(given.total)


def _name(login: str) -> str:
    return "专家" + "甲乙丙丁戊己庚辛壬"[int(login[-1]) - 1]
