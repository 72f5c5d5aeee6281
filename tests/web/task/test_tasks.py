from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import Draft, Notification, Submission, UserTask
from service.wire import Runtime
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]
TaskAt = Callable[..., int]
UserIdOf = Callable[[str], int]


def buttons(page: Page) -> list[str]:
    return page.all(r'<button[^>]*name="outcome" value="([^"]+)"')


def test_a_task_shows_the_record_the_opinions_and_the_outcomes(browse: Browse, task_at: TaskAt) -> None:
    page = browse("liyang").get(f"/tasks/{task_at('recommender_opinion')}")

    assert page.status == 200
    assert buttons(page) == ["reject", "return", "approve"]
    assert page.all(r'class="opinion-step">([^<]+)<') == ["所在单位团组织意见", "所在单位意见"]
    assert page.all(r'class="opinion-seal">([^<]+)<') == ["团组织公章", "党组织或行政公章"]
    assert "办到哪一步" in page.text
    assert "recommender_opinion" in page.all(r'data-active="([^"]*)"')[0]


def test_a_task_with_files_brings_what_lists_them_when_it_is_done_too(
    browse: Browse, task_at: TaskAt
) -> None:
    task_id, browser = task_at("recommender_opinion"), browse("liyang")
    before = bundles_of_files(browser.get(f"/tasks/{task_id}"))
    browser.complete(task_id, "approve", {"reason": "事迹突出，同意推荐。"})

    after = bundles_of_files(browser.get(f"/tasks/{task_id}"))

    assert before == after == (True, {"form.css", "form.js"})


def bundles_of_files(page: Page) -> tuple[bool, set[str]]:
    """Say whether a page lists files, and which bundles it has for them."""
    return bool(page.all(r"(data-upload)")), set(page.all(r"dist/(form\.\w+)"))


def test_a_task_shows_sensitive_answers_masked(browse: Browse, task_at: TaskAt) -> None:
    page = browse("liyang").get(f"/tasks/{task_at('recommender_opinion')}")

    masked = page.all(r'class="masked">([^<]+)<')
    assert [len(value.replace("*", "")) < 11 and "*" in value for value in masked] == [True, True]


def test_somebody_elses_task_does_not_exist(browse: Browse, task_at: TaskAt) -> None:
    task_id = task_at("recommender_opinion")

    assert browse("wujin").get(f"/tasks/{task_id}").status == 404
    assert browse("wujin").complete(task_id, "approve", {"reason": "好"}).status == 404


def test_completing_keeps_the_answers_and_moves_on(browse: Browse, task_at: TaskAt, service: Runtime) -> None:
    task_id = task_at("recommender_opinion")

    page = browse("liyang").complete(task_id, "approve", {"reason": "事迹突出，同意推荐。"})

    with service.wiring.reading() as ctx:
        kept = ctx.session.scalars(select(Submission).where(Submission.user_task_id == task_id)).one()
    assert (page.status, page.location) == (302, "/")
    assert (kept.outcome, kept.answers) == ("approve", {"reason": "事迹突出，同意推荐。"})


def test_refused_answers_come_back_with_a_sentence_at_the_field(browse: Browse, task_at: TaskAt) -> None:
    page = browse("liyang").complete(task_at("recommender_opinion"), "approve", {"reason": ""})

    assert page.status == 422
    assert list(json.loads(page.all(r'data-errors="([^"]*)"')[0])) == ["reason"]
    assert "填写的内容都还在" in page.text


def test_refused_answers_are_not_lost(browse: Browse, task_at: TaskAt) -> None:
    answers = {"name": "何以宁", "id_number": "110105199803170010"}

    page = browse("tuanzhibu").complete(task_at("fill_in_form"), "submit", answers)

    kept = json.loads(page.all(r'data-data="([^"]*)"')[0])
    assert (kept["name"], kept["id_number"]) == ("何以宁", "110105199803170010")
    assert page.status == 422


def test_missing_files_are_named_at_their_slot(browse: Browse, task_at: TaskAt, service: Runtime) -> None:
    with service.wiring.reading() as ctx:
        answers = ctx.session.scalars(
            select(Submission.answers).where(Submission.element_id == "fill_in_form")
        ).first()
    mine = {**(answers or {}), "id_number": "110105199803170016", "birth_month": "1998-03", "sex": "男"}

    page = browse("tuanzhibu").complete(task_at("fill_in_form"), "submit", mine)

    assert sorted(json.loads(page.all(r'data-errors="([^"]*)"')[0])) == ["portrait", "work_photo"]


