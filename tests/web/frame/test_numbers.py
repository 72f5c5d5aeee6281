"""Numbers nobody has: the answer is that there is no such thing, never an error of ours."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.web.browser import Browser

Browse = Callable[..., Browser]
HUGE = "9" * 30


def is_dynamic(rule: object) -> bool:
    text = str(rule)
    return "<int:" in text and not text.startswith("/api/")


def test_a_huge_number_in_an_address_is_not_found(browse: Browse) -> None:
    browser = browse("admin")
    rules = [r for r in browser.client.application.url_map.iter_rules() if is_dynamic(r)]

    answers = {
        (method, rule.rule): browser.fetch(method, re.sub(r"<[^>]+>", HUGE, rule.rule)).status
        for rule in rules
        for method in (rule.methods or set()) & {"GET", "POST", "DELETE"}
    }

    assert {where: status for where, status in answers.items() if status not in (404, 405)} == {}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/?page={HUGE}", 200),
        (f"/nominations?page={HUGE}&recommender={HUGE}&round={HUGE}", 200),
        (f"/admin/people?page={HUGE}", 200),
        (f"/admin/personal-data?page={HUGE}", 200),
        ("/admin/personal-data?until=9999-12-31", 422),
        ("/admin/personal-data?since=0001-01-01", 422),
        (f"/rounds/1/places?quota={HUGE}", 200),
        (f"/modeler/changzhou-good-youth?version={HUGE}", 200),
    ],
)
def test_a_huge_number_asked_for_narrows_nothing(browse: Browse, path: str, status: int) -> None:
    assert browse("admin").get(path).status == status


@pytest.mark.parametrize("number", [HUGE, "9" * 5000, "²", "-1", ""])
def test_a_task_passed_on_to_no_number_is_refused(browse: Browse, number: str) -> None:
    page = browse("tuanzhibu").post("/tasks/1/transfer", {"to_user_id": number, "reason": "出差"})

    assert page.status == 422
    assert "请选择转办给谁" in page.text


def test_a_huge_number_of_places_to_give_on_is_not_found(browse: Browse) -> None:
    assert browse("shiwei").post("/rounds/1/places/allotments", {"quota": HUGE}).status == 404


def test_answers_kept_for_a_huge_task_hinder_no_log_in(browse: Browse) -> None:
    given = {"login": "shiwei", "password": "xuanshu-demo", "kept_task": HUGE, "kept_answers": "{}"}

    assert browse().post("/login", given).status == 302


def test_a_batch_with_a_huge_task_number_decides_nothing(browse: Browse) -> None:
    page = browse("gongan").post("/batches/1/consult_police", {f"outcome-{'9' * 5000}": "clear"})

    assert page.status < 500


@pytest.mark.parametrize("year", [pytest.param("9" * 5000, id="huge"), pytest.param("²", id="raised")])
@pytest.mark.parametrize("path", ["/rounds/new", "/admin/calendar/days", "/admin/calendar/years"])
def test_a_year_that_is_none_is_refused(browse: Browse, path: str, year: str) -> None:
    given = {"programme": "changzhou-good-youth", "year": year}

    assert browse("shiwei").post(path, given).status == 422


@pytest.mark.parametrize("path", ["/nominations?text=%00", "/modeler/a%00b"])
def test_a_nul_in_an_address_is_refused(browse: Browse, path: str) -> None:
    assert browse("admin").get(path).status == 400
