"""Notices of units on the pages (逐级公示): for the public, the unit, the organiser, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from unittest.mock import ANY

import pytest
from sqlalchemy import select

from service.app import App, create_app
from service.models import Objection, UserTask
from tests.programmes.publication.local_story import PUBLISHED, LocalStory, notice_of, open_story
from tests.web.browser import Browser

PEOPLE = ("zhuti", "bangongshi", "donghu", "xigang")
OWN = "/rounds/1/notice/own"
OBJECTION = {"name": "演示-反映人", "contact": "0000-0001234", "facts": "所填服务时长与实际不符，请核查。"}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[LocalStory]:
    for opened in open_story(tmp_path):
        assert opened.tell(*PUBLISHED) == []
        yield opened


@pytest.fixture
def app(story: LocalStory) -> App:
    return create_app(story.service)


def slug_of(story: LocalStory, name: str = "青苗伴读") -> str:
    with story.service.wiring.reading() as ctx:
        return notice_of(ctx, name).slug


def test_the_public_reads_who_publishes_until_when_and_the_hash(app: App, story: LocalStory) -> None:
    with story.service.wiring.reading() as ctx:
        fingerprint = notice_of(ctx, "青苗伴读").snapshot_hash

    page = Browser(app).get(f"/public/{slug_of(story)}").text

    assert "青苗志愿服务中心拟推荐下列对象参加南屿市优秀青年志愿服务项目评选" in page
    assert "公示时间 2026年3月2日至2026年3月4日 24:00 公示中 受理部门 青苗志愿服务中心" in page
    assert f"名单指纹（SHA-256）： {fingerprint}" in page


def test_a_unit_fills_in_how_it_is_reached(app: App, story: LocalStory) -> None:
    said = {
        "unit": "donghu-1",
        "phone": "0000-0007777",
        "email": "lx@example.invalid",
        "address": "演示路 7 号",
    }
    browser = Browser(app, "zhuti")

    wrong = browser.post(OWN, said | {"phone": "没有"})
    saved = browser.post(OWN, said)

    assert (wrong.status, "请填写电话号码，可以带区号、分机" in wrong.text) == (422, True)
    assert (saved.status, saved.location) == (302, f"{OWN}?unit=donghu-1")
    assert "青苗志愿服务中心 本单位发布公示时写在公示页上" in browser.get(OWN).text
    assert browser.get(OWN).all(r'name="phone"[^>]*value="([^"]*)"') == ["0000-0007777"]
    assert [f'href="{OWN}"' in Browser(app, who).get("/rounds/1").html for who in PEOPLE] == [
        True, False, True, True,
    ]  # fmt: skip
    assert Browser(app, "donghu").post(OWN, said).status == 403


def test_the_public_reads_how_the_unit_is_reached(app: App, story: LocalStory) -> None:
    page = Browser(app).get(f"/public/{slug_of(story)}").text

    assert "联系电话 0000-0000000 电子邮箱 donghu-1@example.invalid 通信地址 演示市演示路 1 号" in page


def test_the_public_list_names_them_and_nothing_is_missing_beside_them(app: App) -> None:
    page = Browser(app).get("/public").text

    assert "推荐单位、所在单位的公示 绿行行动 公示中" in page
    assert "现在没有公示" not in page


def test_what_is_over_is_listed_no_longer_and_can_still_be_read(app: App, story: LocalStory) -> None:
    story.clock.move_to(datetime.fromisoformat("2026-03-05T00:00:00+08:00"))

    assert "青苗伴读" not in Browser(app).get("/public").text
    assert "已结束" in Browser(app).get(f"/public/{slug_of(story)}").text


def test_an_objection_goes_to_the_unit_and_is_shown_there_and_to_the_organiser(
    app: App, story: LocalStory
) -> None:
    slug = slug_of(story)
    with story.service.wiring.reading() as ctx:
        number = notice_of(ctx, "青苗伴读").nomination_id

    receipt = Browser(app).post(f"/public/{slug}/objections/{number}", OBJECTION, follow_redirects=True)

    assert "将由公示的单位核查" in receipt.text
    with story.service.wiring.reading() as ctx:
        instance = ctx.session.scalars(select(Objection.instance_id)).one()
        task = ctx.session.scalars(select(UserTask.id).where(UserTask.instance_id == instance)).one()
    told = "异议 未结 1 件，共 1 件 青苗伴读 已收到 青苗志愿服务中心"
    shown = {login: told in Browser(app, login).get("/rounds/1").text for login in PEOPLE}
    assert shown == {"zhuti": True, "bangongshi": True, "donghu": False, "xigang": False}
    assert {login: Browser(app, login).get(f"/tasks/{task}").status for login in PEOPLE} == {
        "zhuti": 200,
        "bangongshi": 200,
        "donghu": 404,
        "xigang": 404,
    }
    assert "公示的单位 青苗志愿服务中心" in Browser(app, "zhuti").get(f"/tasks/{task}").text


def test_the_page_of_the_round_counts_what_is_published_now(app: App) -> None:
    page = Browser(app, "donghu").get("/rounds/1").text

    assert "逐级公示 公示中 2 份 绿行行动 绿行环保志愿者协会 · 公示至 3月4日 24:00" in page


def test_the_numbers_of_notices_and_objections_open_their_lists(app: App, story: LocalStory) -> None:
    with story.service.wiring.reading() as ctx:
        number = notice_of(ctx, "青苗伴读").nomination_id
    Browser(app).post(f"/public/{slug_of(story)}/objections/{number}", OBJECTION)
    organiser = Browser(app, "bangongshi")

    page = organiser.get("/rounds/1")
    notices = organiser.get(page.all(r'href="(/rounds/1/notices)">公示中 2 份')[0])
    links = page.all(r'href="(/rounds/1/objections[^"]*)">1<')

    assert notices.all(r'data-href="/public/[^"]+"') == [ANY, ANY]
    assert links == ["/rounds/1/objections?status=open", "/rounds/1/objections"]
    listed = [organiser.get(link).text for link in (*links, "/rounds/1/objections?status=upheld")]
    assert ["青苗伴读" in text for text in listed] == [True, True, False]
    assert "没有符合条件的异议" in listed[2]
    others = [Browser(app, login).get("/rounds/1/objections").text for login in ("zhuti", "donghu")]
    assert ["青苗伴读" in text for text in others] == [True, False]


def test_the_api_lists_them_after_those_of_the_organiser(app: App, story: LocalStory) -> None:
    client = app.test_client()

    listed = client.get("/api/v1/notices").get_json()
    one = client.get(f"/api/v1/notices/{slug_of(story)}").get_json()

    assert [(row["kind"], row["publisher"]) for row in listed] == [
        ("local", "绿行环保志愿者协会"),
        ("local", "青苗志愿服务中心"),
    ]
    assert (one["publisher"], one["accepts_objections"]) == ("青苗志愿服务中心", True)
