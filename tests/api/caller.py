"""Calling the API as somebody, in a test."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Caller:
    """A client with a bearer token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str, json: object = None, **options: Any) -> TestResponse:
        return self.send("POST", path, json=json, **options)

    def put(self, path: str, json: object = None, **options: Any) -> TestResponse:
        return self.send("PUT", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.send("DELETE", path, **options)

    def send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(
            f"/api/v1{path}", method=method, headers={**own, **(headers or {})}, **options
        )

    def todo(self, element_id: str = "") -> list[dict[str, Any]]:
        """Return the open tasks of a step."""
        found = self.get("/user-tasks", query_string={"element_id": element_id})
        assert found.status_code == 200, found.text
        items: list[dict[str, Any]] = found.get_json()["items"]
        return items
