"""Titles granted before the register kept its own columns get them from their nominations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from service import schema
from service.db import create_engine

BEFORE, AFTER = "0009", "0010"
ROWS = (
    "INSERT INTO unit (id, code, name, level, path, active) VALUES (1, 'cz', '市', '市', '/cz/', true)",
    "INSERT INTO unit (id, code, name, level, path, active) VALUES (2, 'u', '青锋', '单位', '/cz/u/', true)",
    "INSERT INTO round (id, programme, label, title, year, organiser_id, stage, dates, demonstration,"
    " created_at, revision) VALUES (1, 'p', '2024', '活动', 2024, 1, 'announced', '{}', false,"
    " '2024-03-15', 0)",
    "INSERT INTO nomination (id, round_id, unit_id, recommender_id, source, status, status_reason, name, sex,"
    " ethnicity, education, political_status, workplace_and_post, industry, asks_reason, exception_reason,"
    " stated_reason, remark, created_at, revision) VALUES (1, 1, 2, 1, 'unit', 'awarded', '', '演示', '', '',"
    " '', '', '', '', false, '', '', '', '2024-03-15', 0)",
    "INSERT INTO award (id, round_id, nomination_id, title, category, number, granted_at)"
    " VALUES (1, 1, 1, '好青年', 'c', 'N1', '2024-04-10')",
)


@pytest.fixture
def empty(both_databases: str, empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url, durable=False)
    yield engine
    engine.dispose()


def test_award_granted_before_is_filled_from_its_nomination(empty: Engine) -> None:
    schema.upgrade(empty, BEFORE)
    with empty.begin() as connection:
        for row in ROWS:
            connection.execute(text(row))

    schema.upgrade(empty, AFTER)

    with empty.connect() as connection:
        columns = "programme, year, name, unit_id, unit_name, recommender_id, organiser_id, status, revision"
        found = connection.execute(text(f"SELECT {columns}, length(code) FROM award")).one()
    assert tuple(found) == ("p", 2024, "演示", 2, "青锋", 1, 1, "valid", 0, 16)
