"""A paper printed before has been printed last when it was printed first; going back keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from service import schema
from service.db import create_engine
from tests.migrations.rows import MOMENT, put

BEFORE, AFTER = "0098", "0099"
LATER = MOMENT + timedelta(days=5)


@pytest.fixture
def empty(both_databases: str, empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url, durable=False)
    yield engine
    engine.dispose()


def test_a_paper_printed_before_keeps_its_moment_there_and_back(empty: Engine) -> None:
    schema.upgrade(empty, BEFORE)
    with empty.begin() as connection:
        put(connection, "unit", id=7, code="cz")
        put(connection, "round", id=1, organiser_id=7)
        for number, moment in enumerate((MOMENT, LATER), start=1):
            put(connection, "printed_paper", id=number, round_id=1, printed_at=moment)

    schema.upgrade(empty, AFTER)

    with empty.connect() as connection:
        query = "SELECT id FROM printed_paper WHERE last_printed_at = printed_at ORDER BY last_printed_at"
        assert list(connection.execute(text(query)).scalars()) == [1, 2]

    schema.downgrade(empty, BEFORE)

    with empty.connect() as connection:
        assert list(
            connection.execute(text("SELECT id FROM printed_paper ORDER BY printed_at")).scalars()
        ) == [1, 2]
