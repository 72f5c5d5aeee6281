from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import select

from service.app import App
from service.clock import MovableClock
from service.models import Draft, User
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]
GOOD = {"login": "liyang", "password": "xuanshu-demo"}


def test_a_page_asks_to_log_in_first_and_comes_back(browse: Browse) -> None:
    browser = browse()

    asked = browser.get("/messages")
    back = browser.post("/login", {**GOOD, "next": "/messages"})

    assert (asked.status, asked.location) == (302, "/login?next=/messages")
    assert (back.status, back.location) == (302, "/messages")
    assert "演示-溧阳团委经办" in browser.get("/messages").text


def test_a_log_in_sends_nobody_to_another_site(browse: Browse) -> None:
    for target in ("https://evil.invalid/", "//evil.invalid", "/\\evil.invalid", "javascript:alert(1)"):
        assert browse().post("/login", {**GOOD, "next": target}).location == "/"


def test_a_wrong_password_is_counted_and_says_nothing_more(browse: Browse, service: Runtime) -> None:
    page = browse().post("/login", {"login": "liyang", "password": "wrong"})

    with service.wiring.reading() as ctx:
        failed = ctx.session.scalars(select(User.failed_logins).where(User.login == "liyang")).one()
    assert (page.status, failed) == (403, 1)
    assert "用户名或密码不正确" in page.text
    assert 'value="wrong"' not in page.html


def test_logging_in_forgets_the_session_before_it(browse: Browse) -> None:
    browser = browse()
    with browser.client.session_transaction() as session:
        session["planted"] = "by somebody else"

    browser.post("/login", GOOD)

    with browser.client.session_transaction() as session:
        assert "planted" not in session


def test_too_many_attempts_are_stopped(browse: Browse) -> None:
    browser = browse()

    statuses = [browser.post("/login", {"login": "nobody", "password": "x"}).status for _ in range(11)]

    assert statuses == [403] * 10 + [429]
    assert "尝试的次数太多" in browser.post("/login", {"login": "nobody", "password": "x"}).text


def test_half_an_hour_without_a_request_ends_the_session(browse: Browse, wall: MovableClock) -> None:
    browser = browse("liyang")

    wall.move(minutes=29)
    still = browser.get("/messages").status
    wall.move(minutes=31)
    ended = browser.get("/messages")

    assert (still, ended.status) == (200, 302)
    assert "超过 30 分钟没有操作" in browser.get(ended.location).text


def test_a_raised_epoch_ends_every_session(browse: Browse, service: Runtime) -> None:
    browser = browse("liyang")
    with service.wiring.transaction() as ctx:
        ctx.session.scalars(select(User).where(User.login == "liyang")).one().session_epoch += 1

    assert browser.get("/messages").status == 302


def test_logging_out_takes_a_post(browse: Browse) -> None:
    browser = browse("liyang")

    assert browser.get("/logout").status == 405
    assert browser.post("/logout").location == "/login"
    assert browser.get("/messages").status == 302


def test_a_cookie_kept_from_before_the_log_out_opens_nothing(app: App, browse: Browse) -> None:
    browser, thief = browse("liyang"), app.test_client()
    with browser.client.session_transaction() as theirs, thief.session_transaction() as session:
        session.update(theirs)

    browser.post("/logout")

    assert thief.get("/account").location == "/login?next=/account"


def test_a_locked_account_is_answered_like_one_that_does_not_exist(browse: Browse) -> None:
    browser = browse()
    bad = [browser.post("/login", {"login": "liyang", "password": "wrong"}) for _ in range(6)]
    nobody = browser.post("/login", {"login": "nobody", "password": "wrong"})

    sentences = {tuple(page.all(r"用户名或密码不正确[^<]*")) for page in [*bad, nobody]}

    assert len(sentences) == 1
    assert browser.post("/login", GOOD).status == 403


def test_a_post_without_the_token_changes_nothing(browse: Browse) -> None:
    browser = browse("liyang")

    refused = browser.client.post("/messages/read")

    assert refused.status_code == 400
    assert "没有生效" in refused.get_data(as_text=True)


def test_a_new_password_ends_the_other_sessions(app: App, browse: Browse) -> None:
    here, elsewhere = browse("liyang"), browse("liyang")
    words = {"old": "xuanshu-demo", "new": "quite-another-1", "again": "quite-another-1"}

    changed = here.post("/account/password", words)

    assert changed.location == "/account"
    assert here.get("/account").status == 200
    assert elsewhere.get("/account").status == 302


def test_a_new_password_that_will_not_do_says_why(browse: Browse) -> None:
    browser = browse("liyang")
    old = {"old": "xuanshu-demo"}

    short = browser.post("/account/password", {**old, "new": "short", "again": "short"})
    unequal = browser.post("/account/password", {**old, "new": "long-enough-1", "again": "long-enough-2"})
    wrong = browser.post("/account/password", {"old": "no", "new": "long-enough-1", "again": "long-enough-1"})

    assert [page.status for page in (short, unequal, wrong)] == [422, 422, 422]
    assert "至少 10 个字符" in short.text
    assert "请再输入一遍新密码" in unequal.text
    assert "请输入现在使用的密码" in wrong.text


