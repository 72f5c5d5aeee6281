"""Every page fits a phone: nothing scrolls sideways at 360 px, and no script fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.visitor import Visitor

PAGES = {
    "": ["/login", "/public"],
    "tuanzhibu": ["/", "/tasks/1", "/nominations", "/nominations/new", "/nominations/1", "/messages"],
    "shiwei": ["/rounds", "/rounds/1", "/rounds/1/papers", "/nominations", "/nominations/1"],
    "admin": ["/modeler", "/admin", "/admin/people", "/admin/units", "/admin/calendar", "/admin/incidents"],
}


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_a_page_fits_a_phone(visit: Callable[..., Visitor], who: str, path: str) -> None:
    visitor = visit(who, width=360)

    visitor.go(path)
    visitor.page.wait_for_timeout(600)
    wide = visitor.page.evaluate("document.documentElement.scrollWidth")

    assert (wide, visitor.errors) == (360, [])
