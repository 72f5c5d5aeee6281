"""What a completion costs: at most 15 statements and one commit, token and answer included.

Every statement counts. What is read once a process, diagrams and the calendar, has been read before. What the
round's own steps cost, which touch everybody, is in ``test_sql_budget_of_rounds``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from service.models import Draft, Round, Submission
from service.programmes.demo import made_up
from service.programmes.round import calendars
from service.wire import Runtime
from tests.api.caller import Caller
from tests.api.conftest import app_of, token_of
from tests.web.browser import Browser

BUDGET = 15


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect every statement, and ``COMMIT`` for each commit."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    def note_commit(_connection: object) -> None:
        seen.append("COMMIT")

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", note_commit)


#: what everybody on the way of a nomination does, in order
CHAIN = (
    ("tuanzhibu", "workplace_league_opinion", "approve"),
    ("dangzhibu", "workplace_opinion", "approve"),
    ("liyang", "recommender_opinion", "approve"),
    ("gongan", "consult_police", "clear"),
    ("hangye", "consult_industry", "clear"),
    ("shiwei", "qualification_review", "pass"),
)


@pytest.mark.parametrize("door", ["api", "pages"])
def test_every_step_of_the_chain_stays_within_the_budget(either_service: Runtime, door: str) -> None:
    app = app_of(either_service)
    spent = {}
    for login, element_id, outcome in CHAIN:
        api = Caller(app.test_client(), token_of(either_service, login))
        browser = Browser(app, login)
        assert browser.token  # the page was there before the answers are sent
        complete = partial(_by_api, api) if door == "api" else partial(_by_page, browser)
        task, *others = api.todo(element_id)
        _finish(api, others, outcome)  # those before it have read the diagram, which happens once a process
        answers = _answers(api, task["id"])

        with counted(either_service.engine) as seen:
            status = complete(task["id"], outcome, answers)

        assert status in (200, 302)
        spent[element_id] = (seen.count("COMMIT"), seen)

    assert {element_id: commits for element_id, (commits, _) in spent.items()} == {
        element_id: 1 for _, element_id, _ in CHAIN
    }
    over = {element_id: seen for element_id, (_, seen) in spent.items() if len(seen) - 1 > BUDGET}
    assert over == {}


def test_sending_the_form_in_stays_within_its_budget(either_service: Runtime) -> None:
    app = app_of(either_service)
    caller = Caller(app.test_client(), token_of(either_service, "tuanzhibu"))
    task = caller.todo("workplace_league_opinion")[0]
    work = caller.get(f"/user-tasks/{task['id']}/work").get_json()
    earlier = [step["element_id"] for step in work["earlier"]]
    sent_back = {"to_element": earlier[0], "reason": "请补充"}
    assert caller.post(f"/user-tasks/{task['id']}/send-back", sent_back).status_code == 200
    form = next(t for t in caller.todo("fill_in_form") if t["instance_id"] == task["instance_id"])
    with either_service.wiring.reading() as ctx:
        kept = select(Submission.answers).where(Submission.instance_id == task["instance_id"])
        answers = ctx.session.scalars(kept).first()

    with counted(either_service.engine) as seen:
        done = caller.post(f"/user-tasks/{form['id']}/complete", {"outcome": "submit", "answers": answers})

    assert done.status_code == 200, done.text
    assert seen.count("COMMIT") == 1
    assert len(seen) - 1 <= BUDGET, "\n\n".join(seen)


@pytest.mark.parametrize("masked", [False, True])
def test_sending_the_form_in_for_the_first_time_costs_what_it_keeps(
    either_service: Runtime, masked: bool
) -> None:
    # beside a later one it gives the consents, and looks whether the same person stands already
    app = app_of(either_service)
    caller = Caller(app.test_client(), token_of(either_service, "tuanzhibu"))
    forms = iter(caller.todo("fill_in_form"))
    answers: dict[str, Any] = {}
    while "id_number" not in answers:
        form = next(forms)
        answers = caller.get(f"/user-tasks/{form['id']}/draft").get_json()["answers"]
    with either_service.wiring.reading() as ctx:
        calendars.load(ctx, ctx.session.get_one(Round, form["round_id"]))  # once a process
        if not masked:
            answers = ctx.session.get_one(Draft, form["id"]).answers

    with counted(either_service.engine) as seen:
        done = caller.post(f"/user-tasks/{form['id']}/complete", {"outcome": "submit", "answers": answers})

    assert done.status_code == 200, done.text
    assert seen.count("COMMIT") == 1
    assert len(seen) - 1 <= BUDGET, "\n\n".join(seen)


def _by_api(caller: Caller, task_id: int, outcome: str, answers: dict[str, object]) -> int:
    body = {"outcome": outcome, "answers": answers}
    return caller.post(f"/user-tasks/{task_id}/complete", body).status_code


def _by_page(browser: Browser, task_id: int, outcome: str, answers: dict[str, object]) -> int:
    return browser.complete(task_id, outcome, answers).status


def _finish(caller: Caller, tasks: list[dict[str, Any]], outcome: str) -> None:
    for task in tasks:
        assert _by_api(caller, task["id"], outcome, _answers(caller, task["id"])) == 200


def _answers(caller: Caller, task_id: int) -> dict[str, object]:
    """Fill in the form; a reason for an exception is asked for only where there is one."""
    work = caller.get(f"/user-tasks/{task_id}/work").get_json()
    answers = made_up.answer(work["form"] or {}, {})
    if work["variables"]["eligibility"] == "PASS":
        answers.pop("exception_reason", None)
    return answers
