"""Certificates: printed by the organiser from the register or a title, and verified by anybody."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import pytest

from service.models import HistoryEvent
from service.programmes.award import awards, certificates
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.award.conftest import award
from tests.web.browser import Browser

Browse = Callable[..., Browser]

ASKED = {"receiver": "颁奖活动", "purpose": "制作证书"}
BY_THREE = {"programme": "changzhou-good-youth", "year": "2024"}


def feet(data: bytes) -> list[str]:
    """The last part of each certificate."""
    return [table.rows[-1].cells[0].text for table in docx.Document(io.BytesIO(data)).tables]


def test_organiser_prints_the_certificates_of_a_list(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    reply = browse("shiwei").post("/awards/certificates.docx", {**ASKED, **BY_THREE})

    assert reply.status == 200
    assert [foot.partition("    ")[0] for foot in feet(reply.response.data)] == [
        f"证书编号：{award(ctx, award_id).number}" for award_id in sorted(granted)
    ]
    noted = ctx.session.query(HistoryEvent).filter_by(kind="paper.exported").one().details
    assert (noted["paper"], noted["receiver"]) == ("certificate", "颁奖活动")


def test_code_on_a_certificate_verifies_it_with_its_blanks(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    reply = browse("shiwei").post(f"/awards/{granted[1]}/certificate.docx", ASKED)
    code = feet(reply.response.data)[0].partition("验证码：")[2].partition("    ")[0]

    page = browse("").post("/public/certificates", {"code": code})

    assert len(code) == 19
    shown = browse("").get(page.location)
    assert award(ctx, granted[1]).number in shown.text


def test_annulled_title_has_no_certificate(browse: Browse, granted: list[int], service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        awards.annul(ctx, award(ctx, granted[0]), "经核实，所填荣誉不实。")

    one = browse("shiwei").post(f"/awards/{granted[0]}/certificate.docx", ASKED)
    listed = browse("shiwei").post("/awards/certificates.docx", {**ASKED, **BY_THREE})

    assert (one.status, "不再保有" in one.text) == (409, True)
    assert len(feet(listed.response.data)) == 2


def test_only_the_organiser_prints_certificates(browse: Browse, granted: list[int]) -> None:
    assert browse("liyang").post(f"/awards/{granted[0]}/certificate.docx", ASKED).status == 403
    refused = browse("liyang").post("/awards/certificates.docx", {**ASKED, **BY_THREE})
    assert (refused.status, "由主办单位打印" in refused.text) == (422, True)
    assert "荣誉证书" not in browse("liyang").get(f"/awards/{granted[0]}").text
    assert "荣誉证书" in browse("shiwei").get(f"/awards/{granted[0]}").text


def test_certificates_ask_for_receiver_and_purpose(browse: Browse, granted: list[int]) -> None:
    for path in ("/awards/certificates.docx", f"/awards/{granted[0]}/certificate.docx"):
        assert browse("shiwei").post(path, {"receiver": "", "purpose": ""}).status == 422


def test_more_than_a_file_holds_are_asked_for_part_by_part(
    browse: Browse, granted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "MOST", 2)

    refused = browse("shiwei").post("/awards/certificates.docx", ASKED)

    assert (refused.status, "一次最多打印 2 份证书" in refused.text) == (422, True)
