"""The board of a round's page: behind every number is the list it counts, also after the close."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select, update

from service.models import Nomination, NominationStatus, Quota, Round, Stage
from service.programmes.domain import Programmes
from service.programmes.rule.proportion import Proportion
from service.wire import Runtime
from tests.web.browser import Browser

Browse = Callable[..., Browser]

ROWS = r'data-href="(/nominations/\d+)"'


@pytest.fixture
def asks_for_men(service: Runtime) -> Iterator[None]:
    """The programme asks that four in ten are men."""
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    before = domain.packs
    pack = before["changzhou-good-youth"]
    asked = Proportion(
        name="男性",
        field="sex",
        values=("男",),
        at_least=40,
        at_most=100,
        categories=(),
        by_recommender=False,
    )
    domain.packs = {
        **before,
        pack.key: replace(pack, programme=replace(pack.programme, proportions=(asked,))),
    }
    yield
    domain.packs = before


def numbers_of(line: str) -> list[tuple[str, int]]:
    """Return the links of a table's line that are numbers, each with its number."""
    return [
        (unescape(link), int(number)) for link, number in re.findall(r'<a href="([^"]+)">(\d+)</a>', line)
    ]


def test_what_is_left_open_opens_those_who_left_it_open(browse: Browse, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        first = ctx.session.scalars(select(Nomination).order_by(Nomination.id)).first()
        assert first is not None
        first.sex, first.status = "", NominationStatus.QUALIFYING
    browser = browse("shiwei")

    [line] = browser.get("/rounds/1").all(r"<tr><td>未填</td>(.*?)</tr>")
    [(link, number)] = numbers_of(line)[-1:]
    page = browser.get(link)

    assert len(page.all(ROWS)) == number
    assert page.all(r'aria-label="不再限于：([^"]+)"') == ["仍在评选中", "性别未填"]


def test_a_bar_of_free_places_opens_the_table_of_places(browse: Browse) -> None:
    browser = browse("shiwei")

    charts = [json.loads(text) for text in browser.get("/rounds/1").all(r'data-chart="([^"]*)"')]
    bars = {one["name"]: one["data"][0]["href"] for one in charts[2]["series"]}
    address, _, anchor = bars["剩余"].partition("#")

    assert bars["已用"].startswith("/nominations?")
    assert f'id="{anchor}"' in browser.get(address).html


def test_a_proportion_opens_those_it_counts(browse: Browse, asks_for_men: None, service: Runtime) -> None:
    with service.wiring.reading() as ctx:
        counted = [
            nomination.sex
            for nomination in ctx.session.scalars(select(Nomination))
            if nomination.submitted_at is not None
        ]
    browser = browse("shiwei")

    [line] = browser.get("/rounds/1").all(r'<td class="title">男性</td>(.*?)</tr>')
    lists = [(len(browser.get(link).all(ROWS)), number) for link, number in numbers_of(line)]

    assert lists == [(counted.count("男"),) * 2, (len(counted),) * 2]


def test_who_was_late_is_told_after_the_close(browse: Browse, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        filing = Nomination.status.in_((NominationStatus.DRAFTING, NominationStatus.RECOMMENDING))
        ctx.session.execute(update(Nomination).where(filing).values(status=NominationStatus.OVERDUE))
        ctx.session.get_one(Round, 1).stage = Stage.QUALIFICATION
    browser = browse("shiwei")

    [card] = browser.get("/rounds/1").all(r'<section class="card mb-3" id="late">(.*?)</section>')
    link = unescape(re.findall(r'href="([^"]+)"[^>]*><span>共青团溧阳市委<', card)[0])

    assert "逾期未报的单位" in card
    assert "8 份逾期未报" in card
    assert card.count("没有申报") == 6
    assert len(browser.get(link).all(ROWS)) == 8


def cards_of(html: str) -> dict[str, str]:
    """Return the cards of a round's page that count people, by id."""
    found = {}
    for key in ("progress", "units", "quotas", "balance", "late"):
        [found[key]] = re.findall(
            rf'<section class="card mb-3" id="{key}"[^>]*>(.*?)</section>', html, re.DOTALL
        )
    return found


def test_every_number_of_a_card_that_counts_opens_a_list_of_so_many(browse: Browse, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Round, 1).stage = Stage.CONFIRMATION
        standing = select(Nomination).where(Nomination.status == NominationStatus.QUALIFYING)
        first, second, *_others = ctx.session.scalars(standing.order_by(Nomination.id))
        first.status, second.status = NominationStatus.SELECTED, NominationStatus.AWARDED
        drafting = select(Nomination).where(Nomination.status == NominationStatus.DRAFTING)
        ctx.session.scalars(drafting.limit(1)).one().status = NominationStatus.OVERDUE
        ctx.session.execute(update(Quota).where(Quota.taken > 1).values(places=1))
    browser = browse("shiwei")
    cards = cards_of(browser.get("/rounds/1").html)

    unlinked, wrong, seen = {}, [], set()
    for key, card in cards.items():
        words = re.sub(r"<a .*?</a>|<small.*?</small>|<[^>]+>|通知：.*?。", " ", card, flags=re.DOTALL)
        unlinked[key] = [number for number in re.findall(r"\d+", words) if number != "0"]
        for link, inner in re.findall(
            r'<a [^>]*href="(/nominations\?[^"]+)"[^>]*>(.*?)</a>', card, re.DOTALL
        ):
            numbers = re.findall(r"\d+", re.sub(r"<[^>]+>", " ", inner))
            if numbers and (link, *numbers) not in seen:
                seen.add((link, *numbers))
                listed = browser.get(unescape(link)).all(r"共 (\d+) 份")
                wrong += [(key, link, numbers, listed)] if listed != numbers else []

    assert unlinked == {"progress": [], "units": [], "quotas": [], "balance": [], "late": []}
    assert wrong == []
    assert "phase=listed&amp;category=" in cards["progress"]


def test_the_list_of_those_on_the_list_says_so(browse: Browse, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        rows = list(ctx.session.scalars(select(Nomination).order_by(Nomination.id).limit(2)))
        rows[0].status, rows[1].status = NominationStatus.SELECTED, NominationStatus.AWARDED

    page = browse("shiwei").get("/nominations?round=1&phase=listed")

    assert page.all(r'aria-label="不再限于：([^"]+)"') == ["在名单上"]
    assert len(page.all(ROWS)) == 2
