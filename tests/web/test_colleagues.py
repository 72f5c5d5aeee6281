"""Choosing colleagues: searched for while one writes, and named by the text alone without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.models import Nomination, Signer, TaskCopy, User, UserTask
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser

Browse = Callable[..., Browser]
Chosen = Callable[..., list[str]]


@pytest.fixture
def task_id(task_at: Callable[..., int]) -> int:
    """A step of the league branch of a workplace, whose party branch and district are its colleagues."""
    return task_at("workplace_league_opinion")


@pytest.fixture
def logins(ctx: Context) -> Chosen:
    def read(of: type[TaskCopy] | type[Signer]) -> list[str]:
        ctx.session.rollback()
        return sorted(ctx.session.scalars(select(User.login).join(of, of.user_id == User.id)))

    return read


@pytest.mark.parametrize("text", ["dangzhibu", "党支部", "青锋精密"])
def test_a_colleague_is_found_by_login_name_or_unit(browse: Browse, text: str) -> None:
    page = browse("tuanzhibu").get(f"/colleagues?field=to_user_id&to_user_id_text={text}")

    assert set(page.all(r'type="(\w+)" name="to_user_id"')) == {"radio"}
    assert "演示-青锋党支部" in page.text


def test_those_already_ticked_stay_while_the_next_is_searched(
    browse: Browse, user_id_of: Callable[[str], int]
) -> None:
    kept = user_id_of("dangzhibu")

    page = browse("tuanzhibu").get(f"/colleagues?field=user_ids&many=1&user_ids={kept}&user_ids_text=liyang")

    assert [bool(tick) for tick in page.all(r'name="user_ids" value="\d+"\s+(checked)?\s*>')] == [True, False]


@pytest.mark.parametrize(
    ("who", "text", "sentence"),
    [
        ("tuanzhibu", "查无此人", "没有找到“查无此人”。只能选择本单位和上下级单位的在用人员"),
        ("tuanzhibu", "wujin", "没有找到“wujin”"),
        ("shiwei", "演示", "还有更多，请把姓名或单位写得更完整"),
        ("tuanzhibu", "", "写几个字，从找到的人员中选择"),
    ],
)
def test_a_search_says_what_it_did_not_find(browse: Browse, who: str, text: str, sentence: str) -> None:
    page = browse(who).get(f"/colleagues?field=to_user_id&to_user_id_text={text}")

    assert sentence in page.text


def test_every_page_that_asks_for_a_colleague_searches_and_lists_nobody(browse: Browse, task_id: int) -> None:
    browser = browse("tuanzhibu")

    pages = [browser.get(f"/tasks/{task_id}"), browser.get("/delegations")]

    found = [page.all(r'hx-get="/colleagues\?field=(\w+)') for page in pages]
    assert found == [["user_ids", "to_user_id", "user_ids"], ["delegate"]]
    assert browse("admin").get("/delegations").all(r'hx-get="/colleagues\?field=(\w+)') == [
        "principal",
        "delegate",
    ]
    assert ["dangzhibu" in page.text for page in pages] == [False, False]


def test_without_scripts_a_text_names_several(browse: Browse, task_id: int, logins: Chosen) -> None:
    browser = browse("tuanzhibu")
    named = {"user_ids_text": "dangzhibu、 演示-溧阳团委经办"}

    copied = browser.post(f"/tasks/{task_id}/copy", named)
    asked = browser.post(f"/tasks/{task_id}/signers", named | {"place": "before", "question": "请核对"})

    assert (copied.status, asked.status) == (302, 302)
    assert logins(TaskCopy) == logins(Signer) == ["dangzhibu", "liyang"]


def test_those_ticked_count_and_the_text_of_the_last_search_does_not(
    browse: Browse, task_id: int, user_id_of: Callable[[str], int], logins: Chosen
) -> None:
    given = {"user_ids": user_id_of("dangzhibu"), "user_ids_text": "liyang"}

    browse("tuanzhibu").post(f"/tasks/{task_id}/copy", given)

    assert logins(TaskCopy) == ["dangzhibu"]


@pytest.mark.parametrize(
    ("action", "field", "text", "sentence"),
    [
        ("copy", "user_ids", "", "请选择抄送给谁"),
        ("copy", "user_ids", "dangzhibu、查无此人", "没有找到“查无此人”"),
        ("copy", "user_ids", "wujin", "没有找到“wujin”。只能选择本单位和上下级单位的在用人员。"),
        ("copy", "user_ids", "、".join(["dangzhibu"] * 21), "一次最多写 20 人"),
        ("transfer", "to_user_id", "演示", "“演示”不止一人，请写用户名，或把姓名、单位写得更完整。"),
        ("transfer", "to_user_id", "dangzhibu，liyang", "请选择转办给谁"),
        ("signers", "user_ids", "", "请选择本单位或上下级单位的在用人员"),
    ],
)
def test_a_text_that_names_nobody_is_refused(
    browse: Browse, task_id: int, logins: Chosen, action: str, field: str, text: str, sentence: str
) -> None:
    given = {f"{field}_text": text, "place": "before", "question": "请核对", "reason": "外出"}

    page = browse("tuanzhibu").post(f"/tasks/{task_id}/{action}", given)

    assert (page.status, sentence in page.text) == (422, True)
    assert logins(TaskCopy) == logins(Signer) == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/tasks/{task}/copy", "user_ids"),
        ("/tasks/{task}/transfer", "to_user_id"),
        ("/tasks/{task}/signers", "user_ids"),
        ("/delegations", "delegate"),
    ],
)
def test_somebody_of_another_branch_is_refused_by_his_number_too(
    browse: Browse, task_id: int, user_id_of: Callable[[str], int], path: str, field: str
) -> None:
    given = {"place": "before", "question": "请核对", "reason": "外出"}
    days = {"starts": "2024-03-15", "ends": "2024-03-20"}

    page = browse("tuanzhibu").post(path.format(task=task_id), {field: user_id_of("wujin"), **given, **days})

    assert page.status == 422
    assert "上下级单位" in page.text


def test_a_refused_delegation_keeps_whom_it_named(browse: Browse, user_id_of: Callable[[str], int]) -> None:
    page = browse("tuanzhibu").post(
        "/delegations", {"delegate": user_id_of("dangzhibu"), "starts": "2024-03-15", "ends": "bald"}
    )

    assert page.status == 422
    assert page.all(r'type="radio" name="delegate" value="(\d+)"') == [str(user_id_of("dangzhibu"))]


def test_a_text_that_names_two_on_the_page_of_delegations_is_told_there(browse: Browse) -> None:
    days = {"starts": "2024-03-15", "ends": "2024-03-20", "reason": "出差"}

    page = browse("tuanzhibu").post("/delegations", {"delegate_text": "演示", **days})

    assert page.status == 422
    assert page.all(r'name="delegate_text" value="([^"]*)"') == ["演示"]
    assert "“演示”不止一人" in page.text


def test_somebody_who_is_named_by_part_of_another_is_meant_by_his_whole_name(
    browse: Browse, task_id: int, ctx: Context, logins: Chosen
) -> None:
    head = ctx.session.scalars(select(User).where(User.login == "dangzhibu")).one()
    second = User(login="dangzhibu-2", name="演示-青锋党支部二", password_hash="-", unit=head.unit)
    second.created_at = head.created_at
    ctx.session.add(second)
    ctx.session.commit()

    browse("tuanzhibu").post(f"/tasks/{task_id}/copy", {"user_ids_text": "dangzhibu"})

    assert logins(TaskCopy) == ["dangzhibu"]


@pytest.mark.parametrize(
    ("action", "field", "label"),
    [
        ("transfer", "to_user_id", "转办给"),
        ("copy", "user_ids", "抄送给"),
        ("signers", "user_ids", "请谁加签"),
    ],
)
def test_what_was_refused_comes_back_open_with_what_was_typed(
    browse: Browse, task_id: int, action: str, field: str, label: str
) -> None:
    given = {f"{field}_text": "查无此人", "place": "after", "question": "请核对日期", "reason": "下周外出"}

    page = browse("tuanzhibu").post(f"/tasks/{task_id}/{action}", given)
    [form] = page.all(rf'<details class="list-group-item" id="{action}" open>(.*?)</details>')

    assert (page.status, label in form) == (422, True)
    assert 'value="查无此人"' in form
    assert re.findall(r'invalid-feedback"[^>]*>([^<]+)<', form) == [
        "没有找到“查无此人”。只能选择本单位和上下级单位的在用人员。"
    ]
    typed = {"transfer": ["下周外出"], "copy": [], "signers": ["请核对日期"]}[action]
    assert re.findall(r"<textarea[^>]*>([^<]*)</textarea>", form) == typed
    assert ('value="after" selected' in form) == (action == "signers")
    assert 'class="card mb-3" id="task-form"' in page.html  # the task's own form is there still


def test_who_must_step_back_is_named_at_the_field_and_stays_chosen(
    browse: Browse, service: Runtime, task_id: int, user_id_of: Callable[[str], int]
) -> None:
    nominee = user_id_of("dangzhibu")
    with service.wiring.transaction() as ctx:
        instance = ctx.session.get_one(UserTask, task_id).instance_id
        query = select(Nomination).where(Nomination.instance_id == instance)
        ctx.session.scalars(query).one().nominee_id = nominee
    given = {"to_user_id": str(nominee), "reason": "下周外出"}

    page = browse("tuanzhibu").post(f"/tasks/{task_id}/transfer", given)
    [form] = page.all(r'<details class="list-group-item" id="transfer" open>(.*?)</details>')

    assert page.status == 422
    assert "不能转办给演示-青锋党支部" in form
    assert re.findall(r'name="to_user_id" value="(\d+)" required checked', form) == [str(nominee)]
