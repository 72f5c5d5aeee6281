"""A ruling leaves the published reason of an exception, a place too many the answer to a rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect, text

from service import schema
from service.db import create_engine

BEFORE, AFTER = "0096", "0098"
REASON = "另有一年在外地一线工作（社保可证）：属实。"
FAILED = {"N43": "不足5年：通知要求“具有 5 年以上一线生产现场工作经历”", "X23": "其他基层领域另报"}
OVERRULED = f"主办单位裁定符合条件（N43、X23）：{REASON}"
OVERRULING = f"主办单位裁定符合条件（{FAILED['N43']}；{FAILED['X23']}）：{REASON}"
ROWS = (
    "INSERT INTO unit (id, code, name, level, path, active, contact)"
    " VALUES (1, 'cz', '市', '市', '/cz/', true, '{}'), (2, 'u', '青锋', '单位', '/cz/u/', true, '{}')",
    "INSERT INTO round (id, programme, label, title, year, organiser_id, stage, dates, demonstration,"
    " created_at, revision) VALUES (1, 'p', '2024', '活动', 2024, 1, 'review', '{}', false,"
    " '2024-03-15', 0)",
)
#: exception_reason, stated_reason and asks_reason before; those two, over_reason and overruling after
PARTED = {
    1: ((OVERRULED, "", False), ("", "", "", OVERRULING)),
    2: (("攻克关键技术。", "", False), ("攻克关键技术。", "", "", "")),
    3: (("", "承担专班任务。", False), ("", "", "承担专班任务。", "")),
    4: (("", "事迹仍在延续。", True), ("", "事迹仍在延续。", "", "")),
    5: (("", "既超额又提醒。", True), ("", "既超额又提醒。", "既超额又提醒。", "")),
}


@pytest.fixture
def empty(both_databases: str, empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url, durable=False)
    yield engine
    engine.dispose()


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        for row in ROWS:
            connection.execute(text(row))
        for number, (before, _after) in PARTED.items():
            values = dict(zip(("exception", "stated", "asks"), before, strict=True))
            connection.execute(
                text(
                    "INSERT INTO nomination (id, round_id, unit_id, recommender_id, source, status,"
                    " status_reason, name, sex, ethnicity, education, political_status, workplace_and_post,"
                    " industry, asks_reason, exception_reason, stated_reason, remark, created_at, revision)"
                    " VALUES (:id, 1, 2, 1, 'unit', 'shortlisted', '', '演示', '', '', '', '', '', '', :asks,"
                    " :exception, :stated, '', '2024-03-15', 0)"
                ),
                {"id": number, **values},
            )
        for rule, message in FAILED.items():
            connection.execute(
                text(
                    "INSERT INTO eligibility_finding (round_id, nomination_id, rule, result, measured,"
                    " message, warning) VALUES (1, 1, :rule, 'FAIL', '', :message, false)"
                ),
                {"rule": rule, "message": message},
            )
        connection.execute(
            text(
                "INSERT INTO quota (id, round_id, kind, unit_id, category, places, taken, allotted, hard)"
                " VALUES (1, 1, 'nomination', 1, '*', 1, 2, 0, false)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO quota_use (round_id, quota_id, nomination_id, kind, over_reason, taken_at)"
                " VALUES (1, 1, 5, 'nomination', '既超额又提醒。', '2024-03-15')"
            )
        )


def read(engine: Engine, columns: str) -> dict[int, tuple[str, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT id, {columns} FROM nomination ORDER BY id"))
        return {row[0]: tuple(row[1:]) for row in rows}


def test_reasons_are_parted_by_what_they_answer(empty: Engine) -> None:
    schema.upgrade(empty, BEFORE)
    fill(empty)

    schema.upgrade(empty, AFTER)

    found = read(empty, "exception_reason, stated_reason, over_reason, overruling")
    assert found == {number: after for number, (_before, after) in PARTED.items()}


def test_going_back_joins_them_again(empty: Engine) -> None:
    schema.upgrade(empty, BEFORE)
    fill(empty)
    schema.upgrade(empty, AFTER)

    schema.downgrade(empty, BEFORE)

    found = read(empty, "exception_reason, stated_reason, asks_reason")
    assert {number: (row[0], row[1], bool(row[2])) for number, row in found.items()} == {
        number: before for number, (before, _after) in PARTED.items()
    }


def test_nobody_may_stand_twice_afterwards(empty: Engine) -> None:
    """The partial index outlives the copying of its table."""
    schema.upgrade(empty, AFTER)

    [index] = [
        one for one in inspect(empty).get_indexes("nomination") if one["name"] == "uq_nomination_standing"
    ]

    assert "overdue" in str(next(iter(index["dialect_options"].values())))
