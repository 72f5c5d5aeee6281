"""Mail against a real SMTP server in this process."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from service.config import BadSetting
from service.connectors.channel import Message, Undeliverable
from service.connectors.mail import Mail as MailChannel

# the server is on loopback, where a password may go without TLS
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SENDER = "选树 <xuanshu@example.org>"


class _Post:
    """Keeps what it is handed; refuses addresses that begin with ``no`` for good, ``later`` for now."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Envelope, *given: Any) -> str:  # noqa: N802
        address = str(given[0])
        if address.startswith("no"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later"):
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def post() -> _Post:
    return _Post()


@pytest.fixture
def smtp_url(post: _Post) -> Iterator[str]:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"robot", b"p@ss/word"), handled=False)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(
        post, hostname="127.0.0.1", port=port, authenticator=check, auth_require_tls=False, auth_required=True
    )
    controller.start()
    yield f"smtp://robot:p%40ss%2Fword@127.0.0.1:{port}"
    controller.stop()


def test_mail_arrives_with_subject_body_and_addresses(post: _Post, smtp_url: str) -> None:
    MailChannel(smtp_url, SENDER).send(_message())

    [mail] = post.mails
    assert str(make_header(decode_header(mail["Subject"]))) == "请办理 第二行"
    assert mail["To"] == "alice@example.org"
    assert mail["Date"] == "Fri, 15 Mar 2024 01:00:00 +0000"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == "请尽快办理。\n"


def test_same_message_twice_carries_the_same_id(post: _Post, smtp_url: str) -> None:
    channel = MailChannel(smtp_url, SENDER)
    channel.send(_message())
    channel.send(_message())
    channel.send(_message(key="another"))

    first, second, third = (mail["Message-ID"] for mail in post.mails)
    assert first == second != third
    assert first.endswith("@example.org>")


def test_address_that_does_not_exist_is_refused_for_good(smtp_url: str) -> None:
    with pytest.raises(Undeliverable, match=r"550 5\.1\.1 no such mailbox"):
        MailChannel(smtp_url, SENDER).send(_message(recipient="nobody@example.org"))


def test_refusal_for_now_is_no_refusal_for_good(smtp_url: str) -> None:
    with pytest.raises(Exception, match="greylisted") as refused:
        MailChannel(smtp_url, SENDER).send(_message(recipient="later@example.org"))

    assert not isinstance(refused.value, Undeliverable)


def test_wrong_password_is_an_error_without_the_password(smtp_url: str) -> None:
    wrong = smtp_url.replace("p%40ss%2Fword", "secret")

    with pytest.raises(Exception, match="535") as refused:
        MailChannel(wrong, SENDER).send(_message())

    assert "secret" not in str(refused.value)


def test_server_that_is_down_is_an_error_to_try_again() -> None:
    with pytest.raises(ConnectionRefusedError):
        MailChannel("smtp://127.0.0.1:1", SENDER).send(_message())


@pytest.mark.parametrize(
    "url",
    ["http://mail.example.org", "smtp://", "mail.example.org:25", "smtp://host:port", "smtp://host:99999"],
)
def test_url_that_cannot_be_meant_stops_the_start(url: str) -> None:
    with pytest.raises(BadSetting, match="XUANSHU_SMTP_URL"):
        MailChannel(url, SENDER)


def test_sender_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(BadSetting, match="XUANSHU_MAIL_FROM"):
        MailChannel("smtp://127.0.0.1", "选树")


def _message(*, key: str = "mail:reminder:1", recipient: str = "alice@example.org") -> Message:
    return Message(
        key=key,
        recipient=recipient,
        # a line break in a title must not become a header
        subject="请办理\n第二行",
        body="请尽快办理。",
        at=datetime(2024, 3, 15, 1, 0, tzinfo=UTC),
    )
