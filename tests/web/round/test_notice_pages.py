"""The page of the 公示: the organiser says whom the public turns to, and everybody reads it."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from service.app import App, create_app
from service.clock import MovableClock
from service.models import NoticeKind, Objection
from service.programmes.pack.packs import load_pack
from service.wire import Runtime
from tests.programmes.publication.changed_pack import open_story
from tests.programmes.story import Story
from tests.web.browser import Browser
from tests.web.conftest import NOW, PROGRAMME, ROOT, by_wall, settings_of

PAGE = "/rounds/1/notice"
CONTACT = {"phone": "0000-0007777", "email": "gongshi@example.invalid", "address": "演示市演示路 7 号"}


#: what a pack may ask besides
RELATION = {
    "type": "select",
    "id": "field_relation",
    "key": "relation",
    "label": "与候选人的关系",
    "values": [{"value": "colleague", "label": "同事"}, {"value": "other", "label": "其他"}],
    "validate": {"required": True},
}
OBJECTION = {"name": "演示-反映人", "contact": "0000-0001234", "facts": "所填荣誉与实际获得的不符，请核查。"}


@pytest.fixture
def story(database_url: str, tmp_path: Path) -> Iterator[Story]:
    pack = load_pack(ROOT / "processes", ROOT / "forms", PROGRAMME)
    form = copy.deepcopy(dict(pack.forms[pack.programme.forms["objection"]]))
    form["components"].append(RELATION)
    asking = replace(pack, forms={**pack.forms, pack.programme.forms["objection"]: form})
    with open_story(database_url, asking, tmp_path) as opened:
        yield opened


@pytest.fixture
def app(story: Story, tmp_path: Path) -> App:
    with story.wiring.reading() as ctx:
        engine = ctx.session.get_bind()
    settings = settings_of(tmp_path, is_demonstration=False)
    service = Runtime(settings=settings, secret_key="test", engine=engine, wiring=story.wiring)  # type: ignore[arg-type]
    return create_app(by_wall(service, MovableClock(NOW)))


def test_organiser_fills_in_whom_to_turn_to_and_the_public_reads_it(app: App, story: Story) -> None:
    story.nominate()
    with story.wiring.transaction() as ctx:
        story.entry(ctx).organiser.contact = {}
    browser = Browser(app, "shiwei")

    before = browser.get(PAGE).text
    refused = browser.post(f"{PAGE}/contact", CONTACT | {"phone": "没有"})
    saved = browser.post(f"{PAGE}/contact", CONTACT)
    story.to_notice()
    public = Browser(app).get(f"/public/{story.notice(NoticeKind.CANDIDATES).slug}").text

    assert "受理部门 待填写" in before
    assert (refused.status, "请填写电话号码，可以带区号、分机" in refused.text) == (422, True)
    assert (saved.status, saved.location) == (302, PAGE)
    assert "联系电话 0000-0007777 电子邮箱 gongshi@example.invalid 通信地址 演示市演示路 7 号" in public


def test_diagram_of_the_round_marks_the_call_and_what_runs_inside(app: App, story: Story) -> None:
    story.nominate()
    story.to_notice()
    with story.wiring.reading() as ctx:
        number = story.entry(ctx).instance_id

    page = Browser(app, "shiwei").get(f"/instances/{number}")

    assert page.all(r'data-active="([^"]*)"') == ['["hold_notice", "notice_window"]']


def test_what_the_packs_form_asks_besides_is_on_the_page_and_with_the_case(app: App, story: Story) -> None:
    nominee = story.nominate()
    story.to_notice()
    address = f"/public/{story.notice().slug}/objections/{nominee}"

    page = Browser(app).get(address)
    without = Browser(app).post(address, OBJECTION)
    given = Browser(app).post(address, OBJECTION | {"relation": "colleague"})

    assert "与候选人的关系 请选择 同事 其他" in page.text
    assert (without.status, given.status) == (422, 302)
    with story.wiring.reading() as ctx:
        case = ctx.session.scalars(select(Objection)).one()
        assert (case.more, case.sender, case.channel) == ({"relation": "colleague"}, "person", "online")


def test_a_unit_is_asked_for_its_stamped_paper(app: App, story: Story) -> None:
    nominee = story.nominate()
    story.to_notice()
    address = f"/public/{story.notice().slug}/objections/{nominee}"
    said = OBJECTION | {"relation": "other", "sender": "unit"}
    files = {"evidence": [(io.BytesIO(b"%PDF-1.4 x %%EOF"), "章.pdf")]}

    bare = Browser(app).post(address, said)
    stamped = Browser(app).post(address, said | files, content_type="multipart/form-data")

    assert (bare.status, "必填：盖章材料的扫描件或照片" in bare.text) == (422, True)
    assert stamped.status == 302


def test_the_organiser_registers_a_letter_and_is_given_its_receipt(app: App, story: Story) -> None:
    nominee = story.nominate()
    story.to_notice()
    story.pass_until("2024-04-11 09:00")
    browser = Browser(app, "shiwei")
    said = OBJECTION | {"relation": "other", "nomination": str(nominee), "channel": "letter"}
    address = browser.get(PAGE).all(r'href="(/rounds/1/notice/\d+/register)"')[0]

    early = browser.post(address, said | {"came_on": "2024-03-31"})
    done = browser.post(address, said | {"came_on": "2024-04-09"})

    assert (early.status, "公示期为 2024-04-01 至 2024-04-09" in early.text) == (422, True)
    assert (done.status, done.location) == (302, PAGE)
    assert "已登记，回执编号" in browser.get(PAGE).text
    assert "邮戳或收到的日期" in browser.get(address).text


def test_the_organiser_prolongs_a_notice_and_the_public_reads_why(app: App, story: Story) -> None:
    story.nominate()
    story.to_notice()
    browser = Browser(app, "shiwei")
    [address] = browser.get(PAGE).all(r'action="(/rounds/1/notice/\d+/prolong)"')

    shorter = browser.post(address, {"until": "2024-04-08", "reason": "写错了"})
    typed = browser.post(address, {"until": "2042-04-12", "reason": "写错了"})
    longer = browser.post(address, {"until": "2024-04-12", "reason": "期间停网，顺延"})
    public = Browser(app).get(f"/public/{story.notice().slug}").text

    assert (shorter.status, "请选择现在最后一天以后的日期" in shorter.text) == (422, True)
    assert (typed.status, "没有 2042 年的放假调休安排" in typed.text) == (422, True)
    assert (longer.status, longer.location) == (302, PAGE)
    assert "2024年4月1日至2024年4月12日 24:00 公示中" in public
    assert "公示已延长：期间停网，顺延" in public
