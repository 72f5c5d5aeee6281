"""The health check: 200 while the database answers, 503 otherwise."""

from __future__ import annotations

from pathlib import Path

from service.app import App


def test_health_of_a_service_whose_database_answers(app: App) -> None:
    answer = app.test_client().get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "Set-Cookie" not in answer.headers


def test_health_of_a_service_whose_database_is_gone(app: App) -> None:
    engine = app.runtime.engine
    engine.dispose()
    database = Path(str(engine.url.database))
    for file in database.parent.glob(database.name + "*"):
        file.unlink()
    database.mkdir()

    answer = app.test_client().get("/healthz")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
