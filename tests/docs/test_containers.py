"""Dockerfile and docker-compose.yml fit the settings, the commands and themselves. Nothing is run here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context
from flask import Flask

from service.cli import cli
from service.config import Settings
from service.web import health

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
    assert {name for found in commands for name in found} <= set(cli.list_commands(Context(cli)))
    assert all(depended in services for s in services.values() for depended in s.get("depends_on", {}))


def test_the_page_begins_with_commands_a_container_can_do(compose: dict[str, Any]) -> None:
    page = (ROOT / "docs/operating/machines.md").read_text(encoding="utf-8")
    shown = re.findall(r"docker compose --profile (\w+) exec (\w+) xuanshu ([a-z-]+|…)", page)

    assert [called[2] for called in shown] == ["load-units", "create-user", "…"]
    assert {service for _profile, service, _command in shown} == {"web", "single"}
    assert all(profile in compose["services"][service]["profiles"] for profile, service, _command in shown)
    assert {"load-units", "create-user"} <= set(cli.list_commands(Context(cli)))


def test_no_image_names_a_registry(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values()]
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert [image for image in images + bases if "/" in image] == []


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")


def test_the_environment_of_the_image_is_valid(dockerfile: str) -> None:
    environment = dict(re.findall(r"\b(XUANSHU_\w+)=(\S+)", dockerfile))

    settings = Settings.from_env(environment)

    assert (str(settings.data_dir), settings.host) == ("/data", "0.0.0.0")
    assert re.findall(r"^VOLUME (\S+)", dockerfile, re.MULTILINE) == ["/data"]
    assert re.findall(r"^EXPOSE (\d+)", dockerfile, re.MULTILINE) == [str(settings.port)]


def test_the_image_asks_for_its_health_where_it_answers(dockerfile: str) -> None:
    app = Flask(__name__)
    app.register_blueprint(health.pages)

    asked = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", dockerfile)

    assert set(asked) == {"/healthz"} <= {rule.rule for rule in app.url_map.iter_rules()}


def test_the_image_is_built_from_what_is_there_and_nothing_ignored(dockerfile: str) -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert set(copied) & set(ignored) == set()


def test_the_command_of_the_image_is_one_of_ours(dockerfile: str) -> None:
    assert re.findall(r'^CMD \["xuanshu", "(\w+)"\]', dockerfile, re.MULTILINE) == ["serve"]
    assert "serve" in cli.list_commands(Context(cli))
