"""A ballot and 代理: nobody votes for another, nor at another's task."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.errors import Conflict
from service.models import BallotCount, Delegation, User, UserTask
from service.programmes.review import ballots
from tests.programmes.review.panel_story import PanelStory


def test_a_voter_who_acts_for_another_does_not_vote_at_the_others_task(scoring: PanelStory) -> None:
    """His own vote would be counted there, the other's lost, and his own task never be done."""
    scoring.score_all()
    scoring.meet()
    absent, present, *_ = scoring.voters()
    with scoring.acting(absent) as ctx:
        task_id = scoring.round_task(ctx, "cast_ballot")
        colleague = ctx.session.scalars(select(User).where(User.login == present)).one()
        period = {"starts_at": ctx.now, "ends_at": ctx.now + timedelta(days=3), "created_at": ctx.now}
        principal = ctx.session.get_one(User, ctx.actor.user_id)
        ctx.session.add(Delegation(principal=principal, delegate=colleague, reason="出差", **period))

    with pytest.raises(Conflict, match="须由投票人本人"), scoring.acting(present) as ctx:
        ballots.cast(ctx, task_id, {2: "against", 3: "against"})

    with scoring.wiring.reading() as ctx:
        assert set(ctx.session.scalars(select(BallotCount.votes))) == {0}
    scoring.vote(absent)
    with scoring.acting(absent) as ctx:
        assert ctx.session.get_one(UserTask, task_id).completed_by_id == ctx.actor.user_id
