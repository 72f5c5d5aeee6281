"""The page of a programme's decision tables, and the rules on the page of a nomination."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.web.browser import Browser

Browse = Callable[..., Browser]
KEY = "changzhou-good-youth"
BASE = f"/modeler/{KEY}/decisions"
TABLE = (Path(__file__).parents[3] / "processes" / KEY / "eligibility.dmn").read_bytes()


def test_every_row_is_shown_with_its_words(browse: Browse) -> None:
    page = browse("shiwei").get(BASE)

    assert page.all(r'<section class="card mb-3" id="(\w+)">') == [
        "age", "senior_honours", "honour", "deeds_length", "deeds_rule",
    ]  # fmt: skip
    assert '个别优秀的可放宽至40周岁（" + string(year - 40) + "年1月1日后出生）' in page.text
    assert ']date("1984-01-01")..date("1989-01-01")[' in page.text


def test_tables_of_a_version_are_those_published_with_it(browse: Browse) -> None:
    page = browse("shiwei").get(f"{BASE}?version=1")

    assert "这是第 1 版流程图所用的决策表" in page.text
    assert browse("shiwei").get(f"{BASE}/eligibility.dmn?version=1").response.data == TABLE


def test_what_is_not_there_is_not_found(browse: Browse) -> None:
    browser = browse("shiwei")

    paths = (f"{BASE}?version=99", f"{BASE}/nothing.dmn", "/modeler/nothing/decisions")
    assert [browser.get(path).status for path in paths] == [404] * 3


def test_only_who_may_draw_sees_them(browse: Browse) -> None:
    assert browse("liyang").get(BASE).status == 403


def test_nomination_shows_each_rule_its_result_and_the_words_of_the_notice(browse: Browse) -> None:
    browser = browse("shiwei")
    [path, *_] = browser.get("/nominations?status=qualifying").all(r'href="(/nominations/\d+)"')

    page = browser.get(path)

    assert "N04 符合“18周岁（2006年1月1日前出生）至35周岁（1989年1月1日后出生）” 符合" in page.text
    assert "N08 未填报“市级及以上个人荣誉” 符合 无" in page.text
