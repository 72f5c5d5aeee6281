"""What a review costs in statements: as much for a hundred nominations as for three."""

from __future__ import annotations

from service.programmes.review import ballots, standings
from service.workflow.task import user_tasks
from tests.programmes.review.panel_story import PanelStory
from tests.web.browser import count_statements


def test_a_score_costs_no_more_after_others(scoring: PanelStory) -> None:
    costs = []
    for login in scoring.experts(3)[:2]:
        task_id = scoring.score_task(3, login)
        with scoring.acting(login) as ctx:
            with count_statements(ctx.session.get_bind().engine) as sent:
                user_tasks.complete(ctx, task_id, "submit", scoring.points())
                ctx.session.flush()
            costs.append(len(sent))

    assert max(costs) <= 12  # the first also reads the diagram, where no test before it has


def test_a_vote_costs_the_same_however_many_are_voted_on(scoring: PanelStory) -> None:
    scoring.score_all()
    scoring.meet()
    login = scoring.voters()[0]

    with scoring.acting(login) as ctx:
        task_id = scoring.round_task(ctx, "cast_ballot")
        ballot = ballots.find_newest(ctx, scoring.entry(ctx))
        assert ballot is not None
        chosen = {row.nomination_id: ballots.FOR for row in ballots.list_subjects(ctx, ballot)}
        with count_statements(ctx.session.get_bind().engine) as sent:
            ballots.cast(ctx, task_id, chosen)
            ctx.session.flush()

    assert (
        sum("ballot_count" in statement for statement in sent) == 2
    )  # what is on it, and all counts at once
    assert len(sent) <= 20


def test_ranking_costs_the_same_however_many_are_ranked(scoring: PanelStory) -> None:
    scoring.score_all()

    with scoring.wiring.transaction() as ctx:
        entry = scoring.entry(ctx)
        with count_statements(ctx.session.get_bind().engine) as sent:
            standings.rank(ctx, entry)

    assert len(sent) <= 6
