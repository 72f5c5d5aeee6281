"""Registering one's identity number on the account's page, and clearing a wrong one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.models import Nomination
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def number(service: Runtime, task_at: Callable[..., int]) -> str:
    """The identity number of somebody whose nomination waits for the workplace's league."""
    with service.wiring.reading() as ctx:
        return str(ctx.session.get_one(Nomination, 4).id_number)


def test_a_number_is_registered_and_kept_as_a_hash_only(
    service: Runtime, browse: Browse, number: str, user_id_of: Callable[[str], int]
) -> None:
    browser = browse("tuanzhibu")

    wrong = browser.post("/account/identity", {"id_number": "123"})
    done = browser.post("/account/identity", {"id_number": number})
    page = browser.get("/account")

    assert wrong.status == 422
    assert "登记本人身份证号" not in wrong.text
    assert done.status == 302
    assert "已登记。登记错了，请系统管理员清除后再登记。" in page.text
    assert "您自己的申报有 1 项待签意见，已改由他人办理。" in page.text
    assert number not in page.html
    assert browser.post("/account/identity", {"id_number": number}).status == 409
    clear = f"/admin/people/{user_id_of('tuanzhibu')}/identity/clear"
    assert "已登记（只存校验值）" in browse("admin").get(clear.removesuffix("/identity/clear")).text
    assert [browse(login).post(clear).status for login in ("tuanzhibu", "shiwei", "admin")] == [403, 403, 302]
    assert "清除后再登记" not in browser.get("/account").text
