"""Evidence with an objection: handed in by anybody, read by whoever deals with the case."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from docx import Document
from PIL import Image
from sqlalchemy import select

from service.clock import MovableClock
from service.documents import images
from service.documents.file_text import DOCX
from service.models import Nomination, NominationStatus, Objection, ObjectionEvidence, Round
from service.programmes.domain import Programmes
from service.programmes.publication import notices
from service.wire import Runtime
from service.workflow.context import Context
from tests.behind import behind
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]
GOOD = {"name": "秦证人", "contact": "0519-00000000", "facts": "该同志的工作年限与所填不符，请核实。"}


@pytest.fixture
def address(service: Runtime) -> str:
    """Where to object to nomination 11."""
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, 11).status = NominationStatus.SELECTED
        return f"/public/{notices.open_candidates(ctx, ctx.session.get_one(Round, 1)).slug}/objections/11"


def a_document() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


def lodge(browser: Browser, address: str, *files: tuple[str, bytes]) -> Page:
    data = {**GOOD, "evidence": [(io.BytesIO(content), name) for name, content in files]}
    return browser.post(address, data, content_type="multipart/form-data")


def test_evidence_is_for_whoever_deals_with_the_case(
    browse: Browse, address: str, ctx: Context, task_at: Callable[..., int]
) -> None:
    done = lodge(browse(), address, ("合同.txt", "2016年入职。".encode()), ("说明.docx", a_document()))

    files = ctx.session.scalars(select(ObjectionEvidence).order_by(ObjectionEvidence.id)).all()
    assert done.status == 302
    assert [(file.filename, file.content_type) for file in files] == [
        ("合同.txt", "text/plain"),
        ("说明.docx", DOCX),
    ]
    path = f"/evidence/{files[0].id}"
    assert [browse(login).get(path).status for login in ("", "xiaoming", "liyang", "shiwei")] == [
        302,
        404,
        404,
        200,
    ]
    response = browse("shiwei").post(path, {"receiver": "异议办理人", "purpose": "办理"}).response
    assert response.data.decode() == "2016年入职。"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "合同.txt" in browse("shiwei").get(f"/tasks/{task_at('register')}").text


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("a.txt", b"1")] * 4, "最多 3 个文件，请合并后再提交。"),
        ([("a.exe", b"MZ")], "不能接收：此处只收"),
        ([("a.pdf", b"no pdf")], "这不是 PDF 文件"),
        ([("a.txt", b"a\0b")], "这不是纯文本文件"),
    ],
)
def test_bad_evidence_is_refused_and_nothing_is_lodged(
    browse: Browse, address: str, ctx: Context, files: list[tuple[str, bytes]], said: str
) -> None:
    page = lodge(browse(), address, *files)

    assert page.status == 422
    assert said in page.text
    assert GOOD["facts"] in page.html
    assert ctx.session.scalars(select(Objection)).all() == []


def test_evidence_after_the_window_is_not_looked_at(
    browse: Browse, address: str, clock: MovableClock
) -> None:
    clock.move(days=30)

    page = lodge(browse(), address, ("a.pdf", b"no pdf"))

    assert (page.status, "这不是 PDF 文件" in page.text) == (409, False)


def test_an_objection_needs_no_evidence(browse: Browse, address: str, ctx: Context) -> None:
    assert lodge(browse(), address).status == 302

    assert ctx.session.scalars(select(ObjectionEvidence)).all() == []


def test_notice_takes_so_much_evidence_and_objections_without_it_all_the_same(
    browse: Browse, address: str, ctx: Context, service: Runtime
) -> None:
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    domain.evidence_megabytes = 1
    part = b"a" * 400_000

    fit = [lodge(browse(), address, (name, part)) for name in ("甲.txt", "乙.txt")]
    refused = lodge(browse(), address, ("丙.txt", part))
    without = lodge(browse(), address)

    assert [page.status for page in (*fit, refused, without)] == [302, 302, 422, 302]
    assert (
        "这份公示收到的证明材料合计不能超过 1 MB，这次的文件已放不下。请去掉文件后再提交：异议照常受理，"
        "请在“反映的事实”中写明有哪些证明材料，核查人员会与您联系取得。"
    ) in refused.text
    assert GOOD["facts"] in refused.html
    assert len(ctx.session.scalars(select(Objection)).all()) == 3
    assert ctx.session.scalars(select(ObjectionEvidence.filename)).all() == ["甲.txt", "乙.txt"]


def test_nobody_waits_for_the_database_while_a_picture_is_looked_at(
    browse: Browse, address: str, service: Runtime
) -> None:
    """A few large pictures from anybody must not keep everybody else from writing."""
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    browser = browse()
    browser.token  # noqa: B018 -- asks for the page, which needs no picture

    with images._one_at_a_time:
        lodging = behind(lambda: lodge(browser, address, ("现场.png", out.getvalue())))
        with service.wiring.transaction() as ctx:
            ctx.session.get_one(Nomination, 12).status_reason = "写得进去"

    assert lodging().status == 302
