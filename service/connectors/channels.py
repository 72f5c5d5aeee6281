"""Which ways out a running service has, by the names its outbox uses."""

from __future__ import annotations

from service.config import Settings
from service.connectors.apprise import AppriseChannel
from service.connectors.channel import Channel
from service.connectors.mail import Mail


def open_channels(settings: Settings) -> dict[str, Channel]:
    """Return the configured channels: ``mail``, and ``apprise-1``, ``apprise-2`` … one a URL.

    Each URL is a channel of its own so that one that is down is asked again without the others
    hearing everything twice.
    """
    channels: dict[str, Channel] = {}
    if settings.smtp_url:
        channels["mail"] = Mail(settings.smtp_url, settings.mail_from)
    for number, url in enumerate(settings.apprise_urls.split(), start=1):
        channels[f"apprise-{number}"] = AppriseChannel(url)
    return channels
