"""Sent back to a step whose doer is gone, lost the role or only stood in: it never rests with him (X14)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from service.errors import ServiceError
from service.models import Incident, Membership, Notification, User, UserTask
from service.programmes.account import accounts
from service.programmes.nomination import identities
from service.workflow.person import delegations, people
from service.workflow.task import task_access, tasklist, user_tasks
from tests.programmes.nomination.test_going_back import send_back, take_back
from tests.programmes.story import HEAD, LEAGUE, NOMINEE, RECOMMENDER, Story
from tests.programmes.test_approver_gone import leave, offered, user_of
from tests.programmes.test_delegations import delegate

STEP, NEXT = "workplace_opinion", "recommender_opinion"
YES = {"text": "同意推荐。"}


def back(story: Story, nominee: int) -> None:
    """Let the recommending unit send a nomination back to its workplace."""
    send_back(story, nominee, NEXT, STEP, by=RECOMMENDER)


def revoke(story: Story, login: str) -> None:
    """Take the only role somebody has."""
    with story.acting("admin") as ctx:
        user = user_of(ctx, login)
        held = ctx.session.scalars(select(Membership.id).where(Membership.user_id == user.id)).one()
        accounts.revoke(ctx, user, held)


def have_two_heads(story: Story, nominee: int) -> None:
    with story.acting("admin") as ctx:
        people.grant(ctx, user_of(ctx, LEAGUE), "head", story.read(nominee).unit)


def assignee(story: Story, nominee: int, step: str = STEP) -> str | None:
    with story.wiring.reading() as ctx:
        number = task_access.get_fresh(ctx, story.task_id(nominee, step)).assignee_id
        return ctx.session.get_one(User, number).login if number else None


def told(story: Story) -> list[str]:
    """Return who was told that something was sent back."""
    with story.wiring.reading() as ctx:
        query = select(User.login).join(Notification, Notification.user_id == User.id)
        return sorted(ctx.session.scalars(query.where(Notification.kind == "returned")))


def test_whoever_did_it_and_holds_the_role_does_it_again(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=NEXT)
    have_two_heads(round_2024, nominee)

    back(round_2024, nominee)

    assert (assignee(round_2024, nominee), told(round_2024)) == (HEAD, [HEAD])


def test_x14_whoever_left_is_not_asked_again_but_the_administrator(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=NEXT)
    leave(round_2024, HEAD)

    back(round_2024, nominee)

    assert (assignee(round_2024, nominee), told(round_2024)) == (None, ["danwei"])
    assert offered(round_2024, nominee) == ["unit_admin@cz"]
    round_2024.complete(nominee, STEP, "approve", by="danwei", **YES)
    assert round_2024.waits_at(nominee) == [NEXT]


def test_x14_whoever_lost_the_role_is_not_asked_again_but_his_colleague(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=NEXT)
    have_two_heads(round_2024, nominee)
    revoke(round_2024, HEAD)

    back(round_2024, nominee)

    assert (assignee(round_2024, nominee), told(round_2024)) == (None, [LEAGUE])
    with pytest.raises(ServiceError):
        round_2024.complete(nominee, STEP, "approve", by=HEAD, **YES)
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)


def test_x14_nobody_left_at_all_is_an_incident(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=NEXT)
    leave(round_2024, HEAD)
    with round_2024.wiring.transaction() as ctx:
        ctx.session.execute(delete(Membership).where(Membership.role == "unit_admin"))

    back(round_2024, nominee)

    assert (assignee(round_2024, nominee), offered(round_2024, nominee)) == (None, [])
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Incident.kind)).all() == ["nobody-resolved"]


def test_x14_whoever_turns_out_to_be_the_nominee_is_not_asked_again(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=NEXT)
    have_two_heads(round_2024, nominee)
    number = round_2024.read(nominee).id_number
    with round_2024.acting(HEAD) as ctx:
        identities.register(ctx, user_of(ctx, HEAD), str(number))

    back(round_2024, nominee)

    assert assignee(round_2024, nominee) is None
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)


def test_after_a_delegation_it_goes_to_the_principal(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    number = delegate(round_2024)
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)
    with round_2024.acting(HEAD) as ctx:
        delegations.end(ctx, number)

    back(round_2024, nominee)

    assert (assignee(round_2024, nominee), told(round_2024)) == (HEAD, [HEAD])
    round_2024.complete(nominee, STEP, "approve", by=HEAD, **YES)


def test_during_a_delegation_whoever_acts_may_do_it_again(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    delegate(round_2024)
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)

    take_back(round_2024, nominee, STEP, by=LEAGUE)

    assert assignee(round_2024, nominee) == HEAD
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)


def test_x14_neither_the_principal_who_left_nor_who_acted_for_him_is_asked_again(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    delegate(round_2024)
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)
    leave(round_2024, HEAD)

    back(round_2024, nominee)

    assert (assignee(round_2024, nominee), offered(round_2024, nominee)) == (None, ["unit_admin@cz"])


def test_whoever_only_sent_it_back_is_not_taken_for_who_did_it(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=NEXT)
    have_two_heads(round_2024, nominee)
    back(round_2024, nominee)
    send_back(round_2024, nominee, STEP, "fill_in_form", by=HEAD)
    round_2024.hand_in(nominee)
    round_2024.carry(nominee, STEP)
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)

    back(round_2024, nominee)

    assert assignee(round_2024, nominee) == LEAGUE


@pytest.mark.parametrize("way", ["sent back", "taken back", "sent back after he left"])
def test_whoever_it_was_passed_on_to_does_it_again(round_2024: Story, way: str) -> None:
    nominee = round_2024.nominate(to=STEP)
    with round_2024.acting(HEAD) as ctx:
        user_tasks.transfer(ctx, round_2024.task_id(nominee, STEP), user_of(ctx, LEAGUE).id, "出差。")
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)
    if way == "sent back after he left":
        leave(round_2024, LEAGUE)

    if way == "taken back":
        take_back(round_2024, nominee, STEP, by=LEAGUE)
    else:
        back(round_2024, nominee)

    again = None if way == "sent back after he left" else LEAGUE
    assert (assignee(round_2024, nominee), offered(round_2024, nominee)) == (again, ["head@liyang-qingfeng"])


@pytest.mark.usefixtures("both_databases")
def test_form_goes_back_to_the_nominee_by_name(round_2024: Story) -> None:
    nominee = round_2024.start(source="self")
    round_2024.hand_in(nominee, by=NOMINEE)

    send_back(round_2024, nominee, "workplace_league_opinion", "fill_in_form", by=LEAGUE)

    assert assignee(round_2024, nominee, "fill_in_form") == NOMINEE


def test_completed_task_stays_with_whose_it_was(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    delegate(round_2024)
    task_id = round_2024.task_id(nominee, STEP)

    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, **YES)

    with round_2024.acting(LEAGUE) as ctx:
        task = ctx.session.get_one(UserTask, task_id)
        assert (task.assignee_id, task.completed_by_id) == (user_of(ctx, HEAD).id, ctx.actor.user_id)
        assert task_id in [row.id for row in tasklist.list_done(ctx, tasklist.Filter()).rows]
