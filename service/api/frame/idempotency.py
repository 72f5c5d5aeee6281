"""Idempotency keys: a creating request sent again takes effect once and is answered the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import wraps
from typing import Any, cast

from flask import Response, g, request
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.api.frame.blueprint import View, note
from service.errors import Invalid
from service.models import IdempotencyKey
from service.workflow.context import Context

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,120}")
_KEPT = ("Content-Type", "ETag", "Location")


class KeyReused(Invalid):
    """The key was used for another request."""


def idempotent(view: View) -> View:
    """Give a view's first reply again to whoever sends the same request with the same key.

    The key's row is written first, in the request's own transaction: of two that arrive at once the
    second waits for the first one's commit at the row's unique constraint. A request that fails
    leaves no row, so it may be sent again.
    """

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return cast(Response, view(*args, **kwargs))
        if not _KEY.fullmatch(key):
            raise Invalid("Idempotency-Key 应为 1 到 120 个可见的英文字符。", fields={HEADER: "格式不对"})
        digest = _hash_request()
        if not _reserve(g.ctx, key, digest):
            return _replay(g.ctx, key, digest)
        response = cast(Response, view(*args, **kwargs))
        _keep(g.ctx, key, response)
        return response

    known: Any = getattr(view, "_apidoc", {}).get("header_parameters", ())
    return note(cast(View, wrapper), header_parameters=(*known, "IDEMPOTENCY_KEY"))


def _reserve(ctx: Context, key: str, digest: str) -> bool:
    dialect = ctx.session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(IdempotencyKey).values(
        user_id=ctx.actor.user_id, key=key, request_hash=digest, status=0, body="", created_at=ctx.now
    )
    statement = statement.on_conflict_do_nothing(index_elements=["user_id", "key"])
    return ctx.session.scalar(statement.returning(IdempotencyKey.id)) is not None


def _replay(ctx: Context, key: str, digest: str) -> Response:
    row = ctx.session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.user_id == ctx.actor.user_id, IdempotencyKey.key == key)
    ).one()
    if row.request_hash != digest:
        raise KeyReused("这个 Idempotency-Key 已用于另一个请求，请换一个。", fields={HEADER: "已被使用"})
    kept = json.loads(row.body)
    return Response(kept["body"], row.status, headers={**kept["headers"], REPLAYED: "true"})


def _keep(ctx: Context, key: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    body = json.dumps({"headers": headers, "body": response.get_data(as_text=True)}, ensure_ascii=False)
    ctx.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.user_id == ctx.actor.user_id, IdempotencyKey.key == key)
        .values(status=response.status_code, body=body)
    )


def _hash_request() -> str:
    """Hash what the request asks for. An upload's boundary differs every time, so its parts are hashed."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    for part in _parts() if request.mimetype == "multipart/form-data" else (request.get_data(),):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _parts() -> Iterator[bytes]:
    for name, value in sorted(request.form.items(multi=True)):
        yield f"{name}={value}".encode()
    for name, file in sorted(request.files.items(multi=True), key=lambda item: item[0]):
        yield f"{name}:{file.filename}".encode()
        yield file.read()
        file.seek(0)
