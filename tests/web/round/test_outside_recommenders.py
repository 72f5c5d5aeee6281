"""The pages of a workplace outside every recommender's branch (A-08)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.models import Nomination, Unit
from service.wire import Runtime
from service.workflow.person import logins, people
from tests.web.browser import Browser

Browse = Callable[..., Browser]
NEW = {"round": "1", "source": "self", "category": "general_services"}


@pytest.fixture
def library(service: Runtime) -> None:
    """A unit directly under the city, with somebody who may put himself forward."""
    with service.wiring.transaction() as ctx:
        city = ctx.session.scalars(select(Unit).where(Unit.code == "cz")).one()
        unit = Unit(
            code="cz-library",
            name="常州市图书馆（演示）",
            level="单位",
            parent_id=city.id,
            path="/cz/cz-library/",
        )
        ctx.session.add(unit)
        ctx.session.flush()
        user = logins.create_user(ctx, login="guanyuan", name="演示-馆员", password="x" * 12, unit=unit)
        people.grant(ctx, user, "nominee", unit)


def unit_id(service: Runtime, code: str) -> str:
    with service.wiring.reading() as ctx:
        return str(ctx.session.scalars(select(Unit.id).where(Unit.code == code)).one())


@pytest.mark.usefixtures("library")
def test_a_self_nominee_chooses_who_recommends_and_may_change_it(service: Runtime, browse: Browse) -> None:
    browser = browse("guanyuan")
    wujin = unit_id(service, "wujin")

    offered = browser.get("/nominations/new").all(r'<option value="\d+" >(共青团[^<]+)</option>')
    missing = browser.post("/nominations/new", NEW)
    begun = browser.post("/nominations/new", {**NEW, "recommender": unit_id(service, "liyang")})

    assert len(offered) == 7
    assert missing.status == 422
    assert "请从中选择：共青团溧阳市委、" in missing.text
    assert begun.status == 302
    with service.wiring.reading() as ctx:
        nominee = max(ctx.session.scalars(select(Nomination.id)))
    assert "推荐之前可以更换" in browser.get(f"/nominations/{nominee}").text
    assert browser.post(f"/nominations/{nominee}/recommender", {"recommender": wujin}).status == 302
    page = browse("wujin").get(f"/nominations/{nominee}").text
    assert "推荐单位 共青团武进区委" in page
    assert "更换推荐单位 → 共青团武进区委 · 原为共青团溧阳市委" in page


@pytest.mark.usefixtures("library")
def test_nobody_changes_it_who_may_not(service: Runtime, browse: Browse) -> None:
    browse("guanyuan").post("/nominations/new", {**NEW, "recommender": unit_id(service, "wujin")})
    with service.wiring.reading() as ctx:
        nominee = max(ctx.session.scalars(select(Nomination.id)))
    path, wanted = f"/nominations/{nominee}/recommender", {"recommender": unit_id(service, "liyang")}

    statuses = [browse(login).post(path, wanted).status for login in ("", "liyang", "wujin", "shiwei")]

    assert statuses == [302, 404, 403, 302]
    assert browse("guanyuan").post(path, {"recommender": "x"}).status == 422
