"""Pages that only a round under way has: each fits a desk and a phone and can be read (flaws.js)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.stage import serve_story
from tests.e2e.visitor import Visitor, open_browsers
from tests.packs.scenarios import PROCESSES

YOUTH, CRAFTSMEN, THOUSAND = "changzhou-good-youth", "longcheng-craftsmen", "thousand-good-youth"
NOTICE = """
says: 名单公示，接受异议；截止时没有办完的记为逾期未报
proves: [X05, X10]
people:
  赵安然: {unit: liyang-qingfeng, category: 生产管理类}
  钱百川: {unit: liyang-qingfeng, category: 生产管理类}
story:
  - nominate: 赵安然
  - nominate: 钱百川
  - carry: 赵安然
  - wait_until: 2024-03-26 10:00
  - complete: 开启联合会审
  - carry: 赵安然
  - wait_until: 2024-04-01 09:00
  - complete: 提请会签
  - complete: 部门会签
    who: renshe
  - complete: 部门会签
    who: gongxin
  - complete: 确认候选人名单并公示
"""
#: as long as names get: a person's of 15 characters, units' of 40
LONG_NAME = "阿卜杜热合曼·买买提艾力江·吐尔"
LONG_UNITS = {
    "liyang": "共青团溧阳市高新技术产业开发区暨苏皖合作示范区长三角一体化发展工作委员会筹备组",
    "liyang-qingfeng": "江苏省溧阳市青锋高端精密智能装备制造产业集团股份有限公司第三分公司（演示）",
}
STORIES = {
    "countersigning": (YOUTH, NOTICE.partition("  - complete: 部门会签")[0]),
    "notice": (YOUTH, NOTICE),
    "scoring": (CRAFTSMEN, "  - complete: 专家评分\n    of: everybody\n  - complete: 结束专家评分\n"),
    "titles": (CRAFTSMEN, ""),
    "mentors": (THOUSAND, ""),
}
PAGES = {
    ("notice", "shiwei"): [
        "/rounds/1",
        "/rounds/1/notice",
        "/rounds/1/notice/1/register",
        "/rounds/1/tasks",
        "/nominations/2",
        "/nominations/2/extension",
    ],
    ("countersigning", "renshe"): ["/", "/tasks/12"],
    ("mentors", "xiangmu-tuan"): ["/", "/tasks/166"],
    ("notice", "tuanzhibu"): ["/nominations/2"],
    ("scoring", "laojing"): ["/rounds/1/panel", "/rounds/1/panel/seats/1"],
    ("scoring", "zhuanjia1"): ["/"],
    ("titles", "laojing"): [
        "/awards",
        "/awards/1",
        "/rounds/1/follow-ups",
        "/rounds/1/follow-ups/uncovered",
        "/rounds/1/recommenders",
    ],
    ("titles", "jiceng"): ["/awards/1"],
}


@pytest.mark.parametrize("name", STORIES)
def test_pages_of_a_round_under_way_fit_and_can_be_read(browser: Browser, tmp_path: Path, name: str) -> None:
    programme, story = STORIES[name]
    with (
        serve_story(tmp_path, programme, _tell(programme, story)) as stage,
        open_browsers(browser, stage.address) as visit,
    ):
        for who in [who for story, who in PAGES if story == name]:
            for width in (1280, 360):
                visitor = visit(who, width=width)
                assert _look_at(visitor, PAGES[name, who]) == {path: (width, {}) for path in PAGES[name, who]}
                assert visitor.errors == []


@pytest.mark.parametrize("width", [1280, 360])
def test_what_the_public_reads_and_writes_fits_and_can_be_read(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    with (
        serve_story(tmp_path, YOUTH, NOTICE) as stage,
        open_browsers(browser, stage.address) as visit,
    ):
        public = visit(width=width)
        seen = [_see(public, "/public"), _see(public, "/public/certificates/0000000000000000")]
        public.go("/public")
        public.page.get_by_role("link", name="候选人的公示").click()
        seen.append(_measure(public))
        public.page.get_by_role("link", name="提出异议").click()
        seen.append(_measure(public))
        public.page.evaluate("document.querySelector('form.card').noValidate = true")
        public.page.get_by_role("button", name="提交异议").click()
        expect(public.page.get_by_role("alert")).to_be_visible()
        seen.append(_measure(public))

    assert seen == [(width, {})] * 5


@pytest.mark.parametrize("width", [1280, 360])
def test_the_longest_names_squeeze_nothing(browser: Browser, tmp_path: Path, width: int) -> None:
    story = NOTICE.replace("赵安然", LONG_NAME) + f"  - object: {LONG_NAME}\n"
    with (
        serve_story(tmp_path, YOUTH, story, renamed=LONG_UNITS) as stage,
        open_browsers(browser, stage.address) as visit,
    ):
        organiser, public = visit("shiwei", width=width), visit(width=width)
        paths = ["/", "/?tab=done", "/nominations", "/nominations/1", "/rounds/1", "/rounds/1/places"]
        seen = _look_at(organiser, [*paths, "/rounds/1/places/matrix", "/rounds/1/notice"])
        organiser.go("/")
        organiser.page.get_by_role("link", name="办理").first.click()
        seen["task"] = _measure(organiser)
        public.go("/public")
        public.page.get_by_role("link", name="候选人的公示").click()
        seen["notice"] = _measure(public)

    assert seen == dict.fromkeys(seen, (width, {}))


def test_a_step_that_asked_for_nothing_says_so_once_it_is_done(browser: Browser, tmp_path: Path) -> None:
    with (
        serve_story(tmp_path, YOUTH, NOTICE) as stage,
        open_browsers(browser, stage.address) as visit,
    ):
        organiser = visit("shiwei")
        organiser.go("/rounds/1/tasks")
        organiser.page.get_by_role("link", name="确认候选人名单并公示").first.click()

        expect(organiser.page.locator("#submitted")).to_contain_text("这一环节没有填写内容")


def _tell(programme: str, until: str) -> str:
    """Return a story of our own, or how the programme's good way begins, up to some of its words."""
    if until.lstrip().startswith("says:"):
        return until
    whole = (PROCESSES / programme / "scenarios/good-way.yaml").read_text(encoding="utf-8")
    return whole.partition(until)[0] if until else whole


def _look_at(visitor: Visitor, paths: list[str]) -> dict[str, tuple[int, dict[str, list[str]]]]:
    return {path: _see(visitor, path) for path in paths}


def _see(visitor: Visitor, path: str) -> tuple[int, dict[str, list[str]]]:
    visitor.go(path)
    return _measure(visitor)


def _measure(visitor: Visitor) -> tuple[int, dict[str, list[str]]]:
    visitor.page.wait_for_load_state("networkidle")
    return visitor.page.evaluate("document.documentElement.scrollWidth"), visitor.find_flaws()
