"""Made-up requests, good and bad, to every operation: never a 500, always what the description promises."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from service.clock import MovableClock
from service.wire import Runtime, wire
from tests.api.conftest import NOW, app_of, settings_of, token_of

CHECKS = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
ROLES = ("admin", "shiwei", "tuanzhibu")


QUICK: dict[str, Any] = {
    "max_examples": 1,
    "database": None,
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def map_path_parameters(_context: object, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Let numbers be those of rows that are there, or nearly."""
    return {
        name: value % 24 + 1 if isinstance(value, int) and name.endswith("_id") else value
        for name, value in (path_parameters or {}).items()
    }


@pytest.fixture(scope="module")
def service(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("schemathesis") / "data"
    shutil.copytree(seeded, folder)
    service = wire(settings_of(folder), clock=MovableClock(NOW), durable=False)
    yield service
    service.engine.dispose()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_operations_keep_their_promises(service: Runtime, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app_of(service))
    described.hook(map_path_parameters)
    tokens = [token_of(service, login) for login in ROLES]
    broken: list[str] = []
    tried = 0
    # a revoked token would end the test, and passwords are slow by design
    for found in described.exclude(path_regex="/tokens").get_all_operations():
        operation = found.ok()

        @seed(1)
        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(**QUICK)
        def try_out(case: Any) -> None:
            nonlocal tried
            for token in tokens:
                case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {token}"})
                tried += 1

        try:
            try_out()
        except Unsatisfiable:
            continue  # without parameters there is nothing to get wrong
        except (FailureGroup, AssertionError) as failure:
            broken.append(f"{operation.method.upper()} {operation.path}: {failure}")

    assert broken == []
    assert tried > 60
