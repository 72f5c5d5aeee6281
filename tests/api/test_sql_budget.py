"""What a completion costs: at most 15 statements and one commit, token and answer included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from service.wire import Service
from tests.api.caller import Caller
from tests.api.conftest import app_of, token_of

BUDGET = 15
#: the recommender's completion takes a place as well and opens two tasks side by side
BUDGET_WITH_QUOTA = 21


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


@pytest.mark.parametrize(
    ("login", "element_id", "answers", "budget"),
    [
        ("tuanzhibu", "workplace_league_opinion", {"text": "同意推荐"}, BUDGET),
        ("dangzhibu", "workplace_opinion", {"text": "同意推荐"}, BUDGET),
        (
            "liyang",
            "recommender_opinion",
            {"reason": "事迹突出，同意推荐", "exception_reason": "贡献突出"},
            BUDGET_WITH_QUOTA,
        ),
    ],
)
def test_completion_stays_within_its_budget(
    either_service: Service, login: str, element_id: str, answers: dict[str, str], budget: int
) -> None:
    app = app_of(either_service)
    if element_id == "workplace_opinion":
        _approve_all(
            Caller(app.test_client(), token_of(either_service, "tuanzhibu")), "workplace_league_opinion"
        )
    caller = Caller(app.test_client(), token_of(either_service, login))
    warm, task = caller.todo(element_id)[:2]
    # the diagram and its forms are read once a process
    assert _complete(caller, warm["id"], answers).status_code == 200

    body = _body_of(caller, task["id"], answers)

    with counted(either_service.engine) as seen:
        done = caller.post(f"/user-tasks/{task['id']}/complete", body)

    assert done.status_code == 200, done.text
    assert seen.count("COMMIT") == 1
    statements = [statement for statement in seen if statement != "COMMIT"]
    assert len(statements) <= budget, "\n\n".join(statements)


def _complete(caller: Caller, task_id: int, answers: dict[str, str]) -> TestResponse:
    return caller.post(f"/user-tasks/{task_id}/complete", _body_of(caller, task_id, answers))


def _body_of(caller: Caller, task_id: int, answers: dict[str, str]) -> dict[str, object]:
    """A reason for an exception is asked for only where there is one."""
    work = caller.get(f"/user-tasks/{task_id}/work").get_json()
    if work["variables"]["eligibility"] == "PASS":
        answers = {key: value for key, value in answers.items() if key != "exception_reason"}
    return {"outcome": "approve", "answers": answers}


def _approve_all(caller: Caller, element_id: str) -> None:
    for task in caller.todo(element_id):
        _complete(caller, task["id"], {"text": "同意"})
