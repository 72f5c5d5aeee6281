"""What shared caches may keep of the public pages: nothing that belongs to one visitor."""

from __future__ import annotations

from collections.abc import Callable

from tests.web.browser import Browser

Browse = Callable[..., Browser]


def test_a_public_page_for_caches_carries_nobodys_session(browse: Browse) -> None:
    page = browse().get("/public")

    assert page.response.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in page.response.headers
    assert "csrf" not in page.html
    assert {"Accept-Language", "Cookie"} <= set(
        map(str.strip, page.response.headers.get("Vary", "").split(","))
    )
