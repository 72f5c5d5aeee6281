"""The ledger of a title and of a round, as its writers and readers use it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select

from service.documents import images
from service.models import Award, Consent, FollowUp, HistoryEvent, Nomination, User
from service.programmes.award import awards, follow_ups
from service.programmes.privacy import disclosures
from service.wire import Runtime
from service.workflow.context import Context
from service.workflow.person import actors
from tests.behind import behind
from tests.programmes.review.test_provision import read_cells
from tests.web.award.conftest import award, id_of
from tests.web.browser import Browser, count_statements

Browse = Callable[..., Browser]

REASON = "经核实，所填荣誉不实。"
ENTRY = {"track": "publicity", "item": "人物访谈报道", "day": "2024-03-14", "text": "日报刊发人物访谈。"}
ASKED = {"receiver": "市人才办", "purpose": "人才库入库"}


def test_entry_is_written_shown_and_struck_out(browse: Browse, granted: list[int], ctx: Context) -> None:
    league, path = browse("tuanzhibu"), f"/awards/{granted[0]}"
    evidence = (io.BytesIO(b"%PDF-1.4\n%%EOF"), "访谈.pdf")

    assert league.post(f"{path}/follow-ups", {**ENTRY, "evidence": evidence}).status == 302

    entry = ctx.session.scalars(select(FollowUp)).one()
    assert (entry.item, entry.day, entry.written_by) == ("人物访谈报道", date(2024, 3, 14), "演示-青锋团支部")
    assert league.get(f"/awards/follow-ups/{entry.id}/evidence").response.data.startswith(b"%PDF")
    assert "日报刊发人物访谈" in browse("shiwei").get("/rounds/1/follow-ups?track=publicity").text
    assert league.post(f"/awards/follow-ups/{entry.id}/strike", {"reason": "写错了人。"}).status == 302
    assert "作废：写错了人" in league.get(path).text
    assert "日报刊发" not in browse("shiwei").get("/rounds/1/follow-ups").text


def test_evidence_is_given_to_others_once_it_is_said_what_for(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    evidence = (io.BytesIO(b"%PDF-1.4\n%%EOF"), "访谈.pdf")
    browse("tuanzhibu").post(f"/awards/{granted[0]}/follow-ups", {**ENTRY, "evidence": evidence})
    entry = ctx.session.scalars(select(FollowUp)).one()
    organiser, path = browse("shiwei"), f"/awards/follow-ups/{entry.id}/evidence"

    asked, refused = organiser.get(path), organiser.post(path, {"receiver": "市人才办"})
    given = organiser.post(path, {"receiver": "市人才办", "purpose": "上报"})

    assert (asked.status, "交给谁、做什么用，都记入历史" in asked.text) == (200, True)
    assert (refused.status, "请选择用途" in refused.text) == (422, True)
    assert given.response.data.startswith(b"%PDF")
    assert taken(ctx) == [
        {
            "of": f"follow_up:{entry.id}",
            "field": "evidence",
            "nomination": entry.award.nomination_id,
            "receiver": "市人才办",
            "purpose": "上报",
        }
    ]


@pytest.mark.usefixtures("kept_private")
def test_evidence_of_a_private_track_is_not_noted_where_the_nominee_reads_it(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    evidence = (io.BytesIO(b"%PDF-1.4\n%%EOF"), "访谈.pdf")
    browse("tuanzhibu").post(f"/awards/{granted[0]}/follow-ups", {**ENTRY, "evidence": evidence})
    entry = ctx.session.scalars(select(FollowUp)).one()

    browse("shiwei").post(
        f"/awards/follow-ups/{entry.id}/evidence", {"receiver": "市人才办", "purpose": "上报"}
    )

    assert [details["of"] for details in taken(ctx)] == [f"follow_up:{entry.id}"]
    assert disclosures.list_of(ctx, entry.award.nomination) == []


@pytest.mark.usefixtures("kept_private")
def test_an_exported_ledger_is_told_to_those_on_it_but_for_private_tracks(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    organiser = browse("shiwei")
    browse("tuanzhibu").post(f"/awards/{granted[0]}/follow-ups", ENTRY)
    pool = {"track": "talent_pool", "item": "“常安菁英”", "day": "2024-03-01", "text": "分类推荐加入。"}
    organiser.post(f"/awards/{granted[1]}/follow-ups", pool)

    organiser.post("/rounds/1/follow-ups/export.xlsx", ASKED)

    ctx.session.rollback()
    people = [award(ctx, number).nomination for number in granted[:3]]
    told = [[row.title for row in disclosures.list_of(ctx, one)] for one in people]
    assert told == [[], ["培育台账"], []]


def taken(ctx: Context) -> list[dict[str, Any]]:
    """Return what was noted of files that were downloaded."""
    ctx.session.rollback()
    query = select(HistoryEvent).where(HistoryEvent.kind == "file.downloaded").order_by(HistoryEvent.id)
    return [dict(event.details) for event in ctx.session.scalars(query)]


def test_nobody_waits_for_the_database_while_the_evidence_is_looked_at(
    browse: Browse, granted: list[int], service: Runtime, ctx: Context
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    sent = {**ENTRY, "evidence": (out, "访谈.png")}
    league = browse("tuanzhibu")
    league.token  # noqa: B018 -- asks for a page, before the picture is held up
    out.seek(0)

    with images._one_at_a_time:
        writing = behind(lambda: league.post(f"/awards/{granted[1]}/follow-ups", sent))
        with service.wiring.transaction() as other:
            other.session.get_one(Nomination, 12).status_reason = "写得进去"

    assert writing().status == 302
    assert ctx.session.scalars(select(FollowUp.filename)).all() == ["访谈.png"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"item": "别的"}, "请从列表中选择"),
        ({"day": "2024-03-16"}, "不能是以后的日期"),
        ({"day": "昨天"}, "请填写日期"),
        ({"text": " "}, "必填，最多 2000 个字"),
        ({"ended_on": "2024-03-01"}, "不能早于开始日期"),
        ({"track": "none"}, "没有这个台账"),
    ],
)
def test_wrong_entry_comes_back_with_what_was_typed(
    browse: Browse, granted: list[int], wrong: dict[str, str], said: str
) -> None:
    page = browse("tuanzhibu").post(f"/awards/{granted[0]}/follow-ups", {**ENTRY, **wrong})

    assert (page.status, said in page.text) == (422, True)
    assert ("text" in wrong) or ENTRY["text"] in page.html


def test_pool_is_entered_by_the_organiser_and_left_again(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    entry = {"track": "talent_pool", "item": "“常安菁英”", "day": "2024-03-01", "text": "分类推荐加入。"}
    assert browse("tuanzhibu").post(f"/awards/{granted[0]}/follow-ups", entry).status == 403

    browse("shiwei").post(f"/awards/{granted[0]}/follow-ups", entry)
    number = ctx.session.scalars(select(FollowUp.id)).one()
    listed = "/rounds/1/follow-ups?track=talent_pool&now=1"
    assert "共 1 条" in browse("shiwei").get(listed).text
    assert browse("shiwei").post(
        f"/awards/follow-ups/{number}/end", {"ended_on": "2024-02-01"}
    ).status == 422  # fmt: skip
    browse("shiwei").post(f"/awards/follow-ups/{number}/end", {"ended_on": "2024-03-10"})
    assert "还没有记录" in browse("shiwei").get(listed).text


def test_titles_without_an_entry_are_listed(browse: Browse, granted: list[int], ctx: Context) -> None:
    browse("tuanzhibu").post(f"/awards/{granted[1]}/follow-ups", ENTRY)
    names = [award(ctx, number).name for number in granted]

    page = browse("liyang").get("/rounds/1/follow-ups/uncovered?track=publicity").text

    assert [name in page for name in names] == [True, False, True]
    assert "1 / 3" in browse("liyang").get("/rounds/1/follow-ups").text


def test_ledger_is_exported_with_receiver_and_purpose(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    browse("tuanzhibu").post(f"/awards/{granted[0]}/follow-ups", {**ENTRY, "text": "=1+1"})

    answer = browse("shiwei").post("/rounds/1/follow-ups/export.xlsx", {"track": "publicity", **ASKED})

    sheet = load_workbook(io.BytesIO(answer.response.data)).active
    assert sheet is not None
    assert [sheet.cell(4, column).value for column in (2, 4, 8)] == [
        "=SUM(A1:A9)",
        "宣传报道青年典型",
        "=1+1",
    ]
    assert [sheet.cell(4, column).data_type for column in (2, 8)] == ["s", "s"]
    noted = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == "exports")).one()
    assert noted.details["paper"] == "ledger"


def test_ledger_and_register_leave_out_whoever_took_his_consent_back_and_say_how_many(
    browse: Browse, granted: list[int], service: Runtime
) -> None:
    for one in granted[:2] + granted[:1]:
        browse("tuanzhibu").post(f"/awards/{one}/follow-ups", ENTRY)
    ways = {"/rounds/1/follow-ups/export.xlsx": ASKED, "/awards/export.xlsx": ASKED}
    before = {way: read_cells(browse("shiwei").post(way, ways[way]).response.data) for way in ways}
    with service.wiring.transaction() as writing:
        leaving, staying = (award(writing, one) for one in granted[:2])
        names = leaving.name, staying.name
        writing.session.add(
            Consent(
                round_id=leaving.round_id,
                nomination_id=leaving.nomination_id,
                kind="provision",
                version="first",
                text="本人同意。",
                given_at=writing.now,
                withdrawn_at=writing.now,
            )
        )

    after = {way: read_cells(browse("shiwei").post(way, ways[way]).response.data) for way in ways}

    assert [[name in before[way] for name in names] for way in ways] == [[True, True], [True, True]]
    assert [[name in after[way] for name in names] for way in ways] == [[False, True], [False, True]]
    pages = [browse("shiwei").get(path).text for path in ("/rounds/1/follow-ups", "/awards")]
    assert ["不列入导出的表，表下只注明人数" in page for page in pages] == [True, True]
    said = "注：另有 1 人未列入：本人已撤回向其他单位提供个人信息的同意。"
    assert [(said in before[way], said in after[way]) for way in ways] == [(False, True), (False, True)]


def test_private_track_is_kept_from_the_holder(service: Runtime, granted: list[int]) -> None:
    with service.wiring.transaction() as ctx:
        one = awards.get_visible(ctx, granted[0])
        one.holder_id = id_of(ctx, "xiaoming")
        track = replace(follow_ups.tracks_of(ctx, one)["publicity"], private=True)

        readers = {
            login: follow_ups.may_read(_acting(ctx, login), one, track)
            for login in ("xiaoming", "tuanzhibu", "dangzhibu", "shiwei")
        }

    assert readers == {"xiaoming": False, "tuanzhibu": True, "dangzhibu": False, "shiwei": True}


@pytest.fixture
def kept_private(service: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The track of publicity, kept from all but its writers."""
    tracks = follow_ups.tracks_of(_context(service), Award(programme="changzhou-good-youth"))
    assert isinstance(tracks, dict)
    monkeypatch.setitem(tracks, "publicity", replace(tracks["publicity"], private=True))


