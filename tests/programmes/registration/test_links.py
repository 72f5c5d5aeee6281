"""The link with which somebody confirmed chooses his password: once, in time, and told by mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid, NotFound
from service.models import OutboxMessage, User
from service.programmes.account import accounts
from service.programmes.registration import confirmations, links
from service.programmes.registration.links import LINK_DAYS
from service.programmes.registration.registrations import MOST_MAILS
from service.workflow.person import logins
from tests.programmes.registration.registering import MAIL, NAME, PASSWORD, confirm, read, refuse, register
from tests.programmes.story import RECOMMENDER, Story


def use(story: Story, token: str, password: str = PASSWORD) -> str:
    with story.wiring.transaction() as ctx:
        return links.use(ctx, token, password).login


def renew(story: Story, registration_id: int) -> str:
    with story.acting(RECOMMENDER) as ctx:
        row = confirmations.get(ctx, story.entry(ctx), registration_id)
        confirmations.renew_link(ctx, row)
        return row.link or ""


def test_a_link_is_used_once(round_2024: Story) -> None:
    registration = register(round_2024)[0]
    token = confirm(round_2024, registration)

    use(round_2024, token)

    with pytest.raises(Conflict, match="已经用过，账号已经开通"):
        use(round_2024, token)
    with pytest.raises(Conflict, match="链接已经用过"):
        renew(round_2024, registration)
    assert read(round_2024, registration).link is None


def test_a_link_is_good_for_so_many_days_and_may_be_given_anew(round_2024: Story) -> None:
    registration = register(round_2024)[0]
    late = confirm(round_2024, registration)
    round_2024.clock.move(days=LINK_DAYS)

    with pytest.raises(Conflict, match="已经过期，请联系主办单位重发"):
        use(round_2024, late)
    anew = renew(round_2024, registration)
    with pytest.raises(NotFound, match="可能已经重发过新的"):
        use(round_2024, late)

    assert use(round_2024, anew) == f"zj{read(round_2024, registration).number}"


@pytest.mark.parametrize(
    ("password", "message"), [("zu-kurz", "新密码太短"), ("zj{number}-mima", "也不能包含用户名")]
)
def test_the_password_keeps_the_rules_of_any_other(round_2024: Story, password: str, message: str) -> None:
    registration, number, _code = register(round_2024)
    token = confirm(round_2024, registration)

    with pytest.raises(Invalid, match=message):
        use(round_2024, token, password.format(number=number))

    assert use(round_2024, token)


def test_the_account_is_nobodys_before_the_link_is_used(round_2024: Story) -> None:
    registration, number, _code = register(round_2024)
    confirm(round_2024, registration)

    row = read(round_2024, registration)
    assert row.user is not None
    assert (row.user.name, row.user.password_is_temporary, row.user.last_login_at) == (NAME, True, None)
    with round_2024.wiring.transaction() as ctx, pytest.raises(logins.LoginFailed):
        logins.log_in(ctx, f"zj{number}", PASSWORD)


def test_an_account_taken_out_of_use_has_no_link(round_2024: Story) -> None:
    registration = register(round_2024)[0]
    token = confirm(round_2024, registration)
    with round_2024.acting("admin") as ctx:
        accounts.set_active(
            ctx, ctx.session.get_one(User, read(round_2024, registration).user_id), active=False
        )

    with pytest.raises(Conflict, match="已经过期"):
        use(round_2024, token)


def test_nobody_gets_by_link_into_an_account_its_owner_already_uses(round_2024: Story) -> None:
    registration, number, _code = register(round_2024)
    token = confirm(round_2024, registration)
    with round_2024.acting("admin") as ctx:
        one_time = accounts.reset_password(
            ctx, ctx.session.get_one(User, read(round_2024, registration).user_id)
        )
    with round_2024.wiring.transaction() as ctx:
        logins.log_in(ctx, f"zj{number}", one_time)

    with pytest.raises(Conflict, match="账号已经开通，请直接登录"):
        use(round_2024, token)
    with pytest.raises(Conflict, match="本人已设置密码"):
        renew(round_2024, registration)


def with_mail(story: Story) -> Story:
    house = replace(story.wiring.house, channels=frozenset({"mail"}))
    return replace(story, wiring=replace(story.wiring, house=house))


def test_nobody_is_flooded_with_mails_by_whoever_writes_down_his_address(round_2024: Story) -> None:
    story = with_mail(round_2024)

    for number in range(MOST_MAILS + 2):
        register(story, contact=MAIL, name=f"演示-{number}")
    story.clock.move(days=1)
    register(story, contact=MAIL)

    with story.wiring.reading() as ctx:
        query = select(OutboxMessage.id).where(OutboxMessage.recipient == MAIL)
        assert len(ctx.session.scalars(query).all()) == MOST_MAILS + 1


def test_who_left_an_address_is_written_to(round_2024: Story) -> None:
    story = with_mail(round_2024)
    first, number, code = register(story, contact=MAIL)
    token = confirm(story, first)
    second = register(story, contact=MAIL)[0]
    refuse(story, second, "已有账号，请直接登录")
    register(story)  # left a telephone number

    with story.wiring.reading() as ctx:
        query = select(OutboxMessage).where(OutboxMessage.recipient == MAIL).order_by(OutboxMessage.id)
        mails = [(mail.subject.partition("（")[0], mail.body) for mail in ctx.session.scalars(query)]
    assert [subject for subject, _body in mails] == [
        "已收到您的个人自荐登记",
        "您的个人自荐登记",
        "已收到您的个人自荐登记",
        "您的个人自荐登记",
    ]
    bodies = [body for _subject, body in mails]
    assert f"登记号：{number}\n查询码：{code}\n" in bodies[0]
    assert f"http://test.invalid/public/registrations/link/{token}\n" in bodies[1]
    assert "原因：已有账号，请直接登录\n" in bodies[3]
