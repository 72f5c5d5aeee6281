"""Decision tables over HTTP: reading, drafts under ETag, checking, publishing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.caller import Caller

Call = Callable[[str], Caller]
FILES = "/programmes/changzhou-good-youth/decision-files"
FILE = f"{FILES}/eligibility.dmn"
ROOT = Path(__file__).resolve().parents[2]
XML = (ROOT / "processes/changzhou-good-youth/eligibility.dmn").read_text(encoding="utf-8")
WIDER = XML.replace("1984-01-01", "1980-01-01")


def if_match(caller: Caller, path: str) -> dict[str, str]:
    return {"If-Match": caller.get(path).headers["ETag"]}


def test_file_in_force_is_published_anew_and_kept(call: Call) -> None:
    admin = call("admin")
    seen = if_match(admin, FILE)

    published = admin.post(f"{FILE}/deployments", {"xml": WIDER, "note": "放宽"}, headers=seen)
    late = admin.post(f"{FILE}/deployments", {"xml": XML}, headers=seen)

    assert (published.status_code, published.get_json()["version"], late.status_code) == (201, 2, 412)
    assert admin.get(FILE).get_json() == {"xml": WIDER}
    assert admin.get(FILES).get_json() == [{"file": "eligibility.dmn", "edited": True, "draft": False}]


def test_draft_is_written_over_what_was_read_only(call: Call) -> None:
    shiwei = call("shiwei")
    seen = if_match(shiwei, f"{FILE}/draft")

    saved = shiwei.put(f"{FILE}/draft", {"xml": WIDER}, headers=seen)
    again = shiwei.put(f"{FILE}/draft", {"xml": XML}, headers=seen)

    assert (saved.status_code, saved.get_json()["xml"], again.status_code) == (200, WIDER, 412)
    assert saved.headers["ETag"] == shiwei.get(f"{FILE}/draft").headers["ETag"] != seen["If-Match"]
    assert (shiwei.get(FILES).get_json()[0]["draft"], call("admin").get(FILES).get_json()[0]["draft"]) == (
        True,
        False,
    )


def test_draft_is_thrown_away_as_it_was_read_only(call: Call) -> None:
    shiwei, draft = call("shiwei"), f"{FILE}/draft"
    seen = if_match(shiwei, draft)
    shiwei.put(draft, {"xml": WIDER}, headers=seen)

    missing, stale = shiwei.delete(draft), shiwei.delete(draft, headers=seen)
    kept = shiwei.get(draft).get_json()["xml"]
    discarded = shiwei.delete(draft, headers=if_match(shiwei, draft))

    assert (missing.status_code, stale.status_code, kept) == (428, 412, WIDER)
    assert discarded.status_code == 204
    assert shiwei.get(draft).get_json() == {"xml": XML, "saved_at": None}


def test_check_names_table_row_and_column(call: Call) -> None:
    wrong = XML.replace('&gt; date("2006-01-01")', "&gt; 2006")

    checked = call("admin").post(f"{FILE}/checks", {"xml": wrong}).get_json()

    assert checked == {
        "publishable": False,
        "problems": [
            {
                "decision": "age",
                "rows": [1],
                "column": 0,
                "message": '这一列应是日期，写作 date("2026-01-01")；2006 不是。',
                "severity": "error",
            }
        ],
    }


def test_check_tells_a_fault_once(call: Call) -> None:
    admin = call("admin")
    in_a_cell, elsewhere = XML.replace('>"FAIL"<', '>"FAIL<', 1), XML.replace("then []", "then [")

    found = [admin.post(f"{FILE}/checks", {"xml": xml}).get_json() for xml in (in_a_cell, elsewhere)]

    places = [[(p["decision"], p["rows"], p["column"]) for p in one["problems"]] for one in found]
    assert places == [[("age", [1], 2)], [("", [], None)]]


def test_what_cannot_decide_is_not_published(call: Call) -> None:
    admin = call("admin")
    wrong = XML.replace('&lt; date("1984-01-01")', '&lt;= date("1984-01-01")')

    refused = admin.post(f"{FILE}/deployments", {"xml": wrong}, headers=if_match(admin, FILE))

    assert (refused.status_code, "有重叠" in refused.get_json()["detail"]) == (422, True)


@pytest.mark.parametrize("action", ["checks", "deployments", "draft"])
def test_hostile_file_is_refused(call: Call, action: str) -> None:
    admin = call("admin")
    body = {"xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}
    method = "PUT" if action == "draft" else "POST"

    answer = admin.send(method, f"{FILE}/{action}", json=body, headers=if_match(admin, FILE))

    assert (answer.status_code, "DOCTYPE" in answer.text) == (200 if action == "checks" else 422, True)
    assert "root:" not in answer.text


def test_file_nobody_has_is_not_found(call: Call) -> None:
    admin = call("admin")

    paths = (f"{FILES}/none.dmn", f"{FILES}/none.dmn/draft")
    assert [admin.get(path).status_code for path in paths] == [404, 404]
    assert admin.post(f"{FILES}/none.dmn/checks", {"xml": XML}).status_code == 404
    assert admin.delete(f"{FILES}/none.dmn/draft", headers={"If-Match": "*"}).status_code == 404
