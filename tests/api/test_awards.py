"""The register of titles over HTTP: scoped, narrowed, paged by key, and a title with its ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from service.models import Nomination
from service.programmes.award import awards, follow_ups
from service.wire import Runtime
from tests.api.caller import Caller

Call = Callable[[str], Caller]


@pytest.fixture
def granted(service: Runtime) -> list[int]:
    """Three titles of one workplace, the first with an entry in its ledger."""
    with service.wiring.transaction() as ctx:
        query = select(Nomination).where(Nomination.unit.has(code="liyang-qingfeng"))
        people = ctx.session.scalars(query.order_by(Nomination.id).limit(3)).all()
        found = [awards.grant(ctx, person) for person in people]
        ctx.session.flush()
        entry = follow_ups.Entry(track="publicity", item="集中宣推", day=date(2024, 3, 1), text="上报刊。")
        follow_ups.write(ctx, found[0], entry)
        return [award.id for award in found]


def test_register_is_paged_by_key(call: Call, granted: list[int]) -> None:
    first = call("liyang").get("/awards?limit=2").get_json()
    rest = call("liyang").get(f"/awards?limit=2&before={first['next']}").get_json()

    assert [item["id"] for item in first["items"]] == granted[:0:-1]
    assert ([item["id"] for item in rest["items"]], rest["next"]) == (granted[:1], None)


def test_register_is_scoped_and_narrowed(call: Call, granted: list[int]) -> None:
    def count(login: str, **query: str) -> int:
        return len(call(login).get("/awards", query_string=query).get_json()["items"])

    assert (count("shiwei"), count("wujin")) == (3, 0)
    assert (count("shiwei", year="2024"), count("shiwei", year="2023")) == (3, 0)
    assert (count("shiwei", unit="liyang"), count("shiwei", status="annulled")) == (3, 0)
    assert call("shiwei").get("/awards?limit=101").status_code == 422


def test_title_is_shown_with_its_ledger(call: Call, granted: list[int]) -> None:
    shown = call("tuanzhibu").get(f"/awards/{granted[0]}").get_json()
    ledger = call("tuanzhibu").get(f"/awards/{granted[0]}/follow-ups").get_json()["items"]

    assert (shown["status"], shown["unit"], shown["title"]) == ("valid", "liyang-qingfeng", "产业振兴好青年")
    assert "code" not in shown
    assert [(entry["item"], entry["day"]) for entry in ledger] == [("集中宣推", "2024-03-01")]
    assert call("wujin").get(f"/awards/{granted[0]}").status_code == 404
