"""The board of a round: drawn from the page's own numbers, each of which opens its list, and printable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.visitor import Visitor

CHARTS = 5


@pytest.mark.parametrize("width", [360, 1280])
def test_every_chart_is_drawn_without_an_error(visit: Callable[..., Visitor], width: int) -> None:
    visitor = visit("shiwei", width=width)

    visitor.go("/rounds/1")

    expect(visitor.page.locator("[data-chart] svg")).to_have_count(CHARTS)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") == width
    assert visitor.errors == []


def test_a_bar_opens_its_list(visit: Callable[..., Visitor]) -> None:
    visitor = visit("shiwei")
    visitor.go("/rounds/1")
    chart = visitor.page.locator("#units [data-chart]")
    expect(chart.locator("svg")).to_be_visible()
    box = chart.bounding_box()
    assert box is not None

    # the first unit's bar begins right of the names and below the legend
    bar = {"x": box["width"] * 0.4, "y": 53}
    visitor.press_until("**/nominations?*phase=filing*", lambda: chart.click(position=bar))

    expect(visitor.page.locator("tbody tr").first).to_be_visible()


def test_a_number_opens_its_list_by_keyboard(visit: Callable[..., Visitor]) -> None:
    visitor = visit("shiwei")
    visitor.go("/rounds/1")
    link = visitor.page.locator("#progress td a").first
    number = int(link.inner_text())

    link.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/nominations?*status=*")

    expect(visitor.page.locator("tbody tr")).to_have_count(number)


def test_on_paper_the_bars_have_patterns_and_the_forms_are_gone(visit: Callable[..., Visitor]) -> None:
    visitor = visit("shiwei")
    visitor.go("/rounds/1")
    expect(visitor.page.locator("[data-chart] svg")).to_have_count(CHARTS)

    visitor.page.emulate_media(media="print")
    visitor.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    expect(visitor.page.locator("[data-chart] pattern").first).to_be_attached()
    expect(visitor.page.locator("h1")).to_be_visible()
    expect(visitor.page.locator("#dates details").first).to_be_hidden()
