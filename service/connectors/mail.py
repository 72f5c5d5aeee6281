"""Mail by SMTP: one connection a message, TLS wherever the server offers it."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from service.config import LOOPBACK, BadSetting
from service.connectors.channel import Message, Undeliverable

TIMEOUT = 20.0


class Mail:
    """Sends mails through one SMTP server, given as ``smtp://user:password@host:port`` or ``smtps://``."""

    def __init__(self, url: str, sender: str) -> None:
        parts = _split(url)
        self._host = parts.hostname or ""
        self._encrypted = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._encrypted else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        if "@" not in parseaddr(sender)[1]:
            raise BadSetting(f"XUANSHU_MAIL_FROM must be a mail address, not {sender!r}")

    def send(self, message: Message) -> None:
        """Hand one mail to the server; Undeliverable if it refuses the address or the mail for good."""
        mail = compose(message, self._sender)
        try:
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            if 500 <= code < 600:
                raise Undeliverable(f"{code} {reason.decode(errors='replace')}") from error
            raise
        except smtplib.SMTPDataError as error:
            if 500 <= error.smtp_code < 600:
                raise Undeliverable(str(error)) from error
            raise

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        try:
            self._secure_and_log_in(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _secure_and_log_in(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server.ehlo_or_helo_if_needed()
        private = self._encrypted or self._host in LOOPBACK
        if not self._encrypted and server.has_extn("starttls"):
            server.starttls(context=context)
            private = True
        if self._user:
            if not private:
                raise ConnectionError(f"{self._host} offers no TLS: the password is not sent in the clear")
            server.login(self._user, self._password)


def compose(message: Message, sender: str) -> EmailMessage:
    """Write a message as a mail. Its Message-ID comes from the key, so a second delivery can be told."""
    mail = EmailMessage()
    domain = parseaddr(sender)[1].rpartition("@")[2]
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Date"] = format_datetime(message.at)
    mail["From"] = sender
    mail["To"] = message.recipient
    # a line break in a subject is refused by the library; people do paste them into titles
    mail["Subject"] = " ".join(message.subject.split())
    # out-of-office replies to a robot help nobody
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadSetting("XUANSHU_SMTP_URL has a port that is not a number") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadSetting("XUANSHU_SMTP_URL must read smtp://user:password@host:port or smtps://…")
    return parts
