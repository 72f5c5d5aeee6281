"""docker-compose.yml fits the settings, the command line and itself. It is not run here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import cli
from service.config import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("name", ["single", "web", "worker", "migrate"])
def test_the_environment_of_a_container_is_valid(compose: dict[str, Any], name: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("0" * 64, encoding="ascii")
    written = compose["services"][name]["environment"]

    environment = {
        key: str(secret) if key.endswith("_FILE") else re.sub(r"\$\{\w+:-(.*)\}", r"\1", value)
        for key, value in written.items()
    }

    settings = Settings.from_env(environment)
    assert settings.field_key == "0" * 64
    assert settings.scheduler is (name == "single")


def test_what_a_container_refers_to_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    used = {secret for service in services.values() for secret in service["secrets"]}
    commands = [re.findall(r"xuanshu ([a-z-]+)", " ".join(s.get("command", []))) for s in services.values()]

    assert used == set(compose["secrets"])
    assert {name for found in commands for name in found} <= set(cli.commands)
    assert all(depended in services for s in services.values() for depended in s.get("depends_on", {}))


def test_no_image_names_a_registry(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values()]
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert [image for image in images + bases if "/" in image] == []
