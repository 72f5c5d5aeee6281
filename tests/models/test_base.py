from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from service.models import Base, ClockSetting, Job


def test_moment_comes_back_as_it_was_in_utc(both_databases: str, session: Session) -> None:
    session.add(ClockSetting(id=1, now=datetime(2024, 3, 26, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai"))))
    session.flush()
    session.expire_all()

    assert repr(session.scalars(select(ClockSetting.now)).one()) == repr(
        datetime(2024, 3, 25, 16, 0, tzinfo=UTC)
    )


def test_moments_compare_whatever_zone_they_are_given_in(both_databases: str, session: Session) -> None:
    session.add(ClockSetting(id=1, now=datetime(2024, 3, 25, 16, 0, tzinfo=UTC)))
    session.flush()
    same = datetime(2024, 3, 26, 0, 0, tzinfo=timezone(timedelta(hours=8)))

    assert session.scalars(select(ClockSetting.id).where(ClockSetting.now == same)).all() == [1]
    assert session.scalars(select(ClockSetting.id).where(ClockSetting.now < same)).all() == []


def test_naive_moment_is_refused(session: Session) -> None:
    session.add(ClockSetting(id=1, now=datetime(2024, 3, 25)))  # noqa: DTZ001 -- that is the point

    with pytest.raises(StatementError, match="a moment needs a time zone"):
        session.flush()


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]

    assert nameless == []


def test_taking_due_jobs_uses_the_index_however_many_wait(session: Session) -> None:
    due = "SELECT id FROM job WHERE status = 'pending' AND due_at <= '2024' ORDER BY due_at, id LIMIT 1"

    plan = session.execute(text("EXPLAIN QUERY PLAN " + due)).all()

    assert "ix_job_status_due_at_id" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_number_of_a_deleted_job_is_never_given_again(both_databases: str, session: Session) -> None:
    session.execute(text("SELECT 1"))
    if session.connection().dialect.name == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
    else:
        session.execute(text("ALTER TABLE job DISABLE TRIGGER ALL"))
    first = _job(session)
    session.delete(first)
    session.flush()

    assert _job(session).id > first.id


def _job(session: Session) -> Job:
    job = Job(instance_id=1, kind="timer", key="k", element_id="e", due_at=datetime(2024, 3, 25, tzinfo=UTC))
    session.add(job)
    session.flush()
    return job
