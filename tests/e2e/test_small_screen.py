"""Every page fits a desk and a phone and can be read: no flaw of flaws.js, and no script fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.visitor import Visitor

ROOT = Path(__file__).parents[2]
KEY = "changzhou-good-youth"
PAGES = {
    "": [
        "/login",
        "/public",
        "/public/status",
        "/public/certificates",
        "/public/registrations",
        "/public/registrations/1",
        "/public/registrations/receipt",
        "/public/registrations/status",
        "/nowhere",
    ],
    "tuanzhibu": [
        "/",
        "/tasks/1",
        "/nominations",
        "/nominations/new",
        "/nominations/import",
        "/nominations/1",
        "/nominations/1/privacy",
        "/instances/2",
        "/messages",
        "/account",
        "/delegations",
    ],
    "shiwei": [
        "/rounds",
        "/rounds/new",
        "/rounds/1",
        "/rounds/1/papers",
        "/rounds/1/places",
        "/rounds/1/registrations",
        "/rounds/1/places/matrix",
        "/rounds/1/notice",
        "/rounds/1/tasks",
        "/nominations",
        "/nominations/12",
    ],
    "admin": [
        "/modeler",
        f"/modeler/{KEY}",
        f"/modeler/{KEY}/compare",
        f"/modeler/{KEY}/decisions",
        f"/modeler/{KEY}/decisions/eligibility.dmn/age",
        f"/modeler/{KEY}/decisions/eligibility.dmn/honour",
        f"/modeler/{KEY}/forms",
        f"/modeler/{KEY}/migrations",
        f"/modeler/{KEY}/migrations/new",
        "/admin",
        "/admin/audit",
        "/admin/people",
        "/admin/people/new",
        "/admin/people/1",
        "/admin/units",
        "/admin/units/1",
        "/admin/calendar",
        "/admin/incidents",
        "/admin/personal-data",
    ],
}


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_fit_and_can_be_read(visit: Callable[..., Visitor], who: str, width: int) -> None:
    visitor = visit(who, width=width)

    seen = {}
    for path in PAGES[who]:
        visitor.go(path)
        visitor.page.wait_for_timeout(600)
        seen[path] = (visitor.page.evaluate("document.documentElement.scrollWidth"), visitor.find_flaws())

    assert seen == {path: (width, {}) for path in PAGES[who]}
    assert visitor.errors == []


def test_problems_of_a_diagram_and_where_they_are_come_into_view(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    visitor = visit("admin", width=360)
    file = tmp_path / "elsewhere.bpmn"
    drawn = (ROOT / f"processes/{KEY}/{KEY}.bpmn").read_text(encoding="utf-8")
    file.write_text(drawn.replace("recommender@recommender", "somebody@recommender"), encoding="utf-8")
    visitor.go(f"/modeler/{KEY}")
    expect(visitor.page.locator("[data-element-id=recommender_opinion]")).to_be_visible()
    with visitor.page.expect_file_chooser() as chooser:
        visitor.page.locator("#open").click()
    chooser.value.set_files(file)

    visitor.page.locator("#check").click()
    problem = visitor.page.locator(".problem-open").first
    expect(problem).to_be_in_viewport()
    problem.click()

    expect(visitor.page.locator("[data-element-id=fill_in_form] .djs-visual")).to_be_in_viewport()


def test_everything_to_open_on_a_task_fits_a_phone(visit: Callable[..., Visitor]) -> None:
    visitor = visit("tuanzhibu", width=360)
    visitor.go("/tasks/1")

    for summary in visitor.page.locator("summary:visible").all():
        summary.click()
    visitor.page.wait_for_timeout(300)

    assert visitor.page.evaluate("document.documentElement.scrollWidth") == 360
    assert visitor.find_flaws() == {}
