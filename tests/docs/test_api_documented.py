"""docs/api.md lists which operations take If-Match and Idempotency-Key as the OpenAPI document does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.app import create_app
from service.config import Settings
from service.schema import upgrade
from service.wire import wire

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| ([a-z ]+) \| (`.+`) \|$", re.MULTILINE)
OPERATION = re.compile(r"`([A-Z]+ /[^`]+)`")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The OpenAPI document."""
    folder = tmp_path_factory.mktemp("described")
    settings = Settings(
        data_dir=folder, processes_dir=ROOT / "processes", forms_dir=ROOT / "forms", scheduler=False
    )
    runtime = wire(settings, durable=False)
    upgrade(runtime.engine)
    yield create_app(runtime).test_client().get("/api/v1/openapi.json").get_json()
    runtime.engine.dispose()


def takes(described: dict[str, Any], *parameters: str) -> list[str]:
    """Return the operations with one of these parameters, whatever their ids are called."""
    wanted = {f"#/components/parameters/{name}" for name in parameters}
    return sorted(
        plain(f"{method.upper()} {path.removeprefix('/api/v1')}")
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if method != "parameters"
        and wanted & {parameter.get("$ref") for parameter in operation.get("parameters", [])}
    )


def plain(operation: str) -> str:
    return re.sub(r"\{\w+_id\}", "{id}", operation)


def listed(heading: str) -> dict[str, list[str]]:
    """Return the operations in each row of a section's table."""
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return {name: sorted(OPERATION.findall(cell)) for name, cell in ROW.findall(section)}


def test_what_needs_and_heeds_if_match_is_listed(described: dict[str, Any]) -> None:
    assert listed("ETag and If-Match") == {
        "needed": takes(described, "IF_MATCH_REQUIRED"),
        "heeded": takes(described, "IF_MATCH_OPTIONAL"),
    }


def test_what_takes_an_idempotency_key_is_listed(described: dict[str, Any]) -> None:
    rows = listed("Idempotency-Key")

    assert sorted(name for row in rows.values() for name in row) == takes(described, "IDEMPOTENCY_KEY")
