"""The editor of a decision table: every kind of bad cell, a trial, drafts, conflicts and publishing."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.feel.dmn.sheet import read_sheet
from service.models import DecisionDraft, DecisionVersion, Deployment, Instance
from service.workflow.context import Context
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]
KEY = "changzhou-good-youth"
FILE = "eligibility.dmn"
DECISIONS = f"/modeler/{KEY}/decisions"
BASE = f"{DECISIONS}/{FILE}/age"
XML = (Path(__file__).parents[3] / "processes" / KEY / FILE).read_bytes()


class Editor:
    """The page of a table as its script works it."""

    def __init__(self, browser: Browser, path: str = BASE) -> None:
        self.browser, self.path = browser, path
        self.page = browser.get(path)
        self.tag = self.page.all(r'data-tag="(\w+)"')[0]
        source = browser.get(f"{DECISIONS}/{FILE}?draft=1")
        xml = (
            source.response.data if source.status == 200 else browser.get(f"{DECISIONS}/{FILE}").response.data
        )
        sheet = read_sheet(xml, path.rpartition("/")[2])
        self.rows = [{"source": row.source, "cells": list(row.cells)} for row in sheet.rows]

    def write(self, row: int, column: int, text: str) -> None:
        self.rows[row - 1]["cells"][column] = text

    def send(self, action: str, **more: Any) -> Page:
        body = {"tag": self.tag, "rows": self.rows, **more}
        return self.browser.fetch("POST", f"{self.path}/{action}", json=body)

    def save(self) -> Page:
        page = self.send("draft")
        self.tag = page.json.get("tag", self.tag)
        return page


def widen(editor: Editor) -> None:
    """Move the bound of the exception from 1984 to 1980."""
    for row in (5, 6, 7):
        for column, text in enumerate(editor.rows[row - 1]["cells"]):
            editor.write(row, column, text.replace("1984", "1980").replace("year - 40", "year - 44"))


def versions(ctx: Context) -> list[int]:
    return list(ctx.session.scalars(select(Deployment.version).order_by(Deployment.version)))


def test_page_has_a_labelled_control_a_cell_and_what_the_trial_asks(browse: Browse) -> None:
    page = Editor(browse("admin")).page

    assert page.all(r'<tr class="rule" data-source="(\d+)">') == [str(n) for n in range(1, 9)]
    assert (
        page.html.count('<td data-label="依据"') == 9
    )  # eight rows and the one that is copied for a new row
    assert page.all(r'name="(birth_date)"') == ["birth_date"]
    assert "UNIQUE：每份申报只能有一行适用" in page.text
    assert '"EXCEPTION" 破格，须说明理由' in page.text


def test_list_leads_to_the_editor_of_every_table_in_force(browse: Browse) -> None:
    page = browse("admin").get(DECISIONS)

    assert page.all(rf'href="{DECISIONS}/{FILE}/(\w+)"') == ["age", "honour", "deeds_rule"]
    assert browse("admin").get(f"{DECISIONS}?version=1").all(rf'href="{DECISIONS}/{FILE}/(\w+)"') == []


@pytest.mark.parametrize(
    ("row", "column", "text", "severity", "words"),
    [
        (1, 0, "> date(", "error", "这里应当是一个值或表达式"),
        (1, 0, "> 2006", "error", '这一列应是日期，写作 date("2026-01-01")；2006 不是。'),
        (1, 0, '> date("2006-02-30")', "error", '"2006-02-30" 不是有效的日期、时间或时长。'),
        (1, 2, '"MAYBE"', "error", '"MAYBE" 不在这一列允许的值之内'),
        (1, 3, "未满18周岁", "error", "文字要写在英文双引号里"),
        (1, 3, "18", "error", '这一列应是文字，写作 "文字"；18 不是。'),
        (1, 3, "", "warning", "没有填写“依据”"),
        (1, 4, "string(birthday)", "error", "没有名为“birthday”的变量或函数"),
    ],
    ids=["syntax", "type", "no such day", "not allowed", "no quotes", "no text", "empty", "name"],
)
def test_bad_cell_is_marked_with_a_sentence(
    browse: Browse, row: int, column: int, text: str, severity: str, words: str
) -> None:
    editor = Editor(browse("shiwei"))
    editor.write(row, column, text)

    [problem] = editor.send("check").json["problems"]

    assert (problem["rows"], problem["column"], problem["severity"]) == ([row], column, severity)
    assert words in problem["message"]


def test_overlap_and_gap_are_told_with_their_rows(browse: Browse) -> None:
    editor = Editor(browse("shiwei"))
    editor.write(3, 0, '>= date("1990-01-01")')

    problems = editor.send("check").json["problems"]

    assert [(p["rows"], p["severity"]) for p in problems] == [
        ([1, 3], "error"),
        ([2, 3], "error"),
        ([], "warning"),
    ]


def test_check_tells_what_differs_from_the_table_in_force(browse: Browse) -> None:
    editor = Editor(browse("shiwei"))
    unchanged = editor.send("check").json
    editor.write(8, 4, '"没有"')

    assert unchanged == {"problems": [], "changes": []}
    assert editor.send("check").json["changes"] == ['第 8 行“核对的值”："缺" → "没有"']


def test_trial_answers_by_the_rows_on_the_page(browse: Browse) -> None:
    editor = Editor(browse("shiwei"))
    before = editor.send("trial", facts={"birth_date": "1982-05-01"}).json
    widen(editor)

    after = editor.send("trial", facts={"birth_date": "1982-05-01"}).json

    assert (before["rows"], before["answer"][1]) == ([7], ["结论", "FAIL"])
    assert (after["rows"], after["answer"][1]) == ([5], ["结论", "EXCEPTION"])
    assert "1980年1月1日后出生" in after["answer"][2][1]


@pytest.mark.parametrize(("year", "row"), [("", 7), ("2024", 7), ("2027", 7), ("2021", 5)])
def test_trial_takes_the_year_of_the_notice_where_none_is_given(browse: Browse, year: str, row: int) -> None:
    tried = Editor(browse("shiwei")).send("trial", facts={"birth_date": "1982-05-01", "year": year})

    assert tried.json["rows"] == [row]


@pytest.mark.parametrize(
    ("given", "fields"),
    [({"birth_date": "去年"}, ["birth_date"]), ({}, []), ("nonsense", [])],
    ids=["no date", "nothing", "no facts"],
)
def test_trial_of_strange_facts(browse: Browse, given: object, fields: list[str]) -> None:
    page = Editor(browse("shiwei")).send("trial", facts=given)

    assert (page.status, list(page.json.get("fields", {}))) == (422 if fields else 200, fields)


def test_trial_of_lists_and_through_other_decisions(browse: Browse) -> None:
    editor = Editor(browse("shiwei"), f"{DECISIONS}/{FILE}/honour")
    example = unescape(editor.page.all(r"写法：<code>([^<]+)</code>")[0])

    page = editor.send("trial", facts={"honours": '[{title: "奖", level: "市级", kind: "个人"}]'})

    assert example.startswith("[{title: ")
    assert (page.json["rows"], page.json["answer"][3]) == ([2], ["核对的值", "奖"])


def test_trial_waits_until_the_cells_can_be_read(browse: Browse) -> None:
    editor = Editor(browse("shiwei"))
    editor.write(1, 0, "> date(")

    page = editor.send("trial", facts={"birth_date": "1990-01-01"})

    assert (page.status, page.json["problems"][0]["rows"]) == (422, [1])


def test_draft_keeps_even_what_is_wrong_and_nobody_else_sees_it(browse: Browse) -> None:
    editor = Editor(browse("shiwei"))
    editor.write(1, 0, "> date(")
    editor.rows.append({"source": None, "cells": ["-", "", "", "", "", ""]})

    saved = editor.save()

    assert saved.status == 200
    assert "我的草稿" in Editor(browse("shiwei")).page.text
    assert [row["cells"][0] for row in Editor(browse("shiwei")).rows][0::8] == ["> date(", "-"]
    assert "我的草稿" not in Editor(browse("admin")).page.text
    assert "您有一份" in browse("shiwei").get(DECISIONS).text


def test_draft_is_discarded(browse: Browse, ctx: Context) -> None:
    editor = Editor(browse("shiwei"))
    widen(editor)
    editor.save()

    gone = editor.browser.post(f"{BASE}/discard")

    assert (gone.status, gone.location) == (302, DECISIONS)
    assert ctx.session.scalars(select(DecisionDraft)).all() == []


def test_second_window_does_not_overwrite_the_first(browse: Browse) -> None:
    first, second = Editor(browse("shiwei")), Editor(browse("shiwei"))
    widen(first)
    first.save()

    refused = [second.send(action) for action in ("draft", "check", "trial", "publish")]

    assert [page.status for page in refused] == [409] * 4
    assert "在别处已经改过" in refused[0].json["message"]


def test_publishing_keeps_everything_but_the_cells(browse: Browse, ctx: Context) -> None:
    editor = Editor(browse("shiwei"))
    widen(editor)
    editor.save()

    published = editor.send("publish", note="放宽到 44 周岁")

    assert published.json == {"version": 2, "url": f"{DECISIONS}#age"}
    newest = ctx.session.scalars(select(Deployment).where(Deployment.version == 2)).one()
    kept = ctx.session.scalars(
        select(DecisionVersion.xml).where(DecisionVersion.deployment_id == newest.id)
    ).one()
    lines = list(zip(XML.decode().splitlines(), kept.decode().splitlines(), strict=True))
    changed = [after for before, after in lines if before != after]
    assert (len(changed), all("1980" in line or "year - 44" in line for line in changed)) == (6, True)
    pinned = select(Deployment.version).join(Instance, Instance.deployment_id == Deployment.id).distinct()
    assert ctx.session.scalars(pinned).all() == [1]
    assert "放宽到 44 周岁" in browse("admin").get("/modeler").text


def test_wrong_table_is_not_published(browse: Browse, ctx: Context) -> None:
    editor = Editor(browse("shiwei"))
    editor.write(1, 2, '"MAYBE"')

    page = editor.send("publish")

    assert (page.status, page.json["message"]) == (422, "表里有 1 处错误，不能发布。")
    assert (page.json["problems"][0]["column"], versions(ctx)) == (2, [1])


def test_draft_begun_before_another_published_is_refused_and_says_so(browse: Browse, ctx: Context) -> None:
    slow, quick = Editor(browse("admin")), Editor(browse("shiwei"))
    slow.write(8, 4, '"没有"')
    slow.save()
    widen(quick)
    quick.send("publish")

    page = slow.send("publish")

    assert (page.status, "已发布第 2 版" in page.json["message"], versions(ctx)) == (409, True, [1, 2])
    assert "他人发布了这个文件的新版" in Editor(browse("admin")).page.text


def test_older_state_is_taken_as_a_draft_and_published_again(browse: Browse, ctx: Context) -> None:
    editor = Editor(browse("shiwei"))
    widen(editor)
    editor.send("publish")
    editor.browser.get(f"{DECISIONS}?version=1")

    loaded = editor.browser.post(f"{DECISIONS}/{FILE}/load?version=1")
    again = Editor(editor.browser).send("publish", note="恢复")

    assert (loaded.location, again.json["version"]) == (BASE, 3)
    assert editor.browser.get(f"{DECISIONS}/{FILE}").response.data == XML


@pytest.mark.parametrize(
    "rows",
    [
        None,
        "rows",
        [{"source": 1}],
        [{"source": 1, "cells": ["-"]}],
        [{"source": 99, "cells": ["-"] * 6}],
        [{"source": True, "cells": ["-"] * 6}],
        [{"source": None, "cells": ["\x00"] * 6}],
        [{"source": None, "cells": ["a" * 5_001] * 6}],
        [{"source": None, "cells": [1] * 6}],
        [{"source": None, "cells": ["-"] * 6}] * 501,
    ],
    ids=["none", "text", "no cells", "few", "beyond", "bool", "control", "long", "number", "many"],
)
def test_crafted_rows_are_refused(browse: Browse, rows: object) -> None:
    editor = Editor(browse("shiwei"))
    body = json.dumps({"tag": editor.tag, "rows": rows})

    pages = [
        editor.browser.fetch("POST", f"{BASE}/{action}", data=body, content_type="application/json")
        for action in ("check", "draft", "publish")
    ]

    assert [page.status for page in pages] == [422] * 3


def test_what_is_not_there_is_not_found(browse: Browse) -> None:
    paths = (
        f"{DECISIONS}/nothing.dmn/age",
        f"{DECISIONS}/{FILE}/nothing",
        f"{DECISIONS}/{FILE}/deeds_length",
    )

    assert [browse("admin").get(path).status for path in paths] == [404] * 3


@pytest.mark.parametrize("login", ["liyang", "tuanzhibu", "xiaoming", "gongan"])
def test_nobody_else_edits(browse: Browse, login: str) -> None:
    browser = browse(login)

    assert browser.get(BASE).status == 403
    actions = ("check", "trial", "draft", "publish")
    assert [browser.fetch("POST", f"{BASE}/{action}", json={}).status for action in actions] == [403] * 4
