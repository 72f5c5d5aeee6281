"""How often a notice was prolonged is filled in from the history of its round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import JSON, Engine, text

from service import schema
from service.db import create_engine
from tests.migrations.rows import put

BEFORE, AFTER = "0101", "0102"
TOLD = [{"from": "2024-04-09", "until": day, "reason": "顺延"} for day in ("2024-04-12", "2024-04-15")]


@pytest.fixture
def empty(both_databases: str, empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url, durable=False)
    yield engine
    engine.dispose()


def test_a_notice_knows_how_often_it_was_prolonged(empty: Engine) -> None:
    schema.upgrade(empty, BEFORE)
    with empty.begin() as connection:
        put(connection, "unit", id=7, code="cz")
        put(connection, "round", id=1, organiser_id=7)
        for number in (1, 2):
            put(connection, "notice", id=number, slug=str(number), round_id=1, publisher_id=7)
        for seq, told in enumerate(TOLD, start=1):
            event = {"stream": "round:1", "seq": seq, "kind": "notice.prolonged"}
            put(connection, "history_event", **event, details={"notice": 1, **told})

    schema.upgrade(empty, AFTER)

    with empty.connect() as connection:
        query = text("SELECT prolonged FROM notice ORDER BY id").columns(prolonged=JSON)
        assert connection.execute(query).scalars().all() == [TOLD, None]
    schema.downgrade(empty, BEFORE)
