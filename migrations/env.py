"""Runs migrations on a connection given by service/schema.py, or on XUANSHU_DATABASE_URL."""

from __future__ import annotations

import os
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text
from sqlalchemy.types import TypeDecorator

from service.config import Settings
from service.db import create_engine
from service.models import Base

#: any number that no other program locks on the same server
ADVISORY_LOCK = 7_203_517_001


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | bool:
    """Write our column types as what they are in the database: a migration knows nothing of service."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Look only at the tables of ``-x tables=a,b`` when one migration is to make only those."""
    wanted = context.get_x_argument(as_dictionary=True).get("tables")
    return kind != "table" or not wanted or name in wanted.split(",")


def include_object(item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """As ``include_name``, for the tables of the models."""
    return include_name(name, kind, None) or item is None


def migrate(connection: Connection) -> None:
    """Run the migrations in one transaction that no other process shares."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        include_name=include_name,
        include_object=include_object,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            wait_for_others(connection)
        context.run_migrations()


def wait_for_others(connection: Connection) -> None:
    """Let one process migrate at a time, and give up rather than make the whole service wait."""
    connection.execute(text("SET LOCAL lock_timeout = '60s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    connection.execute(text("SET LOCAL statement_timeout = '15min'"))


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = create_engine(Settings.from_env(os.environ).url)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()
