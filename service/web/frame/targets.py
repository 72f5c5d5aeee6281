"""Where to go afterwards: an address within this site, and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, url_for

from service.models import Instance

#: what an instance's business key names -> the page that shows it
SUBJECT_PAGES = {
    "nomination": ("nomination_pages.show", "nomination_id"),
    "round": ("round_pages.show", "round_id"),
}


def local_target(address: str | None) -> str:
    """Return an address if it is a path of this site, else the inbox: nobody is sent elsewhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address:
        return url_for("inbox.show")
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or any(ord(sign) < ord(" ") for sign in address):
        return url_for("inbox.show")
    return address


def instance_address(instance: Instance) -> str:
    """Return the page of what an instance is about, or the instance's own."""
    noun, _colon, number = instance.business_key.partition(":")
    endpoint, argument = SUBJECT_PAGES.get(noun, ("", ""))
    if endpoint in current_app.view_functions:
        values: dict[str, Any] = {argument: int(number)}
        return url_for(endpoint, **values)
    return url_for("diagrams.show", instance_id=instance.id)


def here() -> str:
    """Return the address of this page for a form to come back to; after a POST, the inbox."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("inbox.show")
