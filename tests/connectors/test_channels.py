from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from service.config import BadSetting, Settings
from service.connectors.apprise import AppriseChannel
from service.connectors.channel import Message
from service.connectors.channels import open_channels
from service.connectors.recorder import Recorder

# Apprise loads all its plug-ins at once, and one of them is old
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

MESSAGE = Message(
    key="k", recipient="", subject="开标", body="请办理。", at=datetime(2024, 3, 15, tzinfo=UTC)
)


class _Hook(http.server.BaseHTTPRequestHandler):
    received: list[dict[str, Any]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).received.append(json.loads(body))
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[str]:
    _Hook.received, _Hook.status = [], 200
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()
    thread.join()


def test_apprise_posts_title_and_body(hook: str) -> None:
    AppriseChannel(hook).send(MESSAGE)

    [posted] = _Hook.received
    assert (posted["title"], posted["message"]) == ("开标", "请办理。")


def test_apprise_that_is_refused_is_an_error_without_the_address(hook: str) -> None:
    _Hook.status = 500

    with pytest.raises(ConnectionError) as refused:
        AppriseChannel(hook).send(MESSAGE)

    assert "token" not in str(refused.value)


def test_no_settings_open_no_channel() -> None:
    assert open_channels(Settings()) == {}


def test_each_address_is_a_channel_of_its_own() -> None:
    settings = Settings(
        smtp_url="smtp://127.0.0.1",
        mail_from="a@example.org",
        apprise_urls="json://127.0.0.1\njson://127.0.0.2",
    )

    assert sorted(open_channels(settings)) == ["apprise-1", "apprise-2", "mail"]


def test_address_apprise_does_not_know_stops_the_start_without_its_secret() -> None:
    with pytest.raises(BadSetting, match="XUANSHU_APPRISE_URLS") as refused:
        open_channels(Settings(apprise_urls="nonsense://secret@host"))

    assert "secret" not in refused.value.message


def test_recorder_keeps_messages_and_refuses_on_demand() -> None:
    recorder = Recorder()
    recorder.refusals.append(ConnectionError("down"))

    with pytest.raises(ConnectionError):
        recorder.send(MESSAGE)
    recorder.send(MESSAGE)

    assert recorder.sent == [MESSAGE]
