from __future__ import annotations

import pytest

from service.app import App
from service.web.frame.filters import with_args, write_size


@pytest.mark.parametrize(("size", "words"), [(12, "1 KB"), (182_733, "183 KB"), (2_400_000, "2.4 MB")])
def test_sizes_are_written_as_people_say_them(size: int, words: str) -> None:
    assert write_size(size) == words


def test_query_never_stands_for_the_path_or_the_router(app: App) -> None:
    asked = "round_id=x&endpoint=y&_external=1&_scheme=javascript&_anchor=z&_method=POST"

    with app.test_request_context(f"/rounds/1?{asked}&page=2&text="):
        assert with_args(page=3) == f"/rounds/1?{asked}&page=3"
    with app.test_request_context("/rounds/1?page=2"):
        assert with_args(page=None) == "/rounds/1"