def test_nonsense_instead_of_answers_is_refused(browse: Browse, task_at: TaskAt) -> None:
    task_id = task_at("recommender_opinion")
    browser = browse("liyang")

    for text in ("{", "[1]", '"x"', "x" * 300_000):
        refused = browser.post(f"/tasks/{task_id}/complete", {"outcome": "approve", "answers": text})
        assert refused.status == 422
    assert browser.complete(task_id, "fly", {"reason": "好"}).status == 422


def test_a_task_completed_by_somebody_else_is_a_kind_conflict(browse: Browse, task_at: TaskAt) -> None:
    task_id = task_at("recommender_opinion")
    first, second = browse("liyang"), browse("liyang")
    first.complete(task_id, "approve", {"reason": "同意"})

    page = second.complete(task_id, "approve", {"reason": "同意"})

    assert page.status == 409
    assert "已由 演示-溧阳团委经办 于 03月15日 09:00 办结" in page.text


def test_a_draft_is_kept_and_shown_again(browse: Browse, task_at: TaskAt, service: Runtime) -> None:
    task_id, browser = task_at("recommender_opinion"), browse("liyang")

    saved = browser.fetch("POST", f"/tasks/{task_id}/draft", json={"reason": "写了一半"})

    with service.wiring.reading() as ctx:
        draft = ctx.session.get_one(Draft, task_id)
    assert (saved.status, draft.answers) == (200, {"reason": "写了一半"})
    shown = json.loads(browser.get(f"/tasks/{task_id}").all(r'data-data="([^"]*)"')[0])
    assert shown["reason"] == "写了一半"
    assert browse("wujin").fetch("POST", f"/tasks/{task_id}/draft", json={}).status == 404


def test_claiming_and_giving_back(browse: Browse, task_at: TaskAt, service: Runtime) -> None:
    task_id, browser = task_at("recommender_opinion"), browse("liyang")

    claimed = browser.post(f"/tasks/{task_id}/claim")
    page = browser.get(claimed.location)
    browser.post(f"/tasks/{task_id}/unclaim")

    with service.wiring.reading() as ctx:
        assert ctx.session.get_one(UserTask, task_id).assignee_id is None
    assert claimed.location == f"/tasks/{task_id}"
    assert "退签" in page.text


def test_transferring_needs_a_reason_and_a_person(
    browse: Browse, task_at: TaskAt, user_id_of: UserIdOf, service: Runtime
) -> None:
    task_id, browser = task_at("recommender_opinion"), browse("liyang")
    to = str(user_id_of("shiwei"))

    nobody = browser.post(f"/tasks/{task_id}/transfer", {"to_user_id": "", "reason": "外出"})
    silent = browser.post(f"/tasks/{task_id}/transfer", {"to_user_id": to, "reason": " "})
    done = browser.post(f"/tasks/{task_id}/transfer", {"to_user_id": to, "reason": "外出"})

    with service.wiring.reading() as ctx:
        assert ctx.session.get_one(UserTask, task_id).assignee_id == int(to)
    assert [page.status for page in (nobody, silent, done)] == [422, 422, 302]


def test_sending_back_opens_the_earlier_step_again(browse: Browse, task_at: TaskAt) -> None:
    task_id, browser = task_at("recommender_opinion"), browse("liyang")
    offered = browser.get(f"/tasks/{task_id}").all(r'<option value="(\w+_\w+)"')
    title = browser.get(f"/tasks/{task_id}").all(r'<h1 class="page-title">([^<]+)')[0]

    page = browser.post(f"/tasks/{task_id}/send-back", {"to_element": "fill_in_form", "reason": "补照片"})

    assert offered == ["fill_in_form", "workplace_league_opinion", "workplace_opinion"]
    assert page.status == 302
    assert task_at("fill_in_form", title) > task_id


