"""Notices published before units published any are the organiser's; going back keeps them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from service import schema
from service.db import create_engine

BEFORE, AFTER = "0015", "0016"
ROWS = (
    "INSERT INTO unit (id, code, name, level, path, active) VALUES (7, 'cz', '市', '市', '/cz/', true)",
    "INSERT INTO round (id, programme, label, title, year, organiser_id, stage, dates, demonstration,"
    " created_at, revision) VALUES (1, 'p', '2024', '活动', 2024, 7, 'notice', '{}', false,"
    " '2024-03-15', 0)",
    "INSERT INTO notice (id, round_id, kind, slug, title, snapshot, snapshot_hash, opens_at)"
    " VALUES (1, 1, 'candidates', 's', '公示', '{}', 'h', '2024-04-01')",
)


@pytest.fixture
def empty(both_databases: str, empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url, durable=False)
    yield engine
    engine.dispose()


def test_a_notice_published_before_is_the_organisers_there_and_back(empty: Engine) -> None:
    schema.upgrade(empty, BEFORE)
    with empty.begin() as connection:
        for row in ROWS:
            connection.execute(text(row))

    schema.upgrade(empty, AFTER)

    with empty.connect() as connection:
        found = connection.execute(text("SELECT publisher_id, key, nomination_id, slug FROM notice")).one()
    assert tuple(found) == (7, "", None, "s")

    schema.downgrade(empty, BEFORE)

    with empty.connect() as connection:
        assert tuple(connection.execute(text("SELECT id, kind, slug FROM notice")).one()) == (
            1,
            "candidates",
            "s",
        )
