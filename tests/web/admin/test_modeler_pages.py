from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from service.models import Deployment, DiagramDraft, Instance
from service.workflow.context import Context
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]
KEY = "changzhou-good-youth"
BASE = f"/modeler/{KEY}"
DIAGRAM = (Path(__file__).parents[3] / "processes" / KEY / f"{KEY}.bpmn").read_bytes()
RENAMED = DIAGRAM.replace('name="公安协查"'.encode(), 'name="公安机关协查"'.encode())
FORMS = [path.stem for path in (Path(__file__).parents[3] / "forms" / KEY).glob("*.form")]
HOSTILE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


def send(browser: Browser, path: str, xml: bytes) -> Page:
    return browser.fetch("POST", BASE + path, data=xml, content_type="text/xml")


def test_the_page_gives_the_modeler_what_it_needs(browse: Browse) -> None:
    page = browse("shiwei").get(BASE)

    assert page.all(r'data-diagram-url="([^"]+)"') == [f"{BASE}/versions/1.bpmn"]
    assert page.all(r'data-check-url="([^"]+)"') == [f"{BASE}/check"]
    assert page.all(r'data-publish-url="([^"]+)"') == [f"{BASE}/publish"]
    assert "league@unit" in page.all(r'data-roles="([^"]+)"')[0]
    assert "head@区县" in page.all(r'data-roles="([^"]+)"')[0]
    assert browse("shiwei").get(f"{BASE}/versions/1.bpmn").response.data == DIAGRAM


def test_a_sound_diagram_has_no_problems(browse: Browse) -> None:
    assert send(browse("shiwei"), "/check", DIAGRAM).json == {"problems": []}


def test_a_problem_names_its_element_and_the_fix(browse: Browse) -> None:
    wrong = DIAGRAM.replace(b"police@organiser", b"sheriff@organiser")

    problems = send(browse("shiwei"), "/check", wrong).json["problems"]

    assert [(p["element_id"], p["severity"], p["rule"]) for p in problems] == [
        ("consult_police", "error", "unknown-role")
    ]
    assert problems[0]["fix"]


@pytest.mark.parametrize("path", ["/check", "/publish"])
def test_hostile_xml_gets_a_sentence(browse: Browse, ctx: Context, path: str) -> None:
    page = send(browse("admin"), path, HOSTILE)

    assert page.status in (200, 422)
    assert "DOCTYPE" in page.json["problems"][0]["message"]
    assert ctx.session.scalars(select(Deployment.version)).all() == [1]


def test_a_diagram_that_is_too_large_is_refused(browse: Browse) -> None:
    page = send(browse("admin"), "/check", b"<a>" + b" " * 2_000_001)

    assert (page.status, "超过 2 MB" in page.json["message"]) == (422, True)


def test_publishing_makes_a_version_and_running_nominations_keep_theirs(browse: Browse, ctx: Context) -> None:
    browser = browse("shiwei")
    send(browser, "/draft", RENAMED)

    published = send(browser, "/publish?note=改名", RENAMED)
    again = send(browser, "/publish", RENAMED)

    assert (published.json, again.json) == ({"version": 2}, {"version": 2})
    versions = select(Deployment.version, Deployment.note).order_by(Deployment.version)
    assert [tuple(row) for row in ctx.session.execute(versions)] == [(1, "随活动包发布"), (2, "改名")]
    pinned = select(Deployment.version).join(Instance, Instance.deployment_id == Deployment.id).distinct()
    assert ctx.session.scalars(pinned).all() == [1]
    assert ctx.session.scalars(select(DiagramDraft)).all() == []
    assert "公安协查 → 公安机关协查" in browser.get(f"{BASE}/compare?old=1&new=2").text


def test_a_refused_diagram_is_not_published(browse: Browse, ctx: Context) -> None:
    wrong = DIAGRAM.replace(b"police@organiser", b"sheriff@organiser")

    page = send(browse("shiwei"), "/publish", wrong)

    assert page.status == 422
    assert page.json["problems"][0]["element_id"] == "consult_police"
    assert ctx.session.scalars(select(Deployment.version)).all() == [1]


def test_a_draft_is_one_s_own(browse: Browse) -> None:
    mine, other = browse("shiwei"), browse("admin")

    saved = send(mine, "/draft", RENAMED)

    assert "saved_at" in saved.json
    assert mine.get(f"{BASE}/draft.bpmn").response.data == RENAMED
    assert "我的草稿" in mine.get(f"{BASE}?draft=1").text
    assert other.get(f"{BASE}/draft.bpmn").status == 404
    assert mine.post(f"{BASE}/draft/discard").location == "/modeler"
    assert mine.get(f"{BASE}/draft.bpmn").status == 404


@pytest.mark.parametrize("login", ["liyang", "tuanzhibu", "xiaoming", "gongan"])
def test_nobody_else_draws(browse: Browse, login: str) -> None:
    browser = browse(login)

    assert [browser.get(path).status for path in ("/modeler", BASE, f"{BASE}/forms")] == [403] * 3
    assert [send(browser, p, DIAGRAM).status for p in ("/check", "/draft", "/publish")] == [403] * 3


def test_every_form_can_be_looked_at(browse: Browse) -> None:
    browser = browse("admin")

    links = browser.get(f"{BASE}/forms").all(rf'href="({BASE}/forms/[^"]+)"')

    assert sorted(link.rpartition(".")[2] for link in links) == sorted(FORMS)
    assert {browser.get(link).status for link in links} == {200}
    assert browser.get(f"{BASE}/forms/nope").status == 404


def test_a_form_is_named_by_its_step_and_shows_its_fields(browse: Browse) -> None:
    browser = browse("admin")

    listed = browser.get(f"{BASE}/forms").text
    page = browser.get(f"{BASE}/forms/changzhou-good-youth.recommender-opinion").text

    assert "填写推荐表" in listed
    assert "推荐单位团组织意见" in page
    assert "破格理由 exception_reason 多行文字 必填 ≤ 500" in page
    assert 'list contains(open_rules, "N04") or list contains(open_rules, "N05")) 公开' in page