def test_taking_back_while_the_next_has_not_acted(browse: Browse, task_at: TaskAt) -> None:
    task_id, browser = task_at("workplace_league_opinion"), browse("tuanzhibu")
    browser.complete(task_id, "approve", {"text": "同意"})

    offered = browser.get(f"/tasks/{task_id}")
    page = browser.post(f"/tasks/{task_id}/take-back")
    again = browser.post(f"/tasks/{task_id}/take-back")

    assert f"/tasks/{task_id}/take-back" in offered.html
    assert page.status == 302
    assert page.location != f"/tasks/{task_id}"
    assert again.status == 409


def test_the_button_of_taking_back_is_there_only_while_it_works(browse: Browse, task_at: TaskAt) -> None:
    task_id, browser, police = task_at("recommender_opinion"), browse("liyang"), browse("gongan")
    title = browser.get(f"/tasks/{task_id}").all(r'<h1 class="page-title">([^<]+)')[0]
    browser.complete(task_id, "approve", {"reason": "主持的技改项目获行业认可，同意推荐。"})
    untouched = browser.get(f"/tasks/{task_id}").html
    police.post(f"/tasks/{task_at('consult_police', title)}/claim")

    touched = browser.get(f"/tasks/{task_id}").html
    refused = browser.post(f"/tasks/{task_id}/take-back")

    button = f"/tasks/{task_id}/take-back"
    assert (button in untouched, button in touched, refused.status) == (True, False, 409)
    assert "“公安协查”已经签收，不能撤回。确需更改的，请联系主办单位或系统管理员。" in refused.text


def test_a_nudge_tells_whoever_has_to_act_once_a_minute(
    browse: Browse, task_at: TaskAt, user_id_of: UserIdOf, service: Runtime, clock: MovableClock
) -> None:
    task_id, organiser = task_at("recommender_opinion"), browse("shiwei")

    for _ in range(2):
        organiser.post(f"/tasks/{task_id}/nudge")
    clock.move(minutes=2)
    organiser.post(f"/tasks/{task_id}/nudge")

    query = select(Notification.created_at).where(
        Notification.user_id == user_id_of("liyang"), Notification.kind == "nudge"
    )
    with service.wiring.reading() as ctx:
        told = list(ctx.session.scalars(query))
    assert told == [clock() - timedelta(minutes=2), clock()]


def test_a_copy_lets_its_receiver_read_and_not_act(
    browse: Browse, task_at: TaskAt, user_id_of: UserIdOf
) -> None:
    task_id = task_at("recommender_opinion")
    stranger = browse("gongan")
    before = stranger.get(f"/tasks/{task_id}").status

    browse("liyang").post(f"/tasks/{task_id}/copy", {"user_ids": str(user_id_of("gongan"))})

    page = stranger.get(f"/tasks/{task_id}")
    assert (before, page.status, buttons(page)) == (404, 200, [])
    assert stranger.complete(task_id, "approve", {"reason": "好"}).status in (403, 404)


def test_the_diagram_is_for_those_who_see_the_task(browse: Browse, task_at: TaskAt) -> None:
    page = browse("liyang").get(f"/tasks/{task_at('recommender_opinion')}")
    address = page.all(r'data-diagram-url="([^"]+)"')[0]

    assert browse("liyang").client.get(address).mimetype == "application/xml"
    assert browse("wujin").get(address).status == 404


def test_a_draft_keeps_all_but_characters_that_cannot_be_kept(
    browse: Browse, task_at: TaskAt, service: Runtime
) -> None:
    task_id = task_at("fill_in_form")

    page = browse("tuanzhibu").fetch(
        "POST", f"/tasks/{task_id}/draft", data=b'{"name": "\\ud83c\\u4f55\\u0000\\u4ee5\\u5b81"}'
    )

    with service.wiring.reading() as ctx:
        draft = ctx.session.scalars(select(Draft).where(Draft.user_task_id == task_id)).one()
    assert (page.status, draft.answers) == (200, {"name": "何以宁"})


@pytest.mark.parametrize("body", [b'{"name": NaN}', b'{"name": -Infinity}', b"[" * 50_000, b'{"a": 1e300}'])
def test_a_draft_that_is_no_plain_json_is_refused(browse: Browse, task_at: TaskAt, body: bytes) -> None:
    page = browse("tuanzhibu").fetch("POST", f"/tasks/{task_at('fill_in_form')}/draft", data=body)

    assert (page.status, page.json["message"]) == (422, "表单内容没有完整送达，请刷新页面后重新提交。")
