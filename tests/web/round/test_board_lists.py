"""The board of a round's page: behind every number is the list it counts, also after the close."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select, update

from service.models import Nomination, NominationStatus, Quota, Round, Stage, Unit
from service.programmes.award import awards
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
    """Return the cards of a round's page that count people, by id; nothing of one that is not there."""
    found = {}
    for key in ("progress", "units", "quotas", "balance", "late"):
        cards = re.findall(rf'<section class="card mb-3" id="{key}"[^>]*>(.*?)</section>', html, re.DOTALL)
        found[key] = "".join(cards)
    return found


def numbers_opened(browser: Browser) -> tuple[dict[str, list[str]], list[tuple[str, ...]]]:
    """Follow every number of the cards: those without a list, and those whose list is longer or shorter."""
    unlinked, wrong, seen = {}, [], set()
    for key, card in cards_of(browser.get("/rounds/1").html).items():
        words = re.sub(r"<a .*?</a>|<small.*?</small>|<[^>]+>|通知：.*?。", " ", card, flags=re.DOTALL)
        unlinked[key] = [number for number in re.findall(r"\d+", words) if number != "0"]
        links = re.findall(r'<a [^>]*href="(/(?:nominations|awards)\?[^"]+)"[^>]*>(.*?)</a>', card, re.DOTALL)
        for link, inner in links:
            numbers = re.findall(r"\d+", re.sub(r"<[^>]+>", " ", inner))
            if numbers and (link, *numbers) not in seen:
                seen.add((link, *numbers))
                listed = browser.get(unescape(link)).all(r"共 (\d+) (?:份|个称号)")
                wrong += [(key, link, *numbers, *listed)] if listed != numbers else []
    return unlinked, wrong


@pytest.fixture
def far(service: Runtime) -> None:
    """A round in which some stand on the list, hold the title, lost it again, or are over the places."""
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Round, 1).stage = Stage.CONFIRMATION
        standing = select(Nomination).where(Nomination.status == NominationStatus.QUALIFYING)
        first, second, third, fourth, *_others = ctx.session.scalars(standing.order_by(Nomination.id))
        first.status = NominationStatus.SELECTED
        *_held, lost = [awards.grant(ctx, holder) for holder in (second, third, fourth)]
        ctx.session.flush()
        awards.annul(ctx, lost, "经核实，材料不实。")
        drafting = select(Nomination).where(Nomination.status == NominationStatus.DRAFTING)
        ctx.session.scalars(drafting.limit(1)).one().status = NominationStatus.OVERDUE
        ctx.session.execute(update(Quota).where(Quota.taken > 1).values(places=1))


def test_every_number_of_a_card_that_counts_opens_a_list_of_so_many(browse: Browse, far: None) -> None:
    browser = browse("shiwei")

    unlinked, wrong = numbers_opened(browser)

    assert unlinked == {"progress": [], "units": [], "quotas": [], "balance": [], "late": []}
    assert wrong == []
    cards = cards_of(browser.get("/rounds/1").html)
    assert "phase=listed&amp;category=" in cards["progress"]
    assert re.findall(r"<th [^>]*>已授称号</th>.*?</tr>", cards["quotas"], re.DOTALL)[0].count(">2</a>") == 1


@pytest.mark.parametrize("login", ["liyang", "wujin", "tuanzhibu"])
def test_a_number_is_a_link_only_for_whom_its_list_is_whole(browse: Browse, far: None, login: str) -> None:
    browser = browse(login)

    unlinked, wrong = numbers_opened(browser)

    assert wrong == []
    assert {key: found for key, found in unlinked.items() if key != "quotas"} == {
        "progress": [],
        "units": [],
        "balance": [],
        "late": [],
    }
    bars = [json.loads(text) for text in browser.get("/rounds/1").all(r'data-chart="([^"]*)"')][2]["series"]
    own = {"liyang": 1, "wujin": 1, "tuanzhibu": 0}[login]
    assert sum(bar["href"] is not None for bar in bars[0]["data"]) == own


def test_the_number_of_exceptions_opens_whom_it_counts(browse: Browse, service: Runtime) -> None:
    """By the rules, and by a ruling on somebody whom they left open."""
    with service.wiring.transaction() as ctx:
        query = select(Nomination).where(Nomination.status == NominationStatus.QUALIFYING)
        by_rule, ruled, unexplained, *_others = ctx.session.scalars(query.order_by(Nomination.id))
        recommender = by_rule.recommender_id
        for nomination in (ruled, unexplained):
            nomination.recommender_id, nomination.eligibility = recommender, "REVIEW"
            nomination.status = NominationStatus.SHORTLISTED
        by_rule.eligibility, ruled.exception_reason = "EXCEPTION", "主持的技改项目获行业认可。"
        unit = ctx.session.get_one(Unit, recommender).name
        expected = sorted((f"/nominations/{by_rule.id}", f"/nominations/{ruled.id}"))
    browser = browse("shiwei")

    [line] = browser.get("/rounds/1").all(rf"<tr><td>{unit}</td>((?:(?!</tr>).)*exception=1.*?)</tr>")
    [(link, number)] = [found for found in numbers_of(line) if "exception=1" in found[0]]
    page = browser.get(link)

    assert number == 2
    assert sorted(page.all(ROWS)) == expected
    assert page.all(r'aria-label="不再限于：([^"]+)"') == ["仍在评选中", "破格"]


def test_the_list_of_those_on_the_list_says_so(browse: Browse, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        rows = list(ctx.session.scalars(select(Nomination).order_by(Nomination.id).limit(2)))
        rows[0].status, rows[1].status = NominationStatus.SELECTED, NominationStatus.AWARDED

    page = browse("shiwei").get("/nominations?round=1&phase=listed")

    assert page.all(r'aria-label="不再限于：([^"]+)"') == ["在名单上"]
    assert len(page.all(ROWS)) == 2
