"""What tests of pages use: a client that carries the CSRF token, and a count of statements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from werkzeug.test import TestResponse

from service.app import App
from service.models import User


class Browser:
    """A browser: somebody is logged in, and what it posts carries the page's token."""

    def __init__(self, app: App, login: str = "") -> None:
        self.client: FlaskClient = app.test_client()
        self._token = ""
        if login:
            self._log_in(app, login)

    def get(self, path: str, **options: Any) -> Page:
        return Page(self.client.get(path, headers={"Accept-Language": "zh-CN"}, **options))

    def post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> Page:
        token = {"csrf_token": self.token}
        page = Page(self.client.post(path, data={**token, **(data or {})}, **options))
        if path == "/login":
            self._token = ""  # a new session has a token of its own
        return page

    def fetch(self, method: str, path: str, **options: Any) -> Page:
        """Call as the page's scripts do."""
        headers = {"X-CSRFToken": self.token, "X-Requested-With": "fetch"}
        return Page(self.client.open(path, method=method, headers=headers, **options))

    def complete(self, task_id: int, outcome: str, answers: Mapping[str, Any] | None = None) -> Page:
        data = {"outcome": outcome, "answers": json.dumps(answers or {})}
        return self.post(f"/tasks/{task_id}/complete", data)

    @property
    def token(self) -> str:
        if not self._token:
            page = self.client.get("/login", follow_redirects=True).get_data(as_text=True)
            self._token = re.findall(r'name="csrf-token" content="([^"]+)"', page)[0]
        return self._token

    def _log_in(self, app: App, login: str) -> None:
        """Begin a session without the slow password."""
        with app.runtime.wiring.reading() as ctx:
            user = ctx.session.scalars(select(User).where(User.login == login)).one()
        with self.client.session_transaction() as session:
            session["user"], session["epoch"] = user.id, user.session_epoch
            session["seen"] = int(ctx.security_now.timestamp())


class Page:
    """An answer, read as its reader would."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True) if response.mimetype.startswith("text/") else ""

    @property
    def text(self) -> str:
        """The words of the page without its tags, spaces run together."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.html)).split())

    @property
    def json(self) -> Any:
        return self.response.get_json()

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    def all(self, pattern: str) -> list[str]:
        return [unescape(found) for found in re.findall(pattern, self.html, re.DOTALL)]


@contextmanager
def count_statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the SQL statements sent within a block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
