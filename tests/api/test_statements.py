"""Statements on an objection by the API: their evidence goes to whoever investigates, once they are given."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.models import UserTask
from service.programmes.demo import made_up
from service.wire import Runtime
from tests.api.caller import Caller
from tests.objecting import object_to_candidate

Call = Callable[[str], Caller]

PDF = made_up.file_for(["application/pdf"])[1]
TAKEN_UP = {"channel": "网上", "conclusion": "予以受理", "points": "请说明获奖证书由谁颁发。"}
USE = {"receiver": "核查组", "purpose": "办理"}


@pytest.fixture
def steps(service: Runtime, call: Call) -> dict[str, int]:
    """The open tasks of an objection that was taken up, by step."""
    instance = object_to_candidate(service)
    [register] = call("shiwei").todo("register")
    done = call("shiwei").post(
        f"/user-tasks/{register['id']}/complete", {"outcome": "accept", "answers": TAKEN_UP}
    )
    assert done.status_code == 200, done.text
    with service.wiring.reading() as ctx:
        query = select(UserTask.element_id, UserTask.id).where(UserTask.instance_id == instance)
        return dict(tuple(row) for row in ctx.session.execute(query.where(UserTask.status == "open")))


def test_evidence_is_uploaded_with_the_statement_and_read_once_it_is_given(
    call: Call, steps: dict[str, int]
) -> None:
    league, organiser = call("tuanzhibu"), call("shiwei")
    task = f"/user-tasks/{steps['unit_statement']}"
    assert [slot["key"] for slot in league.get(f"{task}/work").get_json()["file_slots"]] == ["proof"]

    given = league.post(f"{task}/files", data={"slot": "proof", "file": (io.BytesIO(PDF), "证书.pdf")})
    file = f"/task-files/{given.get_json()['id']}"

    assert given.status_code == 201
    assert organiser.get(f"{task}/files").get_json() == []
    assert organiser.get(file, query_string=USE).status_code == 404
    league.post(f"{task}/complete", {"outcome": "submit", "answers": {"statement": "原件在单位存档。"}})
    assert [one["filename"] for one in organiser.get(f"{task}/files").get_json()] == ["证书.pdf"]
    assert organiser.get(file).status_code == 422
    assert organiser.get(file, query_string=USE).get_data() == PDF


def test_evidence_is_added_and_taken_out_under_the_tag_of_its_task(call: Call, steps: dict[str, int]) -> None:
    league, task = call("tuanzhibu"), f"/user-tasks/{steps['unit_statement']}"
    read = {"If-Match": league.get(task).headers["ETag"]}
    changed = {"If-Match": league.post(f"{task}/claim", headers=read).headers["ETag"]}

    def upload(headers: dict[str, str]) -> TestResponse:
        given = {"slot": "proof", "file": (io.BytesIO(PDF), "证书.pdf")}
        return league.post(f"{task}/files", data=given, headers=headers)

    late, given, again = upload(read), upload(changed), upload(changed)
    file = f"/task-files/{given.get_json()['id']}"
    stale = league.delete(file, headers=changed)
    left = [one["filename"] for one in league.get(f"{task}/files").get_json()]
    removed = league.delete(file, headers={"If-Match": given.headers["ETag"]})

    assert [one.status_code for one in (late, given, again, stale)] == [412, 201, 412, 412]
    assert (left, removed.status_code) == (["证书.pdf"], 204)
    assert removed.headers["ETag"] == league.get(task).headers["ETag"] != given.headers["ETag"]
    assert league.get(f"{task}/files").get_json() == []


def test_evidence_whose_bytes_are_lost_is_taken_out(
    call: Call, steps: dict[str, int], tmp_path: Path
) -> None:
    league, task = call("tuanzhibu"), f"/user-tasks/{steps['unit_statement']}"
    given = league.post(f"{task}/files", data={"slot": "proof", "file": (io.BytesIO(PDF), "证书.pdf")})
    shutil.rmtree(tmp_path / "data/files")

    assert league.delete(f"/task-files/{given.get_json()['id']}").status_code == 204


def test_whom_the_investigation_was_passed_on_to_reads_what_was_stated(
    call: Call, steps: dict[str, int]
) -> None:
    statement, colleague = f"/user-tasks/{steps['unit_statement']}", call("huishen")
    call("tuanzhibu").post(
        f"{statement}/complete", {"outcome": "submit", "answers": {"statement": "原件在单位存档。"}}
    )
    assert colleague.get(statement).status_code == 404

    passed = call("shiwei").post(
        f"/user-tasks/{steps['investigate']}/transfer", {"to": "huishen", "reason": "请代为核查"}
    )

    assert passed.status_code == 200, passed.text
    assert colleague.get(statement).get_json()["outcome"] == "submit"
