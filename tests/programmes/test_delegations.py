"""Acting for an absent colleague (代理): from-to, logged, for tasks and nothing else."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.models import Delegation, Nomination, Opinion, Unit, User
from service.programmes.nomination import nominations
from service.workflow import history, notifications
from service.workflow.context import Context
from service.workflow.person import delegations, people
from service.workflow.task import task_access, tasklist, user_tasks
from tests.behind import behind
from tests.programmes.story import HEAD, LEAGUE, NOMINEE, WORKPLACE, Story

STEP = "workplace_opinion"


def user_of(ctx: Context, login: str) -> User:
    return ctx.session.scalars(select(User).where(User.login == login)).one()


def delegate(story: Story, principal: str = HEAD, to: str = LEAGUE, *, by: str = "", days: int = 5) -> int:
    with story.acting(by or principal) as ctx:
        return delegations.begin(
            ctx,
            principal=user_of(ctx, principal),
            delegate_id=user_of(ctx, to).id,
            starts_at=ctx.now,
            ends_at=ctx.now + timedelta(days=days),
            reason="出差",
        ).id


def test_administrator_of_a_unit_appoints_there_though_his_account_is_of_another(round_2024: Story) -> None:
    with round_2024.acting("wujin") as ctx:
        unit = ctx.session.scalars(select(Unit).where(Unit.code == WORKPLACE)).one()
        before = people.find_colleagues(ctx, [user_of(ctx, HEAD).id])
        people.grant(ctx, user_of(ctx, "wujin"), "unit_admin", unit)

    delegate(round_2024, by="wujin")

    with round_2024.acting("wujin") as ctx:
        after = people.find_colleagues(ctx, [user_of(ctx, HEAD).id, user_of(ctx, LEAGUE).id])
    assert (before, {user.login for user in after}) == ([], {HEAD, LEAGUE})


def todo(story: Story, login: str) -> list[str]:
    with story.acting(login) as ctx:
        return [task.element_id for task in tasklist.list_todo(ctx, tasklist.Filter()).rows]


def approve(story: Story, nominee: int, login: str) -> None:
    with story.acting(login) as ctx:
        user_tasks.complete(ctx, story.task_id(nominee, STEP), "approve", {"text": "同意推荐。"})


def test_task_of_the_absent_is_done_in_both_names(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    delegate(round_2024)

    assert todo(round_2024, LEAGUE) == [STEP]
    approve(round_2024, nominee, LEAGUE)

    with round_2024.wiring.reading() as ctx:
        opinion = ctx.session.scalars(select(Opinion).where(Opinion.position == 2)).one()
        instance = ctx.session.get_one(Nomination, nominee).instance
        assert instance is not None
        events = history.of_instance(ctx, instance)
        told = [event.actor_name for event in events if event.kind == "task.completed"]
    assert opinion.signed_by == told[-1] == "演示-青锋团支部（代演示-青锋党支部）"


def test_claimed_task_of_the_absent_passes_on_and_his_own_are_signed_alone(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    with round_2024.acting(HEAD) as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, STEP))
    delegate(round_2024)

    approve(round_2024, nominee, LEAGUE)

    assert round_2024.waits_at(nominee) == ["recommender_opinion"]
    own = round_2024.nominate()
    round_2024.complete(own, "workplace_league_opinion", "approve", by=LEAGUE, text="同意。")
    with round_2024.wiring.reading() as ctx:
        query = select(Opinion.signed_by).where(Opinion.nomination_id == own)
        assert ctx.session.scalars(query).one() == "演示-青锋团支部"


def test_what_is_claimed_for_the_absent_is_his_again_after_it(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    number = delegate(round_2024)
    with round_2024.acting(LEAGUE) as ctx:
        task = user_tasks.claim(ctx, round_2024.task_id(nominee, STEP))
        assert task.assignee_id == user_of(ctx, HEAD).id
        revision = task.revision
        assert user_tasks.claim(ctx, task.id).revision == revision

    with round_2024.acting(HEAD) as ctx:
        delegations.end(ctx, number)

    assert (todo(round_2024, HEAD), todo(round_2024, LEAGUE)) == ([STEP], [])
    approve(round_2024, nominee, HEAD)


def test_what_is_claimed_for_the_absent_is_signed_in_both_names(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    delegate(round_2024)
    with round_2024.acting(LEAGUE) as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, STEP))

    approve(round_2024, nominee, LEAGUE)

    with round_2024.wiring.reading() as ctx:
        signed = ctx.session.scalars(select(Opinion.signed_by).where(Opinion.position == 2)).one()
    assert signed == "演示-青锋团支部（代演示-青锋党支部）"


@pytest.mark.usefixtures("both_databases")
def test_of_two_begun_at_once_for_the_same_time_one_is_refused(round_2024: Story) -> None:
    with round_2024.acting(HEAD) as ctx:
        principal, to = user_of(ctx, HEAD), user_of(ctx, LEAGUE).id
        period = {"starts_at": ctx.now, "ends_at": ctx.now + timedelta(days=5)}
        delegations.begin(ctx, principal=principal, delegate_id=to, reason="出差", **period)
        second = behind(partial(delegate, round_2024))

    with pytest.raises(Conflict, match="已经有人代理"):
        second()


@pytest.mark.parametrize("days_later", [-1, 6])
def test_outside_its_period_it_is_nothing(round_2024: Story, days_later: int) -> None:
    nominee = round_2024.nominate(to=STEP)
    number = delegate(round_2024)
    with round_2024.wiring.transaction() as ctx:
        row = ctx.session.get_one(Delegation, number)
        row.starts_at -= timedelta(days=days_later)
        row.ends_at -= timedelta(days=days_later)
    if days_later < 0:
        assert todo(round_2024, LEAGUE) == []
    with pytest.raises(ServiceError):
        approve(round_2024, nominee, LEAGUE)


def test_only_tasks_pass_on(round_2024: Story) -> None:
    delegate(round_2024, "shiwei", "fuzeren")

    with round_2024.acting("fuzeren") as ctx:
        assert not nominations.is_organiser(ctx, round_2024.entry(ctx))
        assert "organiser@cz" in ctx.actor.task_groups


def test_it_does_not_pass_on_in_turn(round_2024: Story) -> None:
    round_2024.nominate(to=STEP)
    delegate(round_2024)
    delegate(round_2024, LEAGUE, "xiaoming")

    assert todo(round_2024, "xiaoming") == []


def test_whoever_acts_is_reminded_too(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    delegate(round_2024)

    with round_2024.wiring.reading() as ctx:
        task = task_access.get_fresh(ctx, round_2024.task_id(nominee, STEP))
        assert [user.login for user in notifications.list_responsible(ctx, task)] == [HEAD, LEAGUE]


def test_x14_who_acts_for_the_nominee_signs_nothing_about_him(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self", to=STEP)
    with round_2024.wiring.transaction() as ctx:
        people.grant(ctx, user_of(ctx, "xiaoming"), "head", round_2024.read(nominee).unit)
    delegate(round_2024, "xiaoming", LEAGUE)

    with pytest.raises(Forbidden, match="本人不能对自己的申报签署意见"):
        approve(round_2024, nominee, LEAGUE)


def test_ended_early_it_ends_now_and_is_logged(round_2024: Story) -> None:
    round_2024.nominate(to=STEP)
    number = delegate(round_2024)

    with round_2024.acting(HEAD) as ctx:
        delegations.end(ctx, number)

    assert todo(round_2024, LEAGUE) == []
    with pytest.raises(Conflict), round_2024.acting(HEAD) as ctx:
        delegations.end(ctx, number)
    with pytest.raises(NotFound), round_2024.acting("liyang") as ctx:
        delegations.end(ctx, number)


def test_unit_administrator_appoints_for_who_cannot(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)

    delegate(round_2024, by="danwei")

    approve(round_2024, nominee, LEAGUE)
    assert round_2024.waits_at(nominee) == ["recommender_opinion"]


def test_nobody_else_appoints(round_2024: Story) -> None:
    with pytest.raises(Forbidden, match="只能为自己指定代理人"):
        delegate(round_2024, by="wujin")


@pytest.mark.parametrize(("to", "days"), [(HEAD, 5), ("wujin-gehu-tuan", 5), (LEAGUE, 0), (LEAGUE, 400)])
def test_what_cannot_be_is_refused(round_2024: Story, to: str, days: int) -> None:
    with pytest.raises(Invalid):
        delegate(round_2024, to=to, days=days)


def test_two_at_a_time_are_refused(round_2024: Story) -> None:
    delegate(round_2024)

    with pytest.raises(Conflict, match="已经有人代理"):
        delegate(round_2024, to="xiaoming")


def test_x14_nobody_drafts_the_opinion_on_himself_in_the_place_of_another(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self", to=STEP)
    delegate(round_2024, HEAD, to=NOMINEE)

    with round_2024.acting(NOMINEE) as ctx, pytest.raises(Forbidden, match="本人不能对自己的申报签署意见"):
        user_tasks.save_draft(ctx, round_2024.task_id(nominee, STEP), {"text": "同意推荐。"})
    with round_2024.acting(NOMINEE) as ctx, pytest.raises(Forbidden, match="本人不能对自己的申报签署意见"):
        user_tasks.find_draft(ctx, task_access.get_fresh(ctx, round_2024.task_id(nominee, STEP)))
