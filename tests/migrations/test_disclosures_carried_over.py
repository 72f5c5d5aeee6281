"""Of whom a look or export noted before showed something is carried over into a table of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from service import schema
from service.db import create_engine
from tests.migrations.rows import MOMENT, put

BEFORE, AFTER = "0100", "0101"
EARLY, LATE = MOMENT, MOMENT + timedelta(days=5)
#: number: its unit, how it stands
PEOPLE = {1: (11, "selected"), 2: (12, "awarded"), 3: (11, "withdrawn"), 4: (11, "drafting")}
UNITS = {7: "cz", 8: "liyang", 9: "wujin", 11: "u1", 12: "u2"}


@pytest.fixture
def empty(both_databases: str, empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url, durable=False)
    yield engine
    engine.dispose()


def fill(connection: Connection, events: list[dict[str, Any]]) -> None:
    for number, code in UNITS.items():
        put(connection, "unit", id=number, code=code)
    put(connection, "round", id=1, organiser_id=7)
    put(connection, "deployment", id=1)
    for number, (unit, status) in PEOPLE.items():
        instance = {"id": 20 + number, "deployment_id": 1, "business_key": f"nomination:{number}"}
        ended = LATE if status == "withdrawn" else None
        put(connection, "process_instance", **instance, ended_at=ended)
        units = {"unit_id": unit, "recommender_id": 8 if unit == 11 else 9}
        handed_in = None if status == "drafting" else EARLY
        put(
            connection, "nomination", id=number, round_id=1, instance_id=20 + number, status=status, **units,
            submitted_at=handed_in,
        )  # fmt: skip
        put(connection, "user_task", id=30 + number, instance_id=20 + number)
        if handed_in:
            put(
                connection, "submission", id=number, instance_id=20 + number, user_task_id=30 + number,
                submitted_at=handed_in,
            )  # fmt: skip
    of_title = {"unit_id": 12, "recommender_id": 9, "organiser_id": 7, "code": "c", "number": "n"}
    put(connection, "award", id=5, round_id=1, nomination_id=2, granted_at=EARLY, **of_title)
    put(
        connection, "printed_paper", round_id=1, paper="narrow", recommender_id=8, printed_at=EARLY,
        made_from={"3": 3},
    )  # fmt: skip
    for seq, event in enumerate(events, start=1):
        stream = "reveals" if "field" in event and "paper" not in event else "exports"
        details = {key: value for key, value in event.items() if key != "at"}
        put(
            connection, "history_event", stream=stream, seq=seq, round_id=1, at=event.get("at", LATE),
            details=details,
        )  # fmt: skip


def shown(connection: Connection) -> dict[int, list[int]]:
    """Return by the number of each event the nominations that are told of it."""
    found: dict[int, list[int]] = {}
    query = "SELECT seq, nomination_id FROM disclosure ORDER BY seq, nomination_id"
    for seq, nomination in connection.execute(text(query)):
        found.setdefault(seq, []).append(nomination)
    return found


def test_events_about_one_and_lists_find_their_people(empty: Engine) -> None:
    told: list[tuple[dict[str, Any], list[int]]] = [
        ({"of": "nomination:1", "field": "phone"}, [1]),
        ({"of": "task:32", "field": "text"}, [2]),
        ({"of": "user_task:33", "field": "proof"}, []),
        ({"of": "objection:1", "field": "contact"}, []),
        ({"paper": "form", "nomination": 4}, [4]),
        ({"paper": "agreement", "award": 5}, [2]),
        ({"of": "follow_up:1", "field": "evidence"}, []),
        ({"paper": "register"}, [2]),
        ({"paper": "register", "at": EARLY - timedelta(days=5)}, []),
        ({"paper": "batch", "unit": "", "full": True}, [1, 2, 3]),
        ({"paper": "roster", "unit": "liyang", "full": True, "at": EARLY}, [1, 3]),
        ({"paper": "roster", "unit": "liyang", "full": True}, [1]),
        ({"paper": "roster", "unit": "u2"}, [2]),
        ({"paper": "narrow", "unit": "liyang"}, [3]),
        ({"paper": "narrow", "unit": "liyang", "full": False}, [1]),
        ({"paper": "minutes"}, [1, 2, 3]),
    ]
    schema.upgrade(empty, BEFORE)
    with empty.begin() as connection:
        fill(connection, [event for event, _people in told])

    schema.upgrade(empty, AFTER)

    with empty.connect() as connection:
        assert shown(connection) == {seq: people for seq, (_, people) in enumerate(told, start=1) if people}
    schema.downgrade(empty, BEFORE)
