"""Papers on the pages: both formats, the batch, and stamped scans of what was printed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import Consent, Nomination, Unit
from service.wire import Service
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


def unit_of(browse: Browse) -> str:
    return browse("wujin").get("/rounds/1/papers").all(r'<option value="(\d+)"')[0]


def test_whoever_withdrew_provision_is_named_to_who_exports(browse: Browse, service: Service) -> None:
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
    browse: Browse, service: Service, clock: MovableClock
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
