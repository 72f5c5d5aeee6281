"""The demonstration as a user starts it, and the system's Chromium to walk it with."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.e2e.visitor import PATIENCE, Visit, open_browsers

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "service/web/static/dist/app.js"


def find_chromium() -> str | None:
    """Return the system's Chromium; Playwright's own download is never used."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            # Playwright's event loop outlives the test that opened it
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium on this machine: the pages were not walked in a browser")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    arguments += ["--disable-background-networking", "--disable-component-update"]
    return {"executable_path": chromium, "args": arguments}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a fresh demonstration and yield its address."""
    if not BUNDLE.is_file():
        pytest.skip("the front-end bundles are not built: run `make assets`")
    port = _free_port()
    folder = tmp_path_factory.mktemp("demonstration")
    environ = {key: value for key, value in os.environ.items() if not key.startswith("XUANSHU_")}
    environ |= {"XUANSHU_DATA_DIR": str(folder), "XUANSHU_PORT": str(port)}
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "demonstrate"],
            cwd=ROOT,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_served(f"http://127.0.0.1:{port}/healthz", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture
def visit(browser: Browser, demonstration: str) -> Iterator[Visit]:
    """Let somebody log in to the demonstration in a browser of his own."""
    with open_browsers(browser, demonstration) as visit:
        yield visit


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_served(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(PATIENCE * 5):
        if process.poll() is not None:
            pytest.fail("the demonstration did not start:\n" + log.read_text(encoding="utf-8"))
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("the demonstration did not answer:\n" + log.read_text(encoding="utf-8"))
