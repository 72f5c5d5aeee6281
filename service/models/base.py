"""What every table shares: constraint names, and columns for moments and encrypted text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Table, types
from sqlalchemy.orm import DeclarativeBase, Mapped, orm_insert_sentinel

#: SQLite numbers rows by itself only in an INTEGER primary key
Id = BigInteger().with_variant(Integer, "sqlite")


class Moment(types.TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. A naive one is refused where it enters."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class InsertedTogether:
    """For tables that get many rows a step: SQLAlchemy then writes them in one statement on SQLite, too.

    It tells the rows apart by a number of its own; nothing else reads the column.
    """

    _sentinel: Mapped[int] = orm_insert_sentinel()


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON}


def table_of(model: type[Base]) -> Table:
    """Return a model's table.

    Statements of every request are built once, at import, from tables: SQLAlchemy then neither
    builds nor hashes them anew, and makes no objects where a few columns are enough. That is a
    tenth of the time of the same statement written where it is used.
    """
    table = model.__table__
    assert isinstance(table, Table)
    return table
