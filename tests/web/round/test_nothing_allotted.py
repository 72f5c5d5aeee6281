"""The places of a programme whose notice allots none to the recommenders (longcheng-craftsmen, A-30)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.clock import MovableClock
from tests.web.browser import Browser
from tests.web.conftest import set_up_in

NOW = datetime(2024, 11, 18, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a demonstration of the craftsmen's programme in it, never changed."""
    return set_up_in(tmp_path_factory.mktemp("nothing-allotted"), "longcheng-craftsmen", NOW)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


def test_where_nothing_is_allotted_there_is_nothing_to_compare_the_titles_with(
    browse: Callable[..., Browser],
) -> None:
    organiser = browse("laojing")

    pages = [organiser.get(address) for address in ("/rounds/1", "/rounds/1/places")]

    for page in pages:
        assert page.all(r'<tr><th scope="row">差额</th>(.*?)</tr>') == [
            "<td>—</td>" + '<td colspan="2">—</td>'
        ]
