"""Reading requests: JSON strictly, and no text that a database cannot hold."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from service.models.plain_json import is_plain

#: a diagram of 2 MB inside a JSON string
MAX_JSON = 4 * 1024 * 1024


class Parser(FlaskParser):
    """The parser of every API route."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 -- the signature is webargs'
        """Return the body's JSON. Anything but plain, finite JSON in UTF-8 is refused."""
        data = req.get_data(cache=True)
        if len(data) > MAX_JSON:
            raise RequestEntityTooLarge
        if not data:
            return missing
        if not req.is_json:
            raise UnsupportedMediaType("请求正文应为 JSON，请设置 Content-Type: application/json。")
        try:
            document = json.loads(data, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise BadRequest("请求正文不是有效的 JSON。") from error
        if not is_plain(document):
            raise BadRequest("请求正文含有无法保存的字符，或嵌套过深、数值过大。")
        return document

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return the query, which holds no control character NUL."""
        if not is_plain(req.args.to_dict(flat=False)):
            raise BadRequest("查询参数含有无法识别的字符。")
        return super().load_querystring(req, schema)

    def load_form(self, req: Request, schema: Schema) -> Any:
        """Return a form's fields, which hold no control character NUL."""
        if not is_plain(req.form.to_dict(flat=False)):
            raise BadRequest("表单含有无法识别的字符。")
        return super().load_form(req, schema)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
