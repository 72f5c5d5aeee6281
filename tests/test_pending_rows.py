"""Rows without objects: written with the next flush, whoever asks for it, and given up with a savepoint."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

from service.models import Stream, Unit
from service.models.base import table_of
from service.pending_rows import add_row, asking_only

ADD_STREAM = insert(table_of(Stream))
ADD_UNIT = insert(table_of(Unit))
NAMES = select(Stream.name).order_by(Stream.name)


def add_stream(session: Session, name: str) -> None:
    add_row(session, ADD_STREAM, name=name, seq=0, head="")


def test_query_sees_what_was_added_before(session: Session) -> None:
    add_stream(session, "a")

    assert list(session.scalars(NAMES)) == ["a"]


def test_commit_writes_rows_though_no_object_changed(session_factory: sessionmaker[Session]) -> None:
    with session_factory() as session:
        add_stream(session, "a")
        session.commit()

    with session_factory() as session:
        assert list(session.scalars(NAMES)) == ["a"]


def test_savepoint_takes_its_rows_along_and_no_others(session: Session) -> None:
    add_stream(session, "before")
    trial = session.begin_nested()
    add_stream(session, "inside")

    trial.rollback()

    assert list(session.scalars(NAMES)) == ["before"]


def test_row_refers_to_an_object_that_has_no_number_yet(session: Session) -> None:
    city = Unit(code="city", name="市", level="city", path="/city/", active=True)
    session.add(city)
    add_row(
        session,
        ADD_UNIT,
        code="plant",
        name="厂",
        level="unit",
        path="/city/plant/",
        active=True,
        parent_id=city,
    )

    parents = session.execute(select(Unit.code, Unit.parent_id).order_by(Unit.code)).all()

    assert [tuple(row) for row in parents] == [("city", None), ("plant", city.id)]


def test_asking_about_one_table_writes_nothing_of_another(session: Session) -> None:
    session.add(Stream(name="a", seq=0, head=""))

    with asking_only(session, Unit):
        before = list(session.scalars(NAMES))
    with asking_only(session, Stream):
        after = list(session.scalars(NAMES))

    assert (before, after) == ([], ["a"])
