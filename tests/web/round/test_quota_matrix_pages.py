"""The page on which the organiser changes the matrix: sums first, reasons, refusals in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import select

from service.models import Quota, QuotaKind, Unit
from service.wire import Runtime
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]

PATH = "/rounds/1/places/matrix"
CATEGORY = "work_safety"
REASON = "经研究，安全生产类调剂两个名额"


@pytest.fixture
def cells(service: Runtime) -> Mapping[str, str]:
    """The field of each unit's cell in one category, without its beginning."""
    query = select(Unit.code, Unit.id).join(Quota, Quota.unit_id == Unit.id)
    with service.wiring.reading() as ctx:
        rows = ctx.session.execute(query.where(Quota.kind == QuotaKind.NOMINATION).distinct())
        return {row[0]: f"{row[1]}-{CATEGORY}" for row in rows}


def post(browser: Browser, values: Mapping[str, tuple[str, str]], **more: str) -> Page:
    """Post cells by their field: what they were and what they shall be."""
    data = {f"was-{cell}": was for cell, (was, _number) in values.items()}
    data |= {f"cell-{cell}": number for cell, (_was, number) in values.items()}
    return browser.post(PATH, data | {"action": "save", "reason": REASON} | more)


def feet(page: Page) -> dict[str, int]:
    """Return the last number of every line at the foot."""
    lines = page.all(r'<tr class="sum"><td class="title">(.*?</tr>)')
    return {
        line.split("<")[0]: int(numbers[-1])
        for line in lines
        for numbers in [re.findall(r"tabular[^>]*>\s*(-?\d+)", line)]
    }


def test_the_matrix_shows_its_sums_beside_the_printed_ones(browse: Browse) -> None:
    page = browse("shiwei").get(PATH)

    assert page.status == 200
    assert len(page.all(r'name="(cell-[^"]+)"')) == 8 * 6
    assert feet(page) == {"合计": 660, "附件印发数": 660, "评选名额": 600, "差额": 60}


def test_two_places_move_with_a_reason_and_are_told(browse: Browse, cells: Mapping[str, str]) -> None:
    browser = browse("shiwei")

    done = post(browser, {cells["liyang"]: ("10", "12"), cells["wujin"]: ("15", "13")})

    assert (done.status, done.location) == (302, PATH)
    page = browser.get(PATH)
    assert feet(page)["合计"] == 660
    assert "共青团溧阳市委 · 安全生产类：10 → 12" in page.text
    assert REASON in page.text


def test_sums_are_checked_before_anything_is_kept(browse: Browse, cells: Mapping[str, str]) -> None:
    browser = browse("shiwei")

    checked = post(browser, {cells["liyang"]: ("10", "8")}, action="check", reason="")

    assert checked.status == 200
    assert feet(checked) == {"合计": 658, "附件印发数": 660, "评选名额": 600, "差额": 58}
    assert feet(browser.get(PATH))["合计"] == 660


@pytest.mark.parametrize(
    ("was", "number", "reason", "status", "said"),
    [
        ("10", "12", "", 422, "请填写调整原因"),
        ("10", "-1", REASON, 422, "请填写 0 或更大的整数"),
        ("10", "十", REASON, 422, "请填写 0 或更大的整数"),
        ("9", "12", REASON, 409, "刚刚被改为 10 个"),
        ("10", "10", REASON, 422, "没有改动任何名额"),
    ],
)
def test_what_is_refused_comes_back_as_typed(
    browse: Browse, cells: Mapping[str, str], was: str, number: str, reason: str, status: int, said: str
) -> None:
    page = post(browse("shiwei"), {cells["liyang"]: (was, number)}, reason=reason)

    assert page.status == status
    assert said in page.text
    assert page.all(rf'name="cell-{cells["liyang"]}" value="([^"]*)"') == [number]


def test_only_who_may_change_it_finds_the_way_to_the_matrix(browse: Browse) -> None:
    shown = [PATH in browse(login).get("/rounds/1/places").html for login in ("shiwei", "admin", "liyang")]

    assert shown == [True, True, False]
