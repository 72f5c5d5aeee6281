"""X14: an approver missing, gone, or the nominee himself: the administrator is asked, nothing passes."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from service.errors import Conflict, Invalid, ServiceError
from service.models import (
    Candidate,
    Draft,
    Incident,
    Membership,
    Notification,
    SignerPlace,
    User,
    UserTask,
)
from service.programmes.account import accounts
from service.workflow.context import Context
from service.workflow.person import people
from service.workflow.task import signers, signing, user_tasks
from tests.programmes.story import HEAD, LEAGUE, NOMINEE, Story

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


@pytest.mark.parametrize("how", ["leaves", "is revoked"])
def test_x14_what_only_the_nominee_is_left_to_do_goes_to_the_administrator(
    round_2024: Story, how: str
) -> None:
    own = round_2024.nominate(source="self", to=STEP)
    another = round_2024.nominate(to=STEP)
    share(round_2024, own, "head", NOMINEE)

    if how == "leaves":
        leave(round_2024, HEAD)
    else:
        revoke(round_2024, HEAD, "head")

    assert (offered(round_2024, own), offered(round_2024, another)) == (
        ["unit_admin@cz"],
        ["head@liyang-qingfeng"],
    )
    assert round_2024.waits_at(own) == [STEP]


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


def revoke(story: Story, login: str, role: str) -> None:
    with story.acting("admin") as ctx:
        user = user_of(ctx, login)
        held = select(Membership.id).where(Membership.user_id == user.id, Membership.role == role)
        accounts.revoke(ctx, user, ctx.session.scalars(held).one())


def share(story: Story, nominee: int, role: str, *logins: str) -> None:
    """Give a role at the nominee's workplace to others as well."""
    with story.acting("admin") as ctx:
        for login in logins:
            people.grant(ctx, user_of(ctx, login), role, story.read(nominee).unit)


def claim(story: Story, nominee: int, step: str, login: str) -> int:
    with story.acting(login) as ctx:
        return user_tasks.claim(ctx, story.task_id(nominee, step)).id


def assignee(story: Story, task_id: int) -> str | None:
    with story.wiring.reading() as ctx:
        number = ctx.session.get_one(UserTask, task_id).assignee_id
        return ctx.session.get_one(User, number).login if number else None


def told(story: Story) -> list[tuple[str, str]]:
    """Return who was told that a task is his now, and how."""
    with story.wiring.reading() as ctx:
        query = select(User.login, Notification.text).join(Notification, Notification.user_id == User.id)
        rows = ctx.session.execute(query.where(Notification.kind == "handed_over").order_by(User.login))
        return [(login, text.partition("：")[0]) for login, text in rows]


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("how", ["left", "revoked"])
def test_x14_who_loses_the_role_leaves_what_he_claimed_to_the_others(round_2024: Story, how: str) -> None:
    nominee = round_2024.nominate(to=STEP)
    share(round_2024, nominee, "head", LEAGUE)
    task_id = claim(round_2024, nominee, STEP, HEAD)

    if how == "left":
        leave(round_2024, HEAD)
    else:
        revoke(round_2024, HEAD, "head")

    assert assignee(round_2024, task_id) is None
    assert told(round_2024) == [(LEAGUE, "演示-青锋党支部 已不在岗，请您办理")]
    round_2024.complete(nominee, STEP, "approve", by=LEAGUE, text="同意推荐。")


