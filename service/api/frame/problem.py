"""Errors as problem+json (RFC 9457): the one place where the API turns an exception into a status."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from service.api.frame.sentences import TITLES, translate
from service.db import is_unavailable
from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.workflow.definition.deployments import DiagramRefused
from service.workflow.instance.execution import Faulted

RETRY_AFTER = 2  # seconds
STATUS: dict[type[ServiceError], int] = {
    NotFound: 404, Forbidden: 403, Invalid: 422, Conflict: 409, Faulted: 409,
}  # fmt: skip
#: headers of werkzeug's errors that a client needs
KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After")
MEDIA_TYPE = "application/problem+json"

log = logging.getLogger(__name__)


class DiagramProblemSchema(Schema):
    """A finding about a diagram."""

    element_id = fields.String(allow_none=True, metadata={"description": "图元 id"})
    message = fields.String(metadata={"description": "问题"})
    fix = fields.String(metadata={"description": "改法"})
    severity = fields.String(metadata={"description": "error 或 warning"})
    rule = fields.String(metadata={"description": "规则名"})


class ProblemSchema(Schema):
    """An error. For the description only: ``render_problem`` writes it."""

    type = fields.String(required=True, metadata={"description": "错误种类的说明地址"})
    title = fields.String(required=True, metadata={"description": "错误种类"})
    status = fields.Integer(required=True, metadata={"description": "HTTP 状态码"})
    detail = fields.String(required=True, metadata={"description": "这一次出了什么问题、怎么办"})
    instance = fields.String(required=True, metadata={"description": "请求的路径"})
    code = fields.String(required=True, metadata={"description": "供程序判断的短名"})
    errors = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "各字段的错误"}
    )
    problems = fields.List(fields.Nested(DiagramProblemSchema), metadata={"description": "流程图的各处问题"})
    reference = fields.String(metadata={"description": "500 时：在服务日志中查找的编号"})


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is said of an error."""

    status: int
    code: str
    detail: str
    errors: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


def render_problem(error: BaseException) -> Response:
    """Answer an exception as problem+json. One that nobody expected is logged under a reference."""
    problem = _describe(error)
    body: dict[str, object] = {
        "type": f"/api/v1/docs#problem-{problem.status}",
        "title": TITLES.get(problem.status, "没有办成"),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "code": problem.code,
        **problem.extra,
    }
    if problem.errors:
        body["errors"] = dict(problem.errors)
    data = json.dumps(body, ensure_ascii=False)
    return Response(data, problem.status, headers=dict(problem.headers), mimetype=MEDIA_TYPE)


def _describe(error: BaseException) -> Problem:
    if isinstance(error, ServiceError):
        return _describe_service_error(error)
    if isinstance(error, HTTPException):
        return _describe_http(error)
    if isinstance(error, Exception) and is_unavailable(error):
        log.warning("the database is away or busy: %s", str(error).splitlines()[0])
        return Problem(
            status=503,
            code="unavailable",
            detail="数据库暂时无法写入，这次操作没有生效，也没有办一半，请稍后重试。",
            headers={"Retry-After": str(RETRY_AFTER)},
        )
    if isinstance(error, IntegrityError):
        return Problem(status=409, code="conflict", detail="他人刚刚办理了同一件事，请重新读取后再试。")
    reference = secrets.token_hex(4).upper()
    log.error("the API failed, reference %s: %s %s", reference, request.method, request.path, exc_info=error)
    return Problem(
        status=500,
        code="internal-error",
        detail=f"系统处理这个请求时出了错，这次操作没有生效。请把编号 {reference} 告诉系统管理员。",
        extra={"reference": reference},
    )


def _describe_service_error(error: ServiceError) -> Problem:
    status = next((number for kind, number in STATUS.items() if isinstance(error, kind)), 500)
    extra: dict[str, object] = {}
    if isinstance(error, DiagramRefused):
        extra["problems"] = DiagramProblemSchema(many=True).dump(error.problems)
    return Problem(
        status=status,
        code=_kebab(type(error).__name__),
        detail=error.message,
        errors=error.fields,
        extra=extra,
    )


def _describe_http(error: HTTPException) -> Problem:
    status = error.code or 500
    messages: Any = getattr(error, "data", {}).get("messages", {})
    errors = dict(_flatten(messages)) if isinstance(messages, Mapping) else {}
    own = error.description if error.description and not error.description.isascii() else None
    headers = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "error"
    return Problem(
        status=status,
        code=_kebab(phrase.replace(" ", "")) if not errors else "invalid",
        detail=own or translate(status, errors),
        errors=errors,
        headers=headers,
    )


def _flatten(messages: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) of webargs' nested messages, the location left out."""
    for at_location in messages.values():
        yield from _walk("", at_location)


def _walk(path: str, messages: Any) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            step = "" if key == "_schema" else str(key)
            yield from _walk(f"{path}.{step}".strip("."), below)
    elif isinstance(messages, list):
        yield path or "body", translate(0, {}, messages=[str(message) for message in messages])
    else:
        yield path or "body", translate(0, {}, messages=[str(messages)])


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
