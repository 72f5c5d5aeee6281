"""The register of titles in a browser: found, followed up, annulled, and verified by anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from service.models import Quota
from tests.e2e.stage import Stage, serve_story
from tests.e2e.visitor import Visit, open_browsers
from tests.packs.scenarios import PROCESSES

PROGRAMME = "changzhou-good-youth"
WHO, OTHER = "赵安然", "钱百川"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Three titles were announced on 10 April 2024."""
    story = (PROCESSES / PROGRAMME / "scenarios/good-way.yaml").read_text(encoding="utf-8")
    with serve_story(tmp_path_factory.mktemp("titles"), PROGRAMME, story) as served:
        yield served


@pytest.fixture
def visit_titles(browser: Browser, stage: Stage) -> Iterator[Visit]:
    with open_browsers(browser, stage.address) as visit:
        yield visit


def test_a_workplace_writes_down_what_followed_and_the_organiser_reads_it(
    visit_titles: Visit, tmp_path: Path
) -> None:
    proof = tmp_path / "访谈.pdf"
    proof.write_bytes(b"%PDF-1.4\n%%EOF")
    league = visit_titles("tuanzhibu", width=360)
    league.go("/awards")
    league.page.get_by_role("link", name=WHO).click()

    entry = league.page.locator("#write")
    entry.get_by_label("事项").select_option("人物访谈报道")
    entry.get_by_label("内容").fill("日报刊发人物访谈。")
    entry.get_by_label("佐证材料").set_input_files(proof)
    entry.get_by_role("button", name="记入台账").click()

    ledger = league.page.locator("#ledger")
    expect(ledger).to_contain_text("日报刊发人物访谈。")
    expect(ledger.get_by_role("link", name="访谈.pdf")).to_be_visible()
    assert league.page.evaluate("document.documentElement.scrollWidth") == 360
    organiser = visit_titles("shiwei")
    organiser.go("/rounds/1/follow-ups?track=publicity")
    expect(organiser.page.locator("tbody tr", has_text="日报刊发人物访谈。")).to_contain_text(WHO)
    assert league.errors + organiser.errors == []


def test_an_entry_written_by_mistake_is_struck_out_and_stays_legible(visit_titles: Visit) -> None:
    organiser = visit_titles("shiwei")
    _open_title(organiser.page, organiser.base, OTHER)
    entry = organiser.page.locator("#write")
    entry.get_by_label("事项").select_option("集中宣推")
    entry.get_by_label("内容").fill("写给别人的一条。")
    entry.get_by_role("button", name="记入台账").click()

    written = organiser.page.locator("#ledger .list-group-item", has_text="写给别人的一条。")
    written.locator("summary").click()
    written.get_by_label("作废的原因").fill("写错了人。")
    written.get_by_role("button", name="作废").click()

    expect(written).to_contain_text("作废：写错了人。")
    expect(written).to_contain_text("写给别人的一条。")


def test_anybody_verifies_a_title_and_learns_that_it_was_annulled(visit_titles: Visit) -> None:
    organiser, public = visit_titles("shiwei"), visit_titles(width=360)
    _open_title(organiser.page, organiser.base, OTHER)
    code = organiser.page.locator("a[href*='/public/certificates/'] code").inner_text()
    _verify(public.page, public.base, code)
    expect(public.page.locator("dl.dates")).to_contain_text(OTHER)
    expect(public.page.locator("dl.dates")).to_contain_text("有效")

    organiser.page.locator("summary", has_text="撤销称号").click()
    annulment = organiser.page.locator("form[action$=annul]")
    annulment.get_by_label("原因").fill("经核实，所填荣誉不实。")
    annulment.get_by_role("button", name="撤销称号").click()
    organiser.page.locator("dialog.xs-dialog button[value=yes]").click()
    expect(organiser.page.locator(".datagrid")).to_contain_text("经核实，所填荣誉不实。")

    _verify(public.page, public.base, code)
    expect(public.page.locator("dl.dates")).to_contain_text("已撤销")
    expect(public.page.locator("main")).not_to_contain_text("所填荣誉不实")
    organiser.go("/awards?status=annulled")
    expect(organiser.page.locator("tbody tr")).to_have_count(1)
    assert organiser.errors + public.errors == []


def test_a_wrong_code_says_what_to_do(visit_titles: Visit) -> None:
    public = visit_titles(width=360)

    _verify(public.page, public.base, "0000000000000000")

    expect(public.page.get_by_role("alert")).to_contain_text("没有这个验证码")
    expect(public.page.get_by_label("验证码")).to_have_value("0000000000000000")


def test_full_places_of_a_recommender_do_not_widen_the_page(visit_titles: Visit, stage: Stage) -> None:
    with stage.service.engine.begin() as connection:
        connection.execute(update(Quota).where(Quota.taken > 0).values(places=Quota.taken))
    organiser = visit_titles("shiwei", width=360)

    organiser.go("/rounds/1/places")

    expect(organiser.page.locator(".table-quota td.full").first).to_be_attached()
    assert organiser.page.evaluate("document.documentElement.scrollWidth") == 360


def _open_title(page: Page, base: str, who: str) -> None:
    page.goto(f"{base}/awards?text={who}")
    page.get_by_role("link", name=who).click()
    expect(page.get_by_role("heading", level=1, name=who)).to_be_visible()


def _verify(page: Page, base: str, code: str) -> None:
    page.goto(f"{base}/public/certificates")
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="验证").click()
