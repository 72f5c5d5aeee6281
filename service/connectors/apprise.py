"""Other channels (企业微信, 钉钉, 飞书 …) by Apprise URL, one channel a URL."""

from __future__ import annotations

from apprise import Apprise

from service.config import BadSetting
from service.connectors.channel import Message


class AppriseChannel:
    """Posts to one Apprise URL. The URL holds a secret: it never stands in an error."""

    def __init__(self, url: str) -> None:
        self._apprise = Apprise()
        if not self._apprise.add(url):
            raise BadSetting(f"XUANSHU_APPRISE_URLS has an address Apprise does not know: {_scheme(url)}://…")

    def send(self, message: Message) -> None:
        """Post a message; ConnectionError when the other side does not take it."""
        if not self._apprise.notify(body=message.body, title=message.subject):
            raise ConnectionError("the channel did not take the message")


def _scheme(url: str) -> str:
    return url.partition("://")[0]
