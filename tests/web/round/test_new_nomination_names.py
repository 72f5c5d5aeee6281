from __future__ import annotations

from collections.abc import Callable

import pytest

from service.models import Nomination
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]


def start(browser: Browser, name: str) -> tuple[int, str]:
    unit = browser.get("/nominations/new").all(r'name="unit"[^>]*value="(\d+)"')[0]
    form = {"round": "1", "source": "unit", "unit": unit, "category": "production_management", "name": name}
    page = browser.post("/nominations/new", form)
    return page.status, page.text


@pytest.mark.parametrize("name", ["王\u202e五", "王\n五", "王\x1b五"])
def test_a_name_with_characters_that_deceive_is_refused(browse: Browse, name: str) -> None:
    status, text = start(browse("tuanzhibu"), name)

    assert status == 422
    assert "姓名" in text


@pytest.mark.parametrize("name", ["  𬭎·阿卜杜拉 ", "𬭎·阿卜杜拉\u200b"])
def test_a_rare_name_is_kept_as_it_is_written(browse: Browse, service: Runtime, name: str) -> None:
    status, _text = start(browse("tuanzhibu"), name)

    with service.wiring.reading() as ctx:
        newest = ctx.session.query(Nomination).order_by(Nomination.id.desc()).first()
    assert (status, newest and newest.name) == (302, "𬭎·阿卜杜拉")


@pytest.mark.parametrize("name", ["\u200b", "名" * 41])
def test_a_name_the_form_would_refuse_is_refused_at_once(browse: Browse, service: Runtime, name: str) -> None:
    with service.wiring.reading() as ctx:
        before = ctx.session.query(Nomination).count()

    status, text = start(browse("tuanzhibu"), name)

    with service.wiring.reading() as ctx:
        after = ctx.session.query(Nomination).count()
    assert (status, after) == (422, before)
    assert "姓名" in text
