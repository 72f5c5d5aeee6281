"""The plan a district files: handed in with the step, read by whoever reads the task, kept with its round."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from service.clock import MovableClock
from service.models import HistoryEvent, TaskFile
from service.programmes.demo import made_up
from service.wire import Runtime
from service.workflow.context import Context
from tests.api.caller import Caller
from tests.api.conftest import app_of, token_of
from tests.web.browser import Browser
from tests.web.task.test_submitted_answers import PLAN, open_selection, plan_of

Browse = Callable[..., Browser]
PDF = made_up.file_for(["application/pdf"])[1]


@pytest.fixture
def plan(service: Runtime, clock: MovableClock) -> int:
    """The open task at which 越城 files its plan."""
    open_selection(service, clock)
    return plan_of(service, "recommender@yuecheng")


def upload(
    browser: Browser, task: int, name: str = "方案.pdf", data: bytes = PDF, slot: str = "plan"
) -> dict[str, object]:
    boundary, body = encode_multipart({"slot": slot, "file": FileStorage(io.BytesIO(data), name)})
    content_type = f"multipart/form-data; boundary={boundary}"
    page = browser.fetch("POST", f"/tasks/{task}/files", data=body, content_type=content_type)
    return {"status": page.status, **page.json}


def test_a_plan_is_handed_in_and_read_by_the_organiser(browse: Browse, plan: int, ctx: Context) -> None:
    author, organiser = browse("yuecheng"), browse("sxtuanshiwei")

    item = upload(author, plan)
    done = author.complete(plan, "file", PLAN)

    assert (item["status"], done.status) == (201, 302)
    [address] = organiser.get(f"/tasks/{plan}").all(r'<a href="(/task-files/\d+)"')
    given = organiser.post(f"{address}?inline=1", {"receiver": "青年发展部", "purpose": "存档"}).response
    assert given.get_data() == PDF
    assert given.headers["Content-Disposition"].startswith("attachment")
    kept = select(HistoryEvent.details).where(HistoryEvent.kind == "file.downloaded")
    [noted] = ctx.session.scalars(kept)
    assert (noted["of"], noted["field"]) == (f"user_task:{plan}", "plan")


def test_the_page_of_whoever_files_it_asks_for_the_file(browse: Browse, plan: int) -> None:
    author = browse("yuecheng")
    upload(author, plan)

    page = author.get(f"/tasks/{plan}")

    assert page.all(r'data-slot="plan" data-label="([^"]+)"') == ["属地选培方案"]
    assert page.all(r'data-url="([^"]+)"') == [f"/tasks/{plan}/files"]
    [listed] = page.all(r'data-files="([^"]+)"')
    assert [file["filename"] for file in json.loads(unescape(listed))] == ["方案.pdf"]


def test_nothing_is_filed_without_the_plan_itself(browse: Browse, plan: int) -> None:
    refused = browse("yuecheng").complete(plan, "file", PLAN)

    assert refused.status == 422
    assert "还缺文件，请上传后再提交。" in refused.text
    [errors] = refused.all(r'data-errors="([^"]+)"')
    assert json.loads(unescape(errors)) == {"plan": "需要 1 个，已上传 0 个"}


@pytest.mark.parametrize(
    ("name", "data", "slot", "said"),
    [
        ("方案.xlsx", b"PK", "plan", "此处只收"),
        ("方案.pdf", b"MZ no paper", "plan", "这不是 PDF 文件"),
        ("方案.pdf", PDF, "details", "这一步没有这个附件栏目"),
    ],
    ids=["other-ending", "no-pdf", "no-such-slot"],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(
    browse: Browse, plan: int, name: str, data: bytes, slot: str, said: str
) -> None:
    refused = upload(browse("yuecheng"), plan, name, data, slot)

    assert (refused["status"], said in str(refused["message"])) == (422, True)


def test_no_file_at_all_is_said(browse: Browse, plan: int) -> None:
    assert browse("yuecheng").fetch("POST", f"/tasks/{plan}/files", data={"slot": "plan"}).status == 422


def test_a_file_that_is_lost_is_taken_out(browse: Browse, plan: int, tmp_path: Path) -> None:
    author = browse("yuecheng")
    item = upload(author, plan)
    shutil.rmtree(tmp_path / "data/files")

    assert author.fetch("DELETE", str(item["delete_url"])).status == 204


def test_a_full_slot_takes_no_more_until_one_is_removed(browse: Browse, plan: int) -> None:
    author = browse("yuecheng")
    items = [upload(author, plan, f"方案{number}.pdf") for number in range(3)]

    assert upload(author, plan)["status"] == 409
    assert author.fetch("DELETE", str(items[0]["delete_url"])).status == 204
    assert upload(author, plan)["status"] == 201


def test_another_district_neither_hands_in_nor_reads_nor_removes(browse: Browse, plan: int) -> None:
    item = upload(browse("yuecheng"), plan)
    stranger = browse("keqiao")

    assert upload(stranger, plan)["status"] == 404
    assert stranger.get(str(item["url"])).status == 404
    assert stranger.fetch("DELETE", str(item["delete_url"])).status == 404


@pytest.mark.parametrize("door", ["page", "api"])
def test_nothing_is_held_while_a_file_is_checked(
    service: Runtime, browse: Browse, plan: int, door: str
) -> None:
    author = browse("yuecheng")
    caller = Caller(app_of(service).test_client(), token_of(service, "yuecheng"))

    with ends_of_transactions(service.engine) as ends:
        if door == "page":
            status = upload(author, plan)["status"]
        else:
            sent = {"slot": "plan", "file": (io.BytesIO(PDF), "方案.pdf")}
            status = caller.send("POST", f"/user-tasks/{plan}/files", data=sent).status_code

    assert (status, ends[-2:]) == (201, ["rollback", "commit"])


@contextmanager
def ends_of_transactions(engine: Engine) -> Iterator[list[str]]:
    """Collect how every transaction ends."""
    seen: list[str] = []
    notes = {name: lambda _connection, name=name: seen.append(name) for name in ("rollback", "commit")}
    for name, note in notes.items():
        event.listen(engine, name, note)
    try:
        yield seen
    finally:
        for name, note in notes.items():
            event.remove(engine, name, note)


def test_what_was_filed_is_not_changed_any_more(browse: Browse, plan: int, ctx: Context) -> None:
    author = browse("yuecheng")
    item = upload(author, plan)
    author.complete(plan, "file", PLAN)

    assert author.fetch("DELETE", str(item["delete_url"])).status == 409
    assert upload(author, plan)["status"] == 409
    assert len(ctx.session.scalars(select(TaskFile.id)).all()) == 1
