"""The OpenAPI description: what every operation shares."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Flask
from flask_smorest.utils import prepare_response

from service.api.frame.problem import MEDIA_TYPE, ProblemSchema

DESCRIPTION = "评选、寻访、选树活动的流程服务。每个请求是一个事务；出错时什么都没有改变。"
TEXT_HEADER = {"schema": {"type": "string"}}


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest with problem+json errors, answered by the application and not by handlers of its own."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask) -> None:
        super().__init__(
            app,
            spec_kwargs={
                "title": "选树 API",
                "version": "v1",
                "openapi_version": "3.0.3",
                "info": {"description": DESCRIPTION},
                "security": [{"bearer": []}],
            },
        )
        components = self.spec.components
        components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
        _describe_headers(components)

    def _register_error_handlers(self) -> None:
        """None: the application asks ``render_problem`` for everything under /api/."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                response["schema"] = self.ERROR_SCHEMA
            prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(status.name, response, lazy=True)
        default: dict[str, Any] = {"description": "出错", "schema": self.ERROR_SCHEMA}
        prepare_response(default, self.spec, MEDIA_TYPE)
        self.spec.components.response("DEFAULT_ERROR", default, lazy=True)


def _describe_headers(components: Any) -> None:
    key = {"description": "任取的唯一字符串；同一个键重发同一请求只生效一次，回答相同", "required": False}
    text = {"schema": {"type": "string", "maxLength": 120}}
    components.parameter("IDEMPOTENCY_KEY", "header", {"name": "Idempotency-Key", **key, **text}, lazy=True)
    match = {"name": "If-Match", "description": "读取时得到的 ETag；已被更改则回答 412", **TEXT_HEADER}
    components.parameter("IF_MATCH_OPTIONAL", "header", {**match, "required": False}, lazy=True)
    components.parameter("IF_MATCH_REQUIRED", "header", {**match, "required": True}, lazy=True)
