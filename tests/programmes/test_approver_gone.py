"""X14: an approver missing, gone, or the nominee himself: the administrator is asked, nothing passes."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from service.models import Candidate, Incident, Membership, User
from service.programmes.account import accounts
from service.workflow.context import Context
from service.workflow.person import people
from service.workflow.task import user_tasks
from tests.programmes.story import HEAD, LEAGUE, Story

STEP = "workplace_opinion"


def user_of(ctx: Context, login: str) -> User:
    return ctx.session.scalars(select(User).where(User.login == login)).one()


def offered(story: Story, nominee: int, step: str = STEP) -> list[str]:
    with story.wiring.reading() as ctx:
        query = select(Candidate.group_key).where(Candidate.user_task_id == story.task_id(nominee, step))
        return sorted(ctx.session.scalars(query))


def leave(story: Story, login: str) -> None:
    with story.acting("admin") as ctx:
        accounts.set_active(ctx, user_of(ctx, login), active=False)


def test_x14_who_leaves_hands_his_open_tasks_to_the_administrator(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    with round_2024.acting(HEAD) as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, STEP))

    leave(round_2024, HEAD)

    assert offered(round_2024, nominee) == ["unit_admin@cz"]
    round_2024.complete(nominee, STEP, "approve", by="danwei", text="同意推荐。")
    assert round_2024.waits_at(nominee) == ["recommender_opinion"]


def test_x14_who_leaves_and_is_not_the_only_one_leaves_it_to_the_others(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    with round_2024.acting(HEAD) as ctx:
        user_tasks.claim(ctx, round_2024.task_id(nominee, STEP))
        people.grant(ctx, user_of(ctx, LEAGUE), "head", round_2024.read(nominee).unit)

    leave(round_2024, HEAD)

    assert offered(round_2024, nominee) == ["head@liyang-qingfeng"]
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, text="同意推荐。")


def return_(story: Story, login: str) -> None:
    with story.acting("admin") as ctx:
        accounts.set_active(ctx, user_of(ctx, login), active=True)


def test_who_comes_back_is_offered_what_nobody_claimed_meanwhile(round_2024: Story) -> None:
    waiting, claimed = (round_2024.nominate(to=STEP) for _ in range(2))
    leave(round_2024, HEAD)
    with round_2024.acting("danwei") as ctx:
        user_tasks.claim(ctx, round_2024.task_id(claimed, STEP))

    return_(round_2024, HEAD)

    assert [offered(round_2024, one) for one in (waiting, claimed)] == [
        ["head@liyang-qingfeng"],
        ["unit_admin@cz"],
    ]
    round_2024.complete(waiting, STEP, "approve", by=HEAD, text="同意推荐。")
    round_2024.complete(claimed, STEP, "approve", by="danwei", text="同意推荐。")


def test_who_comes_back_is_offered_what_came_while_he_was_away(round_2024: Story) -> None:
    leave(round_2024, HEAD)
    nominee = round_2024.nominate(to=STEP)
    before = offered(round_2024, nominee)

    return_(round_2024, HEAD)

    assert (before, offered(round_2024, nominee)) == (["unit_admin@cz"], ["head@liyang-qingfeng"])


def test_who_comes_back_ends_the_incident_of_his_absence(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    with round_2024.wiring.transaction() as ctx:
        ctx.session.execute(delete(Membership).where(Membership.role == "unit_admin"))
    leave(round_2024, HEAD)

    return_(round_2024, HEAD)

    assert offered(round_2024, nominee) == ["head@liyang-qingfeng"]
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).all() == []


@pytest.mark.parametrize("how", ["left", "revoked"])
def test_x14_with_no_administrator_it_waits_as_an_incident(round_2024: Story, how: str) -> None:
    nominee = round_2024.nominate(to=STEP)
    with round_2024.wiring.transaction() as ctx:
        ctx.session.execute(delete(Membership).where(Membership.role == "unit_admin"))

    if how == "left":
        leave(round_2024, HEAD)
    else:
        with round_2024.acting("admin") as ctx:
            user = user_of(ctx, HEAD)
            held = ctx.session.scalars(select(Membership.id).where(Membership.user_id == user.id)).one()
            accounts.revoke(ctx, user, held)

    assert (offered(round_2024, nominee), round_2024.waits_at(nominee)) == ([], [STEP])
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Incident.kind)).one() == "nobody-resolved"


def test_x14_approval_falls_past_the_nominee_to_the_administrator(period_2021: Story) -> None:
    unit, nominee_login = "sxjg-01", "sxjg-01-renshi"
    with period_2021.wiring.transaction() as ctx:
        user = user_of(ctx, nominee_login)
        people.grant(ctx, user, "nominee", user.unit)
    nominee = period_2021.nominate(unit, "organ", source="self", by=nominee_login)

    assert period_2021.waits_at(nominee) == ["workplace_opinion"]
    assert offered(period_2021, nominee) == ["unit_admin@sx"]


def test_levels_of_any_number_are_climbed_one_by_one(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxgz-1-2", "enterprise", by="xiangmu-tuan")
    with period_2021.wiring.transaction() as ctx:
        ctx.session.execute(delete(Membership).where(Membership.group_key == "head@sxgz-1"))
    seen = []
    for by in ("xiangmu", "erji", "sxdanwei"):
        [step] = period_2021.waits_at(nominee)
        seen.append(step)
        more = {"loyal": True, "upright": True, "diligent": True} if by == "xiangmu" else {}
        period_2021.complete(nominee, step, "approve", by=by, text="同意。", **more)

    assert seen == ["workplace_opinion", "superior_opinion", "superior_opinion"]
    assert period_2021.waits_at(nominee) == ["recommender_opinion"]


def test_x14_level_whose_approver_leaves_falls_to_the_administrator(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxgz-1-2", "enterprise", by="xiangmu-tuan")
    ticks = {"loyal": True, "upright": True, "diligent": True}
    period_2021.complete(nominee, "workplace_opinion", "approve", by="xiangmu", text="同意。", **ticks)

    with period_2021.acting("sxadmin") as ctx:
        accounts.set_active(ctx, user_of(ctx, "erji"), active=False)

    assert offered(period_2021, nominee, "superior_opinion") == ["unit_admin@sx"]


def test_one_level_that_says_no_ends_the_climb(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxgz-1-2", "enterprise", by="xiangmu-tuan")
    ticks = {"loyal": True, "upright": True, "diligent": True}
    period_2021.complete(nominee, "workplace_opinion", "approve", by="xiangmu", text="同意。", **ticks)

    period_2021.complete(nominee, "superior_opinion", "reject", by="erji", text="暂不推荐。")

    assert (period_2021.waits_at(nominee), period_2021.status(nominee)) == ([], "declined")
