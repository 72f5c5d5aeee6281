"""Signing together, commenting and acting for a colleague, in the browser's own requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.models import Signer, User, UserTask
from service.workflow.context import Context
from tests.web.browser import Browser

Browse = Callable[..., Browser]
STEP = "workplace_league_opinion"


@pytest.fixture
def task_id(ctx: Context) -> int:
    query = select(UserTask.id).where(UserTask.element_id == STEP, UserTask.status == "open")
    found = ctx.session.scalars(query.order_by(UserTask.id)).first()
    ctx.session.rollback()  # what is read later is read as it then is
    assert found is not None
    return found


@pytest.fixture
def head(ctx: Context) -> int:
    found = ctx.session.scalars(select(User.id).where(User.login == "dangzhibu")).one()
    ctx.session.rollback()
    return found


def ask(browser: Browser, task_id: int, who: int, place: str = "after") -> None:
    page = browser.post(
        f"/tasks/{task_id}/signers", {"place": place, "user_ids": who, "question": "请核对荣誉原件。"}
    )
    assert page.status == 302


def test_a_decision_waits_for_a_signer_and_then_goes_through(
    browse: Browse, ctx: Context, task_id: int, head: int
) -> None:
    league, signer = browse("tuanzhibu"), browse("dangzhibu")
    ask(league, task_id, head)

    held = league.complete(task_id, "approve", {"text": "同意。"})

    assert held.location == f"/tasks/{task_id}"
    assert "已决定“同意”，等候加签人签署后生效" in league.get(f"/tasks/{task_id}").text
    inbox = signer.get("/?tab=signing")
    assert "请核对荣誉原件。" in inbox.text
    assert "请您加签" in signer.get(f"/tasks/{task_id}").text
    ctx.session.rollback()
    number = ctx.session.scalars(select(Signer.id)).one()
    ctx.session.rollback()
    assert signer.post(f"/signers/{number}/answer", {"agrees": "1", "text": ""}).status == 302
    assert ctx.session.get_one(UserTask, task_id, populate_existing=True).status == "completed"


def test_nothing_is_decided_before_a_signer_asked_first(browse: Browse, task_id: int, head: int) -> None:
    league = browse("tuanzhibu")
    ask(league, task_id, head, "before")

    page = league.complete(task_id, "approve", {"text": "同意。"})

    assert page.status == 409
    assert "前加签还没有完成，等候：演示-青锋党支部。" in page.text


def test_asking_is_taken_back(browse: Browse, ctx: Context, task_id: int, head: int) -> None:
    league = browse("tuanzhibu")
    ask(league, task_id, head, "before")
    number = ctx.session.scalars(select(Signer.id)).one()
    ctx.session.rollback()

    assert league.post(f"/signers/{number}/withdraw").location == f"/tasks/{task_id}"

    assert league.complete(task_id, "approve", {"text": "同意。"}).status == 302


def test_a_comment_stands_beside_the_opinions(browse: Browse, task_id: int) -> None:
    league = browse("tuanzhibu")

    page = league.post(f"/tasks/{task_id}/comments", {"text": "荣誉原件已看过。"})

    assert page.location == f"/tasks/{task_id}#comments"
    shown = browse("liyang").get(f"/tasks/{task_id}").text
    assert "演示-青锋团支部 · 所在单位团组织意见" in shown
    assert "荣誉原件已看过。" in shown


@pytest.mark.parametrize("path", ["signers", "comments"])
def test_others_learn_nothing(browse: Browse, task_id: int, path: str) -> None:
    data = {"place": "before", "user_ids": 1, "question": "？", "text": "？"}

    assert browse("wujin").post(f"/tasks/{task_id}/{path}", data).status == 404


def test_a_colleague_acts_for_an_absent_one(browse: Browse, task_id: int, head: int) -> None:
    league, deputy = browse("tuanzhibu"), browse("dangzhibu")

    page = league.post(
        "/delegations", {"delegate": head, "starts": "2024-03-15", "ends": "2024-03-20", "reason": "出差"}
    )

    assert page.location == "/delegations"
    assert "演示-青锋党支部 代 演示-青锋团支部" in league.get("/delegations").text
    assert deputy.complete(task_id, "approve", {"text": "同意。"}).status == 302
    assert "演示-青锋党支部（代演示-青锋团支部）" in league.get(f"/tasks/{task_id}").text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"ends": "2024-03-01"}, "结束日期应晚于开始日期和现在"),
        ({"ends": "soon"}, "请选择日期"),
        ({"reason": " "}, "必填"),
        ({"delegate": "0"}, "请选择本单位或上下级单位"),
    ],
)
def test_what_cannot_be_comes_back_with_a_sentence(
    browse: Browse, head: int, data: dict[str, str], sentence: str
) -> None:
    given = {"delegate": head, "starts": "2024-03-15", "ends": "2024-03-20", "reason": "出差"}

    page = browse("tuanzhibu").post("/delegations", given | data)

    assert page.status == 422
    assert sentence in page.text
