"""Static files: an address for each version, kept by browsers for a year, sent compressed."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory
from werkzeug.security import safe_join

A_YEAR = 365 * 24 * 3600
VERSION = "v"


def register(app: Flask) -> None:
    """Put the version of a static file into its address."""
    folder = str(app.static_folder)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and VERSION not in values:
            values[VERSION] = version_of(folder, values["filename"])


def send(app: Flask, filename: str) -> Response:
    """Send a static file; for a year if its address has a version, compressed if the browser takes that."""
    folder = str(app.static_folder)
    max_age = A_YEAR if VERSION in request.args else None
    packed = safe_join(folder, filename + ".gz")
    if packed and Path(packed).is_file() and request.accept_encodings["gzip"] > 0:
        response = send_from_directory(
            folder, filename + ".gz", mimetype=mimetypes.guess_type(filename)[0], max_age=max_age
        )
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = send_from_directory(folder, filename, max_age=max_age)
    response.headers["Vary"] = "Accept-Encoding"
    return response


@cache
def version_of(folder: str, filename: str) -> str | None:
    """Return a short hash of a static file, None if there is no such file; looked up once a process."""
    path = safe_join(folder, filename)
    if path is None or not Path(path).is_file():
        return None
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]