def _context(service: Runtime) -> Context:
    with service.wiring.reading() as ctx:
        return ctx


@pytest.mark.usefixtures("kept_private")
def test_history_of_a_title_is_silent_on_a_private_track(
    browse: Browse, granted: list[int], service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        awards.get_visible(ctx, granted[0]).holder_id = id_of(ctx, "xiaoming")
    league, path = browse("tuanzhibu"), f"/awards/{granted[0]}"
    league.post(f"{path}/follow-ups", ENTRY)
    league.post("/awards/follow-ups/1/strike", {"reason": "写错了人。"})

    assert all(words in league.get(path).text for words in ("人物访谈报道", "写错了人"))
    seen = browse("xiaoming").get(path).text
    assert [words in seen for words in ("人物访谈报道", "写错了人", "记入台账")] == [False, False, False]


@pytest.mark.usefixtures("kept_private")
def test_page_begun_at_an_entry_that_is_kept_from_one_tells_not_its_day(
    service: Runtime, granted: list[int]
) -> None:
    with service.wiring.transaction() as ctx:
        one = awards.get_visible(ctx, granted[0])
        one.holder_id = id_of(ctx, "xiaoming")
        entries = (
            follow_ups.Entry(track="publicity", item="集中宣推", day=date(2024, 3, 1), text="记录。"),
            follow_ups.Entry(track="linked", item="青年突击队", day=date(2024, 3, 9), text="记录。"),
        )
        hidden, shown = (follow_ups.write(ctx, one, entry) for entry in entries)

        found = follow_ups.list_page(_acting(ctx, "xiaoming"), one, limit=9, at=hidden.id)

    assert [entry.id for entry in found] == [shown.id]


@pytest.mark.usefixtures("kept_private")
def test_titles_without_an_entry_say_nothing_of_a_private_track(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    browse("tuanzhibu").post(f"/awards/{granted[0]}/follow-ups", ENTRY)
    name, path = award(ctx, granted[0]).name, "/rounds/1/follow-ups/uncovered"

    assert browse("liyang").get(f"{path}?track=publicity").status == 404
    assert name in browse("liyang").get(path).text
    assert name not in browse("shiwei").get(path).text


def _acting(ctx: Context, login: str) -> Context:
    user = ctx.session.scalars(select(User).where(User.login == login)).one()
    return replace(ctx, actor=actors.actor_of(ctx, user))


def test_ledger_of_a_title_is_shown_fifty_a_page_at_the_cost_of_one(
    browse: Browse, granted: list[int], service: Runtime
) -> None:
    browser, path = browse("shiwei"), f"/awards/{granted[0]}"
    write_entries(service, granted[0], range(1))
    browser.get(path)
    with count_statements(service.engine) as few:
        browser.get(path)
    write_entries(service, granted[0], range(1, 120))

    with count_statements(service.engine) as many:
        page = browser.get(path)

    pages = [page.html]
    while following := re.search(r'rel="next" href="([^"#]+)', pages[-1]):
        pages.append(browser.get(unescape(following[1])).html)
    shown = [re.findall(r"第\d{3}次采访", html) for html in pages]
    assert len(many) == len(few)
    assert [len(of_page) for of_page in shown] == [50, 50, 20]
    assert sorted(text for of_page in shown for text in of_page) == [f"第{n:03}次采访" for n in range(120)]


def test_refused_change_of_an_old_entry_is_told_beside_it(
    browse: Browse, granted: list[int], service: Runtime
) -> None:
    write_entries(service, granted[0], range(120))
    with service.wiring.reading() as ctx:
        oldest = ctx.session.scalars(select(FollowUp.id).order_by(FollowUp.id)).first()

    refused = browse("shiwei").post(f"/awards/follow-ups/{oldest}/strike", {"reason": ""})

    assert refused.status == 422
    assert "第000次采访" in refused.text


def write_entries(service: Runtime, award_id: int, numbers: range) -> None:
    with service.wiring.transaction() as ctx:
        one = awards.get_visible(ctx, award_id)
        for number in numbers:
            entry = follow_ups.Entry(
                track="publicity", item="人物访谈报道", day=date(2024, 3, 14), text=f"第{number:03}次采访"
            )
            follow_ups.write(ctx, one, entry)
