"""Blueprints of the API: every route needs a bearer token unless it says that it is public."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

import flask_smorest
from flask import g, request
from marshmallow import Schema
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound, Unauthorized

from service.api.frame.parsing import Parser
from service.models.plain_json import is_plain

PREFIX = "/api/"
VERSION_PREFIX = "/api/v1"
REALM = "xuanshu"

#: converter of a row's id in a path: what a database can hold
ID = "int(min=1,max=9223372036854775807)"

View = TypeVar("View", bound=Callable[..., Any])
SchemaLike = type[Schema] | Schema


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A flask-smorest blueprint that denies by default and documents our own headers."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, description=description)
        self._prepare_doc_cbks.append(_prepare_headers_doc)

    def route(
        self, rule: str, *, methods: Sequence[str] = ("GET",), public: bool = False
    ) -> Callable[[View], View]:
        """Register a view. Unless it is public, whoever has no valid token gets a 401."""

        def decorate(view: View) -> View:
            guarded = _check_path(view) if public else _check_path(_require_token(view))
            if public:
                guarded = cast(View, self.doc(security=[])(guarded))
            self.add_url_rule(rule, view.__name__, guarded, methods=list(methods))
            return guarded

        return decorate

    def arguments(
        self, schema: SchemaLike, *, location: str = "json", **options: Any
    ) -> Callable[[View], View]:
        """Parse a part of the request and hand it to the view."""
        if isinstance(schema, type):
            schema = schema()  # once, and not by every request
        return cast(Callable[[View], View], super().arguments(schema, location=location, **options))

    def response(
        self, status_code: int, schema: SchemaLike | dict[str, str] | None = None, **options: Any
    ) -> Callable[[View], View]:
        """Render what the view returns."""
        return cast(Callable[[View], View], super().response(status_code, schema, **options))


def note(view: View, **info: object) -> View:
    """Note on a view what its description has to say; read by ``_prepare_headers_doc``."""
    view._apidoc = {**getattr(view, "_apidoc", {}), **info}  # type: ignore[attr-defined]
    return view


def _require_token(view: View) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.ctx.actor.user_id is None:
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": REALM}))
        return view(*args, **kwargs)

    return cast(View, guarded)


def _check_path(view: View) -> View:
    """A text in the path that no database can hold names nothing."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not is_plain(dict(request.view_args or {})):
            raise NotFound
        return view(*args, **kwargs)

    return cast(View, checked)


def _prepare_headers_doc(doc: dict[str, Any], doc_info: dict[str, Any], **_context: object) -> dict[str, Any]:
    """Describe ``Idempotency-Key``, ``If-Match`` and ``ETag`` of an operation."""
    for name in doc_info.get("header_parameters", ()):
        doc.setdefault("parameters", []).append(name)
    for status in doc_info.get("success_status_codes", ()) if doc_info.get("tagged") else ():
        doc["responses"][status].setdefault("headers", {})["ETag"] = "ETAG"
    return doc
