from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from service.app import App
from service.workflow import notifications
from tests.web.browser import Browser

Browse = Callable[..., Browser]


def break_messages(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the page of messages meet an error that cannot be made from outside."""

    def fail(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(notifications, "list_recent", fail)


def locked() -> OperationalError:
    original = sqlite3.OperationalError("database is locked")
    original.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return OperationalError("UPDATE", {}, original)


def test_an_unknown_address_says_so_and_leads_back(browse: Browse) -> None:
    page = browse("liyang").get("/nowhere")

    assert page.status == 404
    assert "没有这个地址" in page.text
    assert "返回首页" in page.text


def test_whoever_is_not_logged_in_is_led_back_to_what_is_public(browse: Browse) -> None:
    page = browse().get("/public/certificates/papers/none/none")

    assert page.status == 404
    assert page.all(r'<a class="btn btn-primary" href="([^"]+)">') == ["/public"]


def test_a_database_that_is_away_is_worth_a_retry(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    break_messages(monkeypatch, locked())

    page = browse("liyang").get("/messages")

    assert (page.status, page.response.headers["Retry-After"]) == (503, "5")
    assert "页面没有打开" in page.text
    assert "没有办一半" not in page.text  # nothing was to be done


def test_what_is_too_large_leads_whoever_is_logged_in_back_to_his_own_pages(app: App, browse: Browse) -> None:
    browser = browse("liyang")
    app.config["MAX_CONTENT_LENGTH"] = 10

    page = browser.post("/account/password", {"old": "x" * 100})

    links = page.all(r'<div class="empty-action.*?</div>')[0]
    assert (page.status, "内容过大" in page.text) == (413, True)
    assert ("返回首页" in links, "登录" in links) == (True, False)


def test_an_unforeseen_error_gets_a_number_that_the_log_knows(
    browse: Browse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    break_messages(monkeypatch, ZeroDivisionError("secret detail"))

    page = browse("liyang").get("/messages")

    reference = re.findall(r"<code>(\w{8})</code>", page.html)[0]
    assert page.status == 500
    assert f"reference {reference}" in caplog.text
    assert "secret detail" not in page.html


def test_a_script_is_answered_with_a_sentence(browse: Browse) -> None:
    page = browse("liyang").fetch("POST", "/nominations/999/attachments", data={"slot": "portrait"})

    assert (page.status, page.json["message"]) == (404, "没有这份申报，或您无权查看。")


def test_htmx_is_answered_with_a_fragment(browse: Browse) -> None:
    page = browse("liyang").get("/tasks/999")
    fragment = browse("liyang").client.get("/tasks/999", headers={"HX-Request": "true"})

    assert "<html" in page.html
    assert fragment.status_code == 404
    assert "<html" not in fragment.get_data(as_text=True)


def test_a_script_without_a_session_is_told_to_log_in(browse: Browse) -> None:
    page = browse().fetch("POST", "/tasks/1/draft", json={})

    assert (page.status, page.json["message"]) == (401, "登录已过期，请重新登录。")


def test_every_page_carries_the_headers_that_protect_it(app: App) -> None:
    headers = app.test_client().get("/login").headers

    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_no_page_has_a_script_or_a_style_of_its_own(browse: Browse, task_at: Callable[..., int]) -> None:
    browser = browse("liyang")

    for path in ("/", "/messages", "/account", f"/tasks/{task_at('recommender_opinion')}"):
        html = browser.get(path).html
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", html) == []
