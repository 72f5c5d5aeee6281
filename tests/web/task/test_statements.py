"""The pages of a statement: what the workplace is shown of an objection, and what the organiser reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.models import HistoryEvent, Objection
from service.programmes.publication import objections
from service.wire import Runtime
from service.workflow.context import Context
from tests.objecting import REPORT, object_to_candidate
from tests.web.browser import Browser
from tests.web.task.test_task_files import PDF, upload

Browse = Callable[..., Browser]

POINTS = "请说明获奖证书由谁颁发、何时颁发。"
REPLY = "证书由市人社局颁发，原件在单位存档。"


@pytest.fixture
def statement(service: Runtime, browse: Browse, task_at: Callable[..., int]) -> int:
    """The workplace's task of an objection that was taken up."""
    object_to_candidate(service)
    taken = {"channel": "网上", "conclusion": "予以受理", "points": POINTS}
    assert browse("shiwei").complete(task_at("register"), "accept", taken).status == 302
    return task_at("unit_statement")


def test_the_workplace_reads_what_to_answer_and_nothing_of_the_report(
    browse: Browse, statement: int, ctx: Context
) -> None:
    league = browse("tuanzhibu")

    page = league.get(f"/tasks/{statement}")

    assert POINTS in page.text
    assert [said for said in (*REPORT.values(), "139****5678") if said in page.html] == []
    number, instance = ctx.session.execute(select(Objection.id, Objection.instance_id)).one()
    for field in ("name", "contact"):
        assert league.post(f"/reveals/objection/{number}/{field}", {"reason": "好奇"}).status == 404
    assert [said for said in REPORT.values() if said in league.get(f"/instances/{instance}").html] == []


def test_the_organiser_reads_the_answer_beside_the_report(
    browse: Browse, statement: int, task_at: Callable[..., int]
) -> None:
    assert browse("tuanzhibu").complete(statement, "submit", {"statement": REPLY}).status == 302
    organiser = browse("shiwei")

    page = organiser.get(f"/tasks/{task_at('investigate')}")
    [address] = page.all(r'action="(/reveals/task/\d+/statement)"')
    shown = organiser.post(address, {"reason": "核查异议"})

    assert REPORT["facts"] in page.text
    assert "所在单位说明情况" in page.text
    assert "提交说明" in page.text
    assert REPLY in shown.text


def test_the_organiser_reads_the_evidence_that_came_with_the_answer(
    browse: Browse, statement: int, task_at: Callable[..., int], ctx: Context
) -> None:
    league, organiser = browse("tuanzhibu"), browse("shiwei")
    page = league.get(f"/tasks/{statement}")
    assert page.all(r'data-slot="proof" data-label="([^"]+)"') == ["证明材料"]
    investigation = f"/tasks/{task_at('investigate')}"

    item = upload(league, statement, "证书.pdf", slot="proof")

    assert item["status"] == 201
    assert "证书.pdf" not in organiser.get(investigation).html
    assert organiser.get(str(item["url"])).status == 404
    assert league.complete(statement, "submit", {"statement": REPLY}).status == 302
    assert organiser.get(investigation).all(r'<a href="(/task-files/\d+)"') == [item["url"]]
    given = organiser.post(f"{item['url']}?inline=1", {"receiver": "核查组", "purpose": "办理"}).response
    assert given.get_data() == PDF
    noted = ctx.session.scalars(select(HistoryEvent.details).where(HistoryEvent.kind == "file.downloaded"))
    assert [(said["of"], said["field"]) for said in noted] == [(f"user_task:{statement}", "proof")]
    assert league.fetch("DELETE", str(item["delete_url"])).status == 409


def test_a_statement_that_did_not_come_is_told_to_be_closed_with_the_case(
    browse: Browse, statement: int, task_at: Callable[..., int], ctx: Context
) -> None:
    organiser = browse("shiwei")
    findings = {"findings": "调阅档案。", "conclusion": "反映的情况不属实。"}

    assert organiser.complete(task_at("investigate"), "rejected", findings).status == 302

    number = ctx.session.scalars(select(Objection.instance_id)).one()
    assert "随流程关闭未办结的任务“所在单位说明情况”" in organiser.get(f"/instances/{number}").text


def test_what_is_no_evidence_is_refused_in_a_sentence(browse: Browse, statement: int) -> None:
    league = browse("tuanzhibu")

    refused = upload(league, statement, "证书.pdf", b"MZ no paper", "proof")
    kept = [upload(league, statement, f"证书{number}.pdf", slot="proof")["status"] for number in range(6)]

    assert (refused["status"], "这不是 PDF 文件" in str(refused["message"])) == (422, True)
    assert kept == [201] * 5 + [409]
    assert upload(browse("liyang"), statement, "证书.pdf", slot="proof")["status"] == 404


def test_an_objection_is_not_taken_up_without_saying_what_to_answer(
    service: Runtime, browse: Browse, statement: int, task_at: Callable[..., int], ctx: Context
) -> None:
    with service.wiring.transaction() as writing:
        old = writing.session.scalars(select(Objection)).one()
        objections.lodge(writing, old.notice, old.nomination_id, REPORT)

    page = browse("shiwei").complete(
        task_at("register"), "accept", {"channel": "网上", "conclusion": "予以受理", "points": "钱一一说的"}
    )

    assert page.status == 422
    assert "候选人和所在单位看得到这段文字，不能写明反映人。" in page.text
