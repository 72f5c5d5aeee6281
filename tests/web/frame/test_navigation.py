"""The bar lights up one place on every page that somebody reaches from it."""

from __future__ import annotations

from collections import Counter

from service.app import App
from service.web.frame.navigation import PLACES

#: reached from the foot, the bell, one's own name or an address, not from a place of the bar
ELSEWHERE = {
    "certificate_pages", "colleagues", "demonstration", "handling_notice_pages", "health", "login",
    "messages", "public_pages", "registration_pages", "reveals", "token_pages",
}  # fmt: skip


def test_every_page_belongs_to_one_place_of_the_bar(app: App) -> None:
    pages = {
        rule.endpoint.split(".")[0]
        for rule in app.url_map.iter_rules()
        if "." in rule.endpoint and not rule.rule.startswith(("/api/", "/static"))
    }

    placed = Counter(blueprint for place in PLACES for blueprint in place.blueprints)

    assert set(placed) | ELSEWHERE == pages
    assert set(placed.values()) == {1}
