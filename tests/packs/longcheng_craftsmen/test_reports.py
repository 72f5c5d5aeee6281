"""002-E: a yearly report is sent back with what it lacks, and confirmed without a word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.errors import Invalid
from service.models import User
from service.programmes.review import joint_reviews
from service.workflow.person import actors
from tests.programmes.award.conftest import cultivation
from tests.programmes.award.cultivation import Cultivation

__all__ = ["cultivation"]


@pytest.fixture
def reported(cultivation: Cultivation) -> Cultivation:
    """The first year's report, filed and not yet confirmed."""
    cultivation.pass_until("2025-01-02 09:00")
    cultivation.do("submit")
    cultivation.pass_until("2025-12-02 09:00")
    cultivation.do("submit")
    return cultivation


def test_002_e_report_is_not_sent_back_without_what_it_lacks(reported: Cultivation) -> None:
    with pytest.raises(Invalid) as told:
        reported.do("return")

    assert told.value.fields == {"reason": "请填写需要补充的内容。"}
    assert [step for step, _ in reported.waits_for()] == ["confirm_report"]


def test_002_e_report_is_confirmed_without_a_word(reported: Cultivation) -> None:
    reported.do("confirm")

    assert reported.waits_for() == []


def test_002_e_reports_are_confirmed_together(reported: Cultivation) -> None:
    title = reported.award()
    with reported.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == "laojing")).one()
        acting = replace(ctx, actor=actors.actor_of(ctx, user))
        rows = joint_reviews.list_candidates(acting, title.round, "confirm_report", "年度报告")
        done = joint_reviews.decide(acting, [task.id for task, _ in rows], {rows[0][0].id: "confirm"}, {})

    assert ([person.id for _, person in rows], done) == ([title.nomination_id], 1)
    assert reported.waits_for() == []


def test_002_e_report_that_cannot_be_sent_back_with_others_names_whose_it_is(reported: Cultivation) -> None:
    title = reported.award()
    with reported.wiring.reading() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == "laojing")).one()
        acting = replace(ctx, actor=actors.actor_of(ctx, user))
        [(task, person)] = joint_reviews.list_candidates(acting, title.round, "confirm_report", "年度报告")

        with pytest.raises(Invalid) as told:
            joint_reviews.decide(acting, [task.id], {task.id: "return"}, {})

    assert (person.name, told.value.fields) == (title.name, {"reason": "请填写需要补充的内容。"})
