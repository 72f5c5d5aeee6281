"""Rows without objects: written with the next flush, whoever asks for it, and given up with a savepoint."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from service.models import Stream, Unit
from service.models.base import table_of
from service.pending_rows import add_row, asking_only, remove_row
from tests.web.browser import count_statements

ADD_STREAM = insert(table_of(Stream))
REMOVE_STREAM = delete(table_of(Stream)).where(table_of(Stream).c.name == bindparam("stream"))
ADD_UNIT = insert(table_of(Unit))
NAMES = select(Stream.name).order_by(Stream.name)


def add_stream(session: Session, name: str) -> None:
    add_row(session, ADD_STREAM, name=name, seq=0, head="")


def add_unit(session: Session, code: str, parent: Unit | None = None) -> None:
    place = {"path": f"/{code}/", "parent_id": parent, "contact": {}}
    add_row(session, ADD_UNIT, code=code, name=code, level="unit", active=True, **place)


def test_query_sees_what_was_added_before(session: Session) -> None:
    add_stream(session, "a")

    assert list(session.scalars(NAMES)) == ["a"]


def test_commit_writes_rows_though_no_object_changed(session_factory: sessionmaker[Session]) -> None:
    with session_factory() as session:
        add_stream(session, "a")
        session.commit()

    with session_factory() as session:
        assert list(session.scalars(NAMES)) == ["a"]


def test_row_is_gone_for_the_next_query_also_one_that_was_only_pending(session: Session) -> None:
    add_stream(session, "a")
    session.flush()

    add_stream(session, "b")
    add_stream(session, "c")
    remove_row(session, REMOVE_STREAM, stream="a")
    remove_row(session, REMOVE_STREAM, stream="b")

    assert list(session.scalars(NAMES)) == ["c"]


def test_savepoint_gives_up_its_removals(session: Session) -> None:
    add_stream(session, "before")
    trial = session.begin_nested()
    remove_row(session, REMOVE_STREAM, stream="before")

    trial.rollback()

    assert list(session.scalars(NAMES)) == ["before"]


def test_savepoint_takes_its_rows_along_and_no_others(session: Session) -> None:
    add_stream(session, "before")
    trial = session.begin_nested()
    add_stream(session, "inside")

    trial.rollback()

    assert list(session.scalars(NAMES)) == ["before"]


def test_row_refers_to_an_object_that_has_no_number_yet(session: Session) -> None:
    city = Unit(code="city", name="市", level="city", path="/city/", active=True)
    session.add(city)
    add_unit(session, "plant", city)

    parents = session.execute(select(Unit.code, Unit.parent_id).order_by(Unit.code)).all()

    assert [tuple(row) for row in parents] == [("city", None), ("plant", city.id)]


def test_asking_about_one_table_writes_nothing_of_another(session: Session) -> None:
    session.add(Stream(name="a", seq=0, head=""))

    with asking_only(session, Unit):
        before = list(session.scalars(NAMES))
    with asking_only(session, Stream):
        after = list(session.scalars(NAMES))

    assert (before, after) == ([], ["a"])


def test_asking_about_a_table_sees_rows_of_it_added_and_removed_without_objects(session: Session) -> None:
    add_stream(session, "a")
    with asking_only(session, Stream):
        added = list(session.scalars(NAMES))
    remove_row(session, REMOVE_STREAM, stream="a")
    with asking_only(session, Stream):
        removed = list(session.scalars(NAMES))

    assert (added, removed) == (["a"], [])


def test_asking_about_a_table_sees_that_an_object_is_deleted(session: Session) -> None:
    stream = Stream(name="a", seq=0, head="")
    session.add(stream)
    session.flush()
    session.delete(stream)

    with asking_only(session, Stream):
        assert list(session.scalars(NAMES)) == []


@pytest.mark.postgresql
def test_few_rows_of_several_tables_are_one_statement_where_each_is_a_trip(session: Session) -> None:
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    add_stream(session, "a")
    add_stream(session, "b")
    add_unit(session, "city")

    with count_statements(engine) as seen:
        session.flush()

    trips = 1 if engine.dialect.name == "postgresql" else 2
    assert len([one for one in seen if "INSERT" in one]) == trips
    assert list(session.scalars(NAMES)) == ["a", "b"]
    assert list(session.scalars(select(Unit.code))) == ["city"]


@pytest.mark.postgresql
def test_row_that_may_not_be_there_refuses_those_written_with_it(session: Session) -> None:
    add_stream(session, "a")
    session.commit()
    add_unit(session, "city")
    add_stream(session, "a")

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()

    assert list(session.scalars(select(Unit.code))) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("stream_first", [True, False])
def test_rows_of_a_table_are_numbered_in_the_order_they_were_added(
    session: Session, stream_first: bool
) -> None:
    if stream_first:
        add_stream(session, "a")
    for code in ("one", "two", "three"):
        add_unit(session, code)
    if not stream_first:
        add_stream(session, "a")

    session.flush()

    assert list(session.scalars(select(Unit.code).order_by(Unit.id))) == ["one", "two", "three"]
