"""What somebody must step back from is not in his inbox and not in its number; his colleagues have it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.models import Nomination, User, UserTask
from service.workflow.person import logins, people
from service.workflow.task import tasklist
from service.workflow.task.tasklist import Filter
from tests.programmes.story import LEAGUE, Story, _unit

pytestmark = pytest.mark.usefixtures("both_databases")

COLLEAGUE = "tongshi"


def inbox_of(story: Story, login: str, due: str = "") -> tuple[list[str], int]:
    """Return the steps in somebody's inbox and the number it shows."""
    with story.acting(login) as ctx:
        narrow = Filter(due="recused") if due else Filter()
        rows = tasklist.list_todo(ctx, narrow).rows
        return [task.element_id for task in rows], tasklist.count(ctx)["todo"]


def bring_colleague(story: Story, unit: str, role: str) -> None:
    """Let somebody else hold a role, too."""
    with story.wiring.transaction() as ctx:
        place = _unit(ctx, unit)
        user = logins.create_user(ctx, login=COLLEAGUE, name="演示-同事", password="long enough", unit=place)
        people.grant(ctx, user, role, place)


@pytest.mark.parametrize("known_by", ["account", "number"])
def test_opinion_on_oneself_is_in_the_inbox_of_colleagues_only(round_2024: Story, known_by: str) -> None:
    bring_colleague(round_2024, "liyang-qingfeng", "league")
    own, other = round_2024.nominate(), round_2024.nominate()
    with round_2024.wiring.transaction() as ctx:
        nomination = ctx.session.get_one(Nomination, own)
        user = ctx.session.scalars(select(User).where(User.login == LEAGUE)).one()
        if known_by == "account":
            nomination.nominee_id = user.id
        else:
            user.id_number_index = nomination.id_number_index

    step = "workplace_league_opinion"
    assert inbox_of(round_2024, LEAGUE) == ([step], 1)
    assert inbox_of(round_2024, LEAGUE, "recused") == ([step], 1)
    assert inbox_of(round_2024, COLLEAGUE) == ([step, step], 2)
    assert inbox_of(round_2024, COLLEAGUE, "recused") == ([], 2)
    assert round_2024.waits_at(other) == [step]


def test_review_of_ones_own_unit_is_in_the_inbox_of_the_others(round_2024: Story) -> None:
    bring_colleague(round_2024, "cz", "reviewer")
    nominee = round_2024.nominate()
    round_2024.to_review()
    with round_2024.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == "huishen")).one()
        user.unit_id = ctx.session.get_one(Nomination, nominee).unit_id

    assert inbox_of(round_2024, "huishen") == ([], 0)
    assert inbox_of(round_2024, COLLEAGUE) == (["joint_review"], 1)


def test_task_passed_on_to_whoever_must_step_back_stays_with_him(round_2024: Story) -> None:
    own = round_2024.nominate()
    with round_2024.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == LEAGUE)).one()
        ctx.session.get_one(Nomination, own).nominee_id = user.id
        task = ctx.session.get_one(UserTask, round_2024.task_id(own, "workplace_league_opinion"))
        task.assignee_id = user.id

    assert inbox_of(round_2024, LEAGUE) == (["workplace_league_opinion"], 1)
