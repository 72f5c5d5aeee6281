"""ETags from the ``revision`` of a row, and the preconditions that compare them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired
from werkzeug.http import quote_etag

from service.api.frame.blueprint import View, note


class Revised(Protocol):
    """A row that counts its changes."""

    @property
    def id(self) -> int:
        """Its number."""
        ...

    @property
    def revision(self) -> int:
        """How often it changed."""
        ...


Row = TypeVar("Row")


def tag_of(row: Revised) -> str:
    """Return a row's tag."""
    return f"{row.__class__.__name__.lower()}-{row.id}-{row.revision}"


def tag_of_content(content: object) -> str:
    """Return a tag for something without a revision."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def with_tag(body: Row, tag: str) -> tuple[Row, dict[str, str]] | Response:
    """Return a body with its ETag, or 304 where the client has it already."""
    if request.method in ("GET", "HEAD") and tag in request.if_none_match:
        return Response(status=304, headers={"ETag": quote_etag(tag)})
    return body, tag_header(tag)


def tag_header(tag: str) -> dict[str, str]:
    """Return the header that carries a tag."""
    return {"ETag": quote_etag(tag)}


def is_conditional() -> bool:
    """Say whether the request names what it expects to change."""
    return "If-Match" in request.headers


def check_match(tag: str) -> None:
    """Refuse a stale If-Match (412). The caller holds the lock under which the tag was read."""
    if is_conditional() and not request.if_match.contains(tag):
        raise PreconditionFailed


def require_match(tag: str) -> None:
    """Refuse a missing (428) or stale (412) If-Match."""
    if not is_conditional():
        raise PreconditionRequired
    check_match(tag)


def tagged(view: View) -> View:
    """Describe that a view answers with an ETag."""
    return note(view, tagged=True)


def conditional(*, required: bool = False) -> Callable[[View], View]:
    """Describe that a view heeds If-Match."""

    def describe(view: View) -> View:
        known: Any = getattr(view, "_apidoc", {}).get("header_parameters", ())
        name = "IF_MATCH_REQUIRED" if required else "IF_MATCH_OPTIONAL"
        return note(view, header_parameters=(*known, name))

    return describe