def test_who_lost_the_role_signs_nothing_he_had_claimed(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    share(round_2024, nominee, "head", LEAGUE)
    claim(round_2024, nominee, STEP, HEAD)

    revoke(round_2024, HEAD, "head")

    with pytest.raises(ServiceError):
        round_2024.complete(nominee, STEP, "approve", by=HEAD, text="同意推荐。")
    assert round_2024.waits_at(nominee) == [STEP]


def test_who_loses_one_role_keeps_what_he_has_by_another(round_2024: Story) -> None:
    first, second = round_2024.nominate(), round_2024.nominate(to=STEP)
    share(round_2024, first, "head", LEAGUE)
    mine = claim(round_2024, first, "workplace_league_opinion", LEAGUE)
    passed_on = claim(round_2024, second, STEP, HEAD)
    with round_2024.acting(HEAD) as ctx:
        user_tasks.transfer(ctx, passed_on, user_of(ctx, NOMINEE).id, "出差。")

    revoke(round_2024, HEAD, "head")
    revoke(round_2024, LEAGUE, "head")

    assert (assignee(round_2024, mine), assignee(round_2024, passed_on)) == (LEAGUE, NOMINEE)
    assert told(round_2024) == []
    round_2024.complete(first, "workplace_league_opinion", "approve", by=LEAGUE, text="同意。")


def test_who_loses_a_role_is_not_bereft_of_what_is_his_by_name(round_2024: Story) -> None:
    nominee = round_2024.start(source="self")
    share(round_2024, nominee, "league", NOMINEE)
    task_id = claim(round_2024, nominee, "fill_in_form", NOMINEE)

    revoke(round_2024, LEAGUE, "league")
    revoke(round_2024, NOMINEE, "league")

    assert assignee(round_2024, task_id) == NOMINEE
    round_2024.hand_in(nominee, by=NOMINEE)


def test_decision_that_waits_for_signers_is_made_anew_by_who_comes_after(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    share(round_2024, nominee, "head", NOMINEE)
    task_id = round_2024.task_id(nominee, STEP)
    with round_2024.acting(HEAD) as ctx:
        [signer] = signers.ask(ctx, task_id, [user_of(ctx, LEAGUE).id], SignerPlace.AFTER, "请核对。")
    round_2024.complete(nominee, STEP, "approve", by=HEAD, text="同意推荐。")

    revoke(round_2024, HEAD, "head")

    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Conflict, match="还没有作出决定"):
        signing.answer(ctx, signer.id, agrees=True, text="")
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.get_one(Draft, task_id).answers == {"text": "同意推荐。"}
    round_2024.complete(nominee, STEP, "approve", by=NOMINEE, text="同意推荐。")
    with round_2024.acting(LEAGUE) as ctx:
        signing.answer(ctx, signer.id, agrees=True, text="")
    assert round_2024.waits_at(nominee) == ["recommender_opinion"]


def test_whoever_waits_for_a_signer_who_left_is_told(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    with round_2024.acting(HEAD) as ctx:
        task_id = round_2024.task_id(nominee, STEP)
        [signer] = signers.ask(ctx, task_id, [user_of(ctx, LEAGUE).id], SignerPlace.BEFORE, "请核对。")

    leave(round_2024, LEAGUE)

    with round_2024.wiring.reading() as ctx:
        query = select(User.login, Notification.text).join(User, User.id == Notification.user_id)
        [(login, text)] = ctx.session.execute(query.where(Notification.kind == "signed"))
    assert (login, "演示-青锋团支部 已不在岗，不会加签了" in text) == (HEAD, True)
    with round_2024.acting(HEAD) as ctx:
        signing.withdraw(ctx, signer.id)
    round_2024.complete(nominee, STEP, "approve", by=HEAD, text="同意推荐。")


def test_nothing_is_passed_to_whoever_left(round_2024: Story) -> None:
    nominee = round_2024.nominate(to=STEP)
    leave(round_2024, LEAGUE)
    task_id = round_2024.task_id(nominee, STEP)

    with round_2024.acting(HEAD) as ctx:
        gone = user_of(ctx, LEAGUE).id
        with pytest.raises(Invalid, match="已停用"):
            user_tasks.transfer(ctx, task_id, gone, "出差。")
        with pytest.raises(Invalid, match="没有加签"):
            signers.ask(ctx, task_id, [gone], SignerPlace.BEFORE, "请核对。")

    assert assignee(round_2024, task_id) is None


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
