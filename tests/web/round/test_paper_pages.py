"""Papers on the pages: both formats, the batch, and stamped scans of what was printed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import (
    Attachment,
    Consent,
    DisclosureRow,
    HistoryEvent,
    Nomination,
    NominationStatus,
    Notice,
    NoticeKind,
    Round,
    Unit,
)
from service.programmes.domain import Programmes
from service.programmes.pack.paper import DISQUALIFICATION
from service.programmes.paper import batch_parts
from service.web.round import papers
from service.wire import Runtime
from tests.web.browser import Browser, Page
from tests.web.task.test_submitted_answers import open_selection

Browse = Callable[..., Browser]

PURPOSE = {"receiver": "市人社局", "purpose": "资格审查"}
PDF = b"%PDF-1.4\nscan\n%%EOF"
NOMINATION = "/nominations/12"


def print_form(browser: Browser) -> Page:
    return browser.post(f"{NOMINATION}/papers/recommendation.docx", PURPOSE)


def upload(browser: Browser, data: bytes = PDF, name: str = "盖章.pdf") -> Page:
    path = browser.get(NOMINATION).all(r'action="(/papers/printed/\d+/scan)"')[0]
    return browser.post(path, {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def unzip(page: Page) -> zipfile.ZipFile:
    """Read a batch to its end, as a server sends it: only then is its file on the disk gone."""
    with page.response as response:
        return zipfile.ZipFile(io.BytesIO(response.data))


@pytest.mark.parametrize("kind", ["xlsx", "docx"])
def test_the_roster_comes_in_both_formats(browse: Browse, kind: str) -> None:
    page = browse("wujin").post(f"/rounds/1/papers/roster.{kind}", {**PURPOSE, "unit": unit_of(browse)})

    assert (page.status, page.response.data[:2]) == (200, b"PK")
    assert f".{kind}" in page.response.headers["Content-Disposition"]


def test_the_batch_has_a_manifest(browse: Browse) -> None:
    page = browse("wujin").post("/rounds/1/papers/batch.zip", {**PURPOSE, "unit": unit_of(browse)})

    package = unzip(page)
    assert "清单.csv" in package.namelist()
    assert len([name for name in package.namelist() if "推荐表/" in name]) == 4


def test_the_batch_has_photos_where_they_are_asked_for(browse: Browse) -> None:
    asked = {**PURPOSE, "unit": unit_of(browse), "files": "1"}

    package = unzip(browse("wujin").post("/rounds/1/papers/batch.zip", asked))

    assert any(name.startswith("照片和附件/001 ") for name in package.namelist())


def test_a_batch_without_purpose_is_refused(browse: Browse) -> None:
    page = browse("wujin").post("/rounds/1/papers/batch.zip", {"unit": unit_of(browse)})

    assert page.status == 422
    assert "请写明用途" in page.text


def test_usual_purposes_are_offered_and_any_other_of_some_length_is_taken(
    browse: Browse, service: Runtime
) -> None:
    offered = browse("wujin").get(NOMINATION).all(r'<option value="(盖章上报|存档)">')

    asked = {**PURPOSE, "unit": unit_of(browse)}
    statuses = {
        length: browse("wujin")
        .post("/rounds/1/papers/roster.xlsx", {**asked, "purpose": "核" * length})
        .status
        for length in (1, 2, 100, 101)
    }

    assert offered == ["盖章上报", "存档"]
    assert statuses == {1: 422, 2: 200, 100: 200, 101: 422}
    with service.wiring.reading() as ctx:
        noted = ctx.session.scalars(select(HistoryEvent.details).where(HistoryEvent.stream == "exports"))
        assert [len(one["purpose"]) for one in noted] == [2, 100]


def test_whoever_prints_or_downloads_is_told_what_was_taken_back(browse: Browse, service: Runtime) -> None:
    with service.wiring.reading() as ctx:
        given = select(Consent.id).where(Consent.nomination_id == 12, Consent.kind == "provision")
        consent = ctx.session.scalars(given).one()
        file = ctx.session.scalars(select(Attachment.id).where(Attachment.nomination_id == 12)).first()
    paths = (NOMINATION, f"/attachments/{file}")
    said = "不得再将其材料送交其他单位或导出给他人。"
    before = [browse("shiwei").get(path).text for path in paths]
    browse("shiwei").post(f"{NOMINATION}/consents/{consent}/withdraw", {"reason": "本人书面要求"})

    after = [browse("shiwei").get(path).text for path in paths]

    assert [said in text for text in (*before, *after)] == [False, False, True, True]


def test_the_page_says_that_numbers_are_printed_masked(browse: Browse, service: Runtime) -> None:
    with service.wiring.reading() as ctx:
        given = select(Consent.id).where(Consent.nomination_id == 12, Consent.kind == "sensitive")
        consent = ctx.session.scalars(given).one()
    said = "打印件上的证件号码和电话只印出首尾几位"
    before = browse("wujin").get(NOMINATION)
    browse("shiwei").post(f"{NOMINATION}/consents/{consent}/withdraw", {"reason": "本人书面要求"})

    after = browse("wujin").get(NOMINATION)

    assert (said in before.text, said in after.text) == (False, True)


def test_a_scan_is_uploaded_under_what_was_printed(browse: Browse) -> None:
    browser = browse("wujin")
    print_form(browser)

    done = upload(browser)

    page = browser.get(NOMINATION)
    assert (done.status, done.location) == (302, NOMINATION)
    assert "已盖章上传" in page.text
    address = page.all(r'href="(/papers/scans/\d+)"')[0]
    scan = browse("shiwei").post(address, {"receiver": "市委档案室", "purpose": "存档"})
    assert (scan.status, scan.response.data) == (200, PDF)
    assert scan.response.headers["Content-Disposition"].startswith("attachment")
    for login, status in (("shiwei", 200), ("liyang", 404), ("gongan", 404), ("admin", 404)):
        assert browse(login).get("/papers/scans/1").status == status


def test_a_scan_that_is_no_pdf_is_refused(browse: Browse) -> None:
    browser = browse("wujin")
    print_form(browser)

    page = upload(browser, b"hello")

    assert page.status == 422
    assert "这不是 PDF 文件" in page.text


def test_somebody_else_uploads_nothing(browse: Browse) -> None:
    print_form(browse("wujin"))

    form = {"file": (io.BytesIO(PDF), "a.pdf")}
    page = browse("liyang").post("/papers/printed/1/scan", form, content_type="multipart/form-data")

    assert page.status == 404


def test_a_notice_of_lost_eligibility_needs_somebody_who_lost_it(browse: Browse) -> None:
    assert browse("shiwei").get(f"{NOMINATION}/disqualification.docx").status == 409


def test_a_notice_of_lost_eligibility_is_given_once_it_is_said_what_for(
    browse: Browse, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        lost = ctx.session.get_one(Nomination, 12)
        lost.status, lost.status_reason = NominationStatus.CANCELLED, "所填荣誉不实"
    browser, path = browse("shiwei"), f"{NOMINATION}/disqualification.docx"

    asked, refused = browser.get(path), browser.post(path, {"receiver": "市人社局"})
    given = browser.post(path, {"receiver": "市人社局", "purpose": "存档"})

    assert (asked.status, "交给谁、做什么用，都记入历史" in asked.text) == (200, True)
    assert (refused.status, "请选择用途" in refused.text) == (422, True)
    assert given.response.mimetype == papers.TYPES["docx"]
    with service.wiring.reading() as ctx:
        [event] = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "file.downloaded"))
    assert event.details == {
        "paper": "disqualification",
        "nomination": 12,
        "receiver": "市人社局",
        "purpose": "存档",
    }


def test_the_notice_of_lost_eligibility_is_offered_where_the_programme_has_one(
    browse: Browse, service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, 12).status = NominationStatus.DISQUALIFIED
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs["changzhou-good-youth"]
    others = {key: paper for key, paper in pack.programme.papers.items() if paper.kind != DISQUALIFICATION}

    offered = "取消资格通知" in browse("shiwei").get(NOMINATION).text
    domain.packs[pack.key] = replace(pack, programme=replace(pack.programme, papers=others))

    assert (offered, "取消资格通知" in browse("shiwei").get(NOMINATION).text) == (True, False)


def unit_of(browse: Browse) -> str:
    return browse("wujin").get("/rounds/1/papers").all(r'<option value="(\d+)"')[0]


def test_whoever_withdrew_provision_is_named_to_who_exports(browse: Browse, service: Runtime) -> None:
    with service.wiring.reading() as ctx:
        consent = ctx.session.scalars(
            select(Consent.id).where(Consent.nomination_id == 12, Consent.kind == "provision")
        ).one()
        name = ctx.session.get_one(Nomination, 12).name
    before = browse("shiwei").get("/rounds/1/papers")
    browse("shiwei").post(f"{NOMINATION}/consents/{consent}/withdraw", {"reason": "本人书面要求"})

    after = {login: browse(login).get("/rounds/1/papers").text for login in ("shiwei", "wujin", "xinbei")}

    assert "未列入汇总表" not in before.text
    said = "1 人未列入汇总表和全套材料：已撤回向其他单位提供个人信息的同意。"
    assert [said in after[login] for login in ("shiwei", "wujin", "xinbei")] == [True, True, False]
    assert [name in after[login] for login in ("shiwei", "wujin", "xinbei")] == [True, True, False]


def test_a_workplace_takes_its_own_roster_to_be_stamped(
    browse: Browse, service: Runtime, clock: MovableClock
) -> None:
    open_selection(service, clock)
    with service.wiring.reading() as ctx:
        here = ctx.session.scalars(select(Unit.id).where(Unit.code == "sxjg-01")).one()
    league, other = browse("sxjg-01-tuan"), browse("sxjg-02-tuan")
    asked = {**PURPOSE, "paper": "roster", "unit": str(here)}

    page = league.get("/rounds/2/papers")
    given = league.post("/rounds/2/papers/roster.docx", asked)

    assert (page.all(r'<option value="(\d+)" >'), given.status) == ([str(here)], 200)
    assert league.get("/rounds/2/papers").all(r'action="(/papers/printed/\d+/scan)"') != []
    assert league.post("/rounds/2/papers/batch.zip", asked).status == 409
    assert other.post("/rounds/2/papers/roster.docx", asked).status == 404


def test_the_organiser_pages_through_every_workplace_that_printed(
    browse: Browse, service: Runtime, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_selection(service, clock)
    monkeypatch.setattr(papers, "PAGE", 1)
    with service.wiring.reading() as ctx:
        codes = ("sxjg-01", "sxjg-02")
        places = {code: ctx.session.scalars(select(Unit).where(Unit.code == code)).one() for code in codes}
    for code, place in places.items():
        asked = {**PURPOSE, "paper": "roster", "unit": str(place.id)}
        assert browse(f"{code}-tuan").post("/rounds/2/papers/roster.docx", asked).status == 200
    organiser = browse("sxtuanshiwei")

    def shown(query: str) -> list[str]:
        return organiser.get(f"/rounds/2/papers{query}").all(r"已打印的汇总表 · ([^<]+)</h2>")

    assert "共 2 个单位" in organiser.get("/rounds/2/papers").text
    assert (shown(""), shown("?page=2")) == ([places["sxjg-01"].name], [places["sxjg-02"].name])
    assert shown(f"?text={places['sxjg-02'].name}") == [places["sxjg-02"].name]
    assert "没有符合条件的单位" in organiser.get("/rounds/2/papers?text=某某").text


@pytest.fixture
def notices(service: Runtime) -> list[int]:
    """A list of candidates, one of awards, and one that came late, of round 1."""
    with service.wiring.transaction() as ctx:
        entry = ctx.session.get_one(Round, 1)
        rows = [
            Notice(
                round_id=1,
                kind=kind,
                slug=f"made-up-{number}",
                title=title,
                snapshot={"categories": [], "contact": {}, "organiser": "", "programme": ""},
                snapshot_hash="0" * 64,
                opens_at=ctx.now,
                closes_at=ctx.now if kind == NoticeKind.CANDIDATES else None,
                publisher_id=entry.organiser_id,
            )
            for number, (kind, title) in enumerate(
                [
                    (NoticeKind.CANDIDATES, "候选人的公示"),
                    (NoticeKind.AWARDS, "公布名单的决定"),
                    (NoticeKind.AWARDS, "补充公布名单的决定"),
                ]
            )
        ]
        ctx.session.add_all(rows)
        ctx.session.flush()
        return [row.id for row in rows]


def test_every_notice_is_linked_and_given_by_itself(browse: Browse, notices: list[int]) -> None:
    page = browse("wujin").get("/rounds/1/papers")
    round_page = browse("wujin").get("/rounds/1")

    links = page.all(r'href="(/rounds/1/papers/notices/\d+.docx)"')
    assert links == [f"/rounds/1/papers/notices/{number}.docx" for number in notices]
    assert [browse("wujin").get(link).response.mimetype for link in links] == [papers.TYPES["docx"]] * 3
    assert page.all(r"(公示|公布|补充公布 1)（\.docx）") == ["公示", "公布", "补充公布 1"]
    assert round_page.all(r'href="/public/(made-up-\d)"') == ["made-up-0", "made-up-1", "made-up-2"]


def test_the_organiser_gives_a_notice_its_number(browse: Browse, notices: list[int]) -> None:
    path, organiser = f"/rounds/1/papers/notices/{notices[1]}/number", browse("shiwei")

    refused = organiser.post(path, {"number": "号" * 61})
    done = organiser.post(path, {"number": "常团委（2024）12号"})

    assert (refused.status, "最多 60 个字" in refused.text) == (422, True)
    assert (done.status, done.location) == (302, "/rounds/1/papers")
    assert organiser.get("/rounds/1/papers").all(r'name="number" value="([^"]*)"') == [
        "",
        "常团委〔2024〕12号",
        "",
    ]
    assert "常团委〔2024〕12号" in browse("wujin").get("/rounds/1/papers").text
    assert browse("wujin").get("/rounds/1/papers").all(r'name="number"') == []
    assert browse("wujin").post(path, {"number": "12号"}).status == 403


def test_the_notice_of_lost_eligibility_gets_its_number_on_the_page(browse: Browse, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, 12).status = NominationStatus.DISQUALIFIED
    path = f"{NOMINATION}/disqualification/number"

    done = browse("shiwei").post(path, {"number": "常团委〔2024〕13号"})

    assert (done.status, done.location) == (302, NOMINATION)
    assert browse("shiwei").get(NOMINATION).all(r'name="number" value="([^"]*)"') == ["常团委〔2024〕13号"]
    assert browse("wujin").get(NOMINATION).all(r'name="number"') == []
    assert browse("wujin").post(path, {"number": ""}).status == 403


def test_a_large_set_is_taken_part_by_part(
    browse: Browse, service: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_parts, "MOST", 3)
    browser, asked = browse("wujin"), {**PURPOSE, "unit": unit_of(browse)}

    page = browser.post("/rounds/1/papers/batch.zip", asked)
    given = [browser.post("/rounds/1/papers/batch.zip", {**asked, "part": part}) for part in ("1", "2")]
    none = browser.post("/rounds/1/papers/batch.zip", {**asked, "part": "3"})

    assert page.all(r"第 \d 部分（\d–\d）") == ["第 1 部分（1–3）", "第 2 部分（4–4）"]
    assert page.all(r'name="(receiver|purpose|unit)" value') == ["unit", "receiver", "purpose"] * 2
    forms = [[name for name in unzip(one).namelist() if "推荐表/" in name] for one in given]
    assert [len(names) for names in forms] == [3, 1]
    assert none.status == 404
    with service.wiring.reading() as ctx:
        noted = ctx.session.scalars(select(HistoryEvent.details).where(HistoryEvent.kind == "paper.exported"))
        assert [one["part"] for one in noted] == [1, 2]
        people = ctx.session.scalars(select(DisclosureRow.seq).order_by(DisclosureRow.seq)).all()
        assert people == [1] * 4 + [2]


def test_a_paper_that_others_changed_still_takes_its_scan(browse: Browse, service: Runtime) -> None:
    print_form(browse("wujin"))
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, 12).corrected = {"name": "演示-更正"}

    done = upload(browse("wujin"))

    page = browse("wujin").get(NOMINATION)
    assert done.status == 302
    assert ("已盖章上传" in page.text, "已有变动" in page.text, "须重新打印" in page.text) == (
        True,
        True,
        False,
    )
