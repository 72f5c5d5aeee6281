"""Static files come compressed, by version, and nothing outside their folder comes at all."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import url_for

from service.app import App


@pytest.fixture
def bundle(app: App) -> str:
    name = "dist/app.css"
    if not (Path(str(app.static_folder)) / name).is_file():
        pytest.skip("the front-end bundles are not built: run `make assets`")
    return name


def test_a_bundle_is_sent_compressed_where_that_is_accepted(app: App, bundle: str) -> None:
    client = app.test_client()
    with client.get(f"/static/{bundle}") as response:
        plain = response.data

    with client.get(f"/static/{bundle}", headers={"Accept-Encoding": "gzip"}) as response:
        packed = response.data

    assert response.headers["Content-Encoding"] == "gzip"
    assert response.mimetype == "text/css"
    assert gzip.decompress(packed) == plain


def test_an_address_with_a_version_is_kept_for_a_year(app: App, bundle: str) -> None:
    with app.test_request_context():
        address = url_for("static", filename=bundle)

    with app.test_client().get(address) as response:
        pass

    assert "v=" in address
    assert response.cache_control.max_age == 365 * 24 * 3600


@pytest.mark.parametrize("path", ["../app.py", "dist/../../sessions.py", "dist/none.js"])
def test_nothing_outside_the_folder_is_sent(app: App, path: str) -> None:
    assert app.test_client().get(f"/static/{path}").status_code == 404
