"""Who may call what: one row a view, one column a role, as status codes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.app import App
from service.models import Attachment, Nomination, UserTask
from service.wire import Service
from tests.web.browser import Browser

#: nobody, the nominee, the recommender whose turn it is, one of another district, the organiser
ROLES = ("", "xiaoming", "liyang", "wujin", "shiwei")
TABLE = {
    "GET /login": (200, 302, 302, 302, 302),
    "POST /login": (403, 403, 403, 403, 403),
    "GET /": (302, 200, 200, 200, 200),
    "GET /account": (302, 200, 200, 200, 200),
    "GET /messages": (302, 200, 200, 200, 200),
    "POST /messages/read": (302, 302, 302, 302, 302),
    "POST /language": (302, 302, 302, 302, 302),
    "POST /logout": (302, 302, 302, 302, 302),
    "POST /account/password": (302, 422, 422, 422, 422),
    "GET /tasks/{task}": (302, 404, 200, 404, 200),
    "POST /tasks/{task}/complete": (302, 404, 422, 404, 403),
    "POST /tasks/{task}/draft": (302, 404, 200, 404, 403),
    "POST /tasks/{task}/claim": (302, 404, 302, 404, 403),
    "POST /tasks/{task}/unclaim": (302, 404, 403, 404, 403),
    "POST /tasks/{task}/transfer": (302, 422, 422, 422, 422),
    "POST /tasks/{task}/copy": (302, 422, 422, 422, 422),
    "POST /tasks/{task}/nudge": (302, 404, 409, 404, 302),
    "POST /tasks/{task}/send-back": (302, 404, 422, 404, 403),
    "POST /tasks/{task}/take-back": (302, 403, 403, 403, 403),
    "GET /batches/1/consult_police": (302, 200, 200, 200, 200),
    "POST /batches/1/consult_police": (302, 422, 422, 422, 422),
    "GET /instances/{instance}": (302, 404, 200, 404, 200),
    "GET /instances/{instance}/diagram.bpmn": (302, 404, 200, 404, 200),
    "POST /nominations/{nomination}/attachments": (302, 404, 422, 404, 422),
    "GET /attachments/{attachment}": (302, 404, 200, 404, 200),
    "GET /attachments/{attachment}/thumbnail": (302, 404, 200, 404, 200),
    "DELETE /attachments/{attachment}": (302, 404, 409, 404, 409),
    "POST /reveals/nomination/{nomination}/phone": (302, 404, 422, 404, 422),
    "POST /reveals/objection/1/name": (302, 404, 404, 404, 404),
    "GET /nominations/{nomination}/privacy": (302, 404, 200, 404, 200),
    "POST /nominations/{nomination}/consents/1/withdraw": (302, 404, 403, 404, 422),
    "POST /nominations/{nomination}/consents/1/again": (302, 404, 403, 404, 409),
    "POST /nominations/{nomination}/findings/none": (302, 404, 403, 404, 422),
    "POST /nominations/{nomination}/files/{attachment}/declare": (302, 404, 302, 404, 403),
    "POST /nominations/{nomination}/files/{attachment}/clear": (302, 404, 409, 404, 409),
    "POST /nominations/{nomination}/corrections": (302, 404, 403, 404, 422),
    "POST /nominations/{nomination}/corrections/1": (302, 404, 404, 404, 404),
    "POST /nominations/{nomination}/copy": (302, 404, 403, 404, 200),
    "POST /demonstration/next-day": (404, 404, 404, 404, 404),
    "POST /demonstration/next-due": (404, 404, 404, 404, 404),
    "POST /demonstration/date": (404, 404, 404, 404, 404),
}


@pytest.fixture
def numbers(service: Service, task_at: Callable[..., int]) -> dict[str, int]:
    """The task whose turn it is at the recommender, its instance, nomination and one of its files."""
    task_id = task_at("recommender_opinion")
    with service.wiring.reading() as ctx:
        instance_id = ctx.session.get_one(UserTask, task_id).instance_id
        about = select(Nomination.id).where(Nomination.instance_id == instance_id)
        nomination_id = ctx.session.scalars(about).one()
        files = select(Attachment.id).where(Attachment.nomination_id == nomination_id)
        attachment_id = ctx.session.scalars(files).first()
    return {
        "task": task_id,
        "instance": instance_id,
        "nomination": nomination_id,
        "attachment": attachment_id or 0,
    }


@pytest.mark.parametrize("view", TABLE)
def test_a_view_lets_in_whom_it_should(app: App, numbers: dict[str, int], view: str) -> None:
    method, path = view.split(" ")

    statuses = tuple(call(Browser(app, login), method, path.format(**numbers)) for login in ROLES)

    assert statuses == TABLE[view]


def test_the_table_knows_every_view_of_these_pages(app: App) -> None:
    adapter = app.url_map.bind("localhost")
    numbers = dict.fromkeys(("task", "instance", "nomination", "attachment"), 1)
    rows = [view.format(**numbers).split(" ") for view in TABLE]
    known = {adapter.match(path, method=method)[0] for method, path in rows}
    own = {"login", "inbox", "tasks", "task_actions", "batches", "uploads", "diagrams", "reveals", "messages"}

    own |= {"demonstration", "privacy_pages"}
    views = {name for name in app.view_functions if name.partition(".")[0] in own}

    assert known == views


def call(browser: Browser, method: str, path: str) -> int:
    if method == "GET":
        return browser.get(path).status
    token = {"X-CSRFToken": browser.token}
    json_body = {"json": {}} if path.endswith("/draft") else {}
    return browser.client.open(path, method=method, headers=token, **json_body).status_code
