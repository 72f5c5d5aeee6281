"""Accounts whose password is known from the start, as the command line creates them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Invalid
from service.models import HistoryEvent, Unit
from service.programmes.account import accounts
from service.workflow.context import Context
from tests.programmes.story import Story


def test_account_with_a_password_of_its_own_is_told_in_the_history(round_2024: Story) -> None:
    with round_2024.wiring.transaction() as ctx:
        user = accounts.create_with_password(
            ctx, login="wang", name=" 王某 ", unit=unit(ctx), password="a long one"
        )
        query = select(HistoryEvent.details).where(HistoryEvent.kind == "account.created")
        told = ctx.session.scalars(query.order_by(HistoryEvent.id.desc())).first()

    assert (user.name, user.password_is_temporary, told) == ("王某", False, {"user": "wang", "unit": "cz"})


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"login": "shiwei"}, {"login": "这个用户名已有人使用"}),
        (
            {"login": "Wang W", "name": " "},
            {
                "login": "2 至 40 个小写字母、数字、点、横线或下划线，以字母或数字开头",
                "name": "必填",
            },
        ),
        ({"password": "short"}, {"password": "至少 10 个字符"}),
    ],
)
def test_account_that_cannot_be_meant_is_refused(
    round_2024: Story, wrong: dict[str, str], fields: dict[str, str]
) -> None:
    given = {"login": "wang", "name": "王某", "password": "a long one", **wrong}

    with round_2024.wiring.reading() as ctx, pytest.raises(Invalid) as refused:
        accounts.create_with_password(ctx, unit=unit(ctx), **given)

    assert refused.value.fields == fields


def test_unknown_role_is_refused_with_those_that_are_known(round_2024: Story) -> None:
    with round_2024.wiring.reading() as ctx:
        accounts.require_roles(ctx, ["admin", "organiser"])
        with pytest.raises(Invalid) as refused:
            accounts.require_roles(ctx, ["admin", "organizer", "boss"])

        known = "、".join(f"{key}（{name}）" for key, name in accounts.name_roles(ctx).items())
        assert refused.value.message == f"没有岗位 organizer、boss。现有：{known}。"


def unit(ctx: Context) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == "cz")).one()
