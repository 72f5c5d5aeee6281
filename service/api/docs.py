"""The description of the API: openapi.json, and a page rendered here that loads nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import flask
from flask import Flask, Response, render_template

from service.api.frame.blueprint import VERSION_PREFIX
from service.api.frame.sentences import DETAILS, TITLES
from service.api.frame.spec import Api

METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    public: bool
    parameters: list[dict[str, Any]]
    body: str  #: name of the body's schema
    body_type: str
    response: str  #: name of the successful response's schema
    status: str
    curl: str


def register(app: Flask, api: Api) -> None:
    """Serve the description. Both need no token."""
    pages = flask.Blueprint("api-docs", __name__, template_folder="templates", url_prefix=VERSION_PREFIX)

    @cache
    def spec() -> dict[str, Any]:
        described: dict[str, Any] = json.loads(json.dumps(api.spec.to_dict()))
        return described

    @pages.get("/openapi.json")
    def openapi() -> Response:
        return flask.jsonify(spec())

    @pages.get("/docs")
    def show() -> str:
        described = spec()
        return render_template(
            "api/docs.html",
            info=described["info"],
            groups=list(_group(described)),
            schemas=described["components"]["schemas"],
            problems=[(status, title, DETAILS.get(status, "")) for status, title in TITLES.items()],
            write_type=write_type,
        )

    app.register_blueprint(pages)


def write_type(schema: Mapping[str, Any]) -> str:
    """Write a schema in a few words: a type, the name of another schema, or a list of either."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "allOf" in schema:
        return write_type(schema["allOf"][0])
    if schema.get("type") == "array":
        return f"[{write_type(schema.get('items', {}))}]"
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    return str(schema.get("format") or schema.get("type", "object"))


def _group(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, list[Operation]]]:
    for tag in spec["tags"]:
        operations = [
            _describe(spec, path, method, operation)
            for path, methods in spec["paths"].items()
            for method, operation in methods.items()
            if method in METHODS and tag["name"] in operation["tags"]
        ]
        yield tag["name"], tag["description"], operations


def _describe(spec: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    shared = spec["paths"][path].get("parameters", [])
    parameters = [_resolve(spec, entry) for entry in [*shared, *operation.get("parameters", [])]]
    content = operation.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    status, success = next((s, r) for s, r in operation["responses"].items() if s.startswith("2"))
    answers: list[dict[str, Any]] = list(success.get("content", {}).values())
    answer = answers[0].get("schema") if answers else None
    public = operation.get("security") == []
    return Operation(
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        public=public,
        parameters=parameters,
        body=write_type(content[body_type].get("schema", {})) if content else "",
        body_type=body_type,
        response=write_type(answer) if answer else "",
        status=status,
        curl=_write_curl(
            path, method, body_type, _sample(spec, content[body_type]) if content else None, public=public
        ),
    )


def _resolve(spec: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" not in entry:
        return dict(entry)
    return dict(spec["components"]["parameters"][entry["$ref"].rpartition("/")[2]])


def _write_curl(path: str, method: str, body_type: str, sample: object, *, public: bool) -> str:
    words = ["curl"] + ([] if method == "get" else ["-X", method.upper()])
    if not public:
        words.append('-H "Authorization: Bearer $TOKEN"')
    if body_type == "application/json":
        words += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(sample, ensure_ascii=False)}'"]
    elif body_type:
        words += ["-F slot=portrait", "-F file=@portrait.jpg"]
    return " ".join([*words, f'"$BASE{path}"'])


def _sample(spec: Mapping[str, Any], described: Mapping[str, Any]) -> object:
    """Make up a value of a schema: its required properties, each by type."""
    schema = described.get("schema", described)
    if "$ref" in schema:
        schema = spec["components"]["schemas"][write_type(schema)]
    if schema.get("type") == "array":
        return [_sample(spec, schema["items"])]
    if "properties" in schema:
        required = schema.get("required", [])
        return {key: _sample(spec, field) for key, field in schema["properties"].items() if key in required}
    if "enum" in schema:
        return schema["enum"][0]
    samples = {"integer": 1, "boolean": True, "object": {}, "date-time": "2024-03-28T24:00:00+08:00"}
    return samples.get(schema.get("format") or schema.get("type", ""), "…")