def test_the_language_is_the_browsers_until_one_is_chosen(browse: Browse) -> None:
    browser = browse()
    english = {"Accept-Language": "en-US,en;q=0.9"}

    by_browser = browser.client.get("/login", headers=english).get_data(as_text=True)
    browser.post("/language", {"language": "zh", "next": "/login"})
    chosen = browser.client.get("/login", headers=english).get_data(as_text=True)

    assert '<html lang="en">' in by_browser
    assert "Log in" in by_browser
    assert '<html lang="zh-CN">' in chosen


def test_a_real_service_lists_no_demonstration_accounts(browse: Browse) -> None:
    page = browse().get("/login?as=liyang")

    assert "演示账号" not in page.text
    assert "xuanshu-demo" not in page.html


def test_what_is_submitted_after_the_session_ended_becomes_the_draft(
    browse: Browse, wall: MovableClock, task_at: Callable[[str], int], service: Runtime
) -> None:
    browser, task_id = browse("tuanzhibu"), task_at("fill_in_form")
    answers = {"outcome": "submit", "answers": json.dumps({"name": "赵晨光", "deeds": "写了一半。"})}
    assert browser.token
    wall.move(minutes=31)

    asked = browser.post(f"/tasks/{task_id}/complete", answers, headers={"Sec-Fetch-Site": "same-origin"})
    names = ("csrf_token", "kept_task", "kept_answers")
    carried = {name: asked.all(rf'name="{name}" value="([^"]*)"')[-1] for name in names}
    wrong = browser.post("/login", {"login": "tuanzhibu", "password": "wrong", **carried})
    back = browser.post("/login", {"login": "tuanzhibu", "password": GOOD["password"], **carried})

    with service.wiring.reading() as ctx:
        draft = ctx.session.get_one(Draft, task_id)
    page = browser.get(back.location)
    assert (asked.status, back.location) == (401, f"/tasks/{task_id}#task-form")
    assert "填写的内容没有丢" in asked.text
    assert wrong.all(r'name="kept_answers" value="([^"]*)"') == [answers["answers"]]
    assert draft.answers == {"name": "赵晨光", "deeds": "写了一半。"}
    assert "已存为草稿，还没有提交" in page.text


def test_nobody_else_s_draft_is_written_through_the_log_in(
    browse: Browse, task_at: Callable[[str], int], service: Runtime
) -> None:
    browser, task_id = browse(), task_at("fill_in_form")
    carried = {"kept_task": str(task_id), "kept_answers": '{"name": "他人"}'}

    back = browser.post("/login", {**GOOD, **carried})
    elsewhere = browse().post(f"/tasks/{task_id}/complete", {"answers": '{"name": "他人"}'})

    with service.wiring.reading() as ctx:
        assert ctx.session.get(Draft, task_id) is None
    assert "没有存成草稿" in browser.get(back.location).text
    assert (elsewhere.status, elsewhere.location) == (302, "/login")


def test_another_form_sent_too_late_says_to_do_it_again_and_comes_back(
    browse: Browse, wall: MovableClock
) -> None:
    browser = browse("shiwei")
    assert browser.token
    wall.move(minutes=31)

    asked = browser.post("/rounds/new", {"year": "2025"}, headers={"Referer": "http://localhost/rounds/new"})

    assert asked.location == "/login?next=/rounds/new"
    assert "请再做一次" in browser.get(asked.location).text


def test_a_one_time_password_is_changed_before_anything_else(
    browse: Browse, service: Runtime, user_id_of: Callable[[str], int]
) -> None:
    admin, browser = browse("admin"), browse()
    given = admin.post(f"/admin/people/{user_id_of('liyang')}/password")
    password = given.all(r'<code class="fs-3 user-select-all">([^<]+)</code>')[0]

    browser.post("/login", {"login": "liyang", "password": password, "next": "/messages"})
    kept_out = [browser.get(path).location for path in ("/", "/messages", "/nominations", "/rounds/1")]
    by_script = browser.fetch("POST", "/messages/read")
    account = browser.get("/account")
    new = "qing-feng-2024"
    changed = browser.post("/account/password", {"old": password, "new": new, "again": new})

    assert kept_out == ["/account"] * 4
    assert (by_script.status, "一次性密码" in by_script.json["message"]) == (403, True)
    assert "请先改成自己的密码" in account.text
    assert (changed.location, browser.get("/messages").status) == ("/", 200)
    with service.wiring.reading() as ctx:
        temporary = ctx.session.scalars(
            select(User.password_is_temporary).where(User.login == "liyang")
        ).one()
    assert temporary is False
