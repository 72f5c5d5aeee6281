from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from service import schema
from service.db import create_engine
from service.models import Base


@pytest.fixture
def empty(both_databases: str, empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url, durable=False)
    yield engine
    engine.dispose()


def test_head_is_what_the_models_say(empty: Engine) -> None:
    schema.upgrade(empty)

    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_head_has_the_indexes_and_constraints_of_the_models(empty: Engine) -> None:
    schema.upgrade(empty)

    found, wanted = inspect(empty), Base.metadata
    for table in wanted.sorted_tables:
        names = {
            index["name"] for index in found.get_indexes(table.name) if not index.get("duplicates_constraint")
        }
        assert names == {index.name for index in table.indexes}
        assert len(found.get_foreign_keys(table.name)) == len(table.foreign_key_constraints)


def test_base_leaves_nothing_behind(empty: Engine) -> None:
    schema.upgrade(empty)

    schema.downgrade(empty)

    assert inspect(empty).get_table_names() == ["alembic_version"]


def test_upgrade_twice_changes_nothing(empty: Engine) -> None:
    schema.upgrade(empty)
    schema.upgrade(empty)

    assert schema.is_current(empty)


def test_an_empty_database_is_not_current(empty: Engine) -> None:
    assert not schema.is_current(empty)


def test_three_processes_may_upgrade_at_once(empty: Engine) -> None:
    url = empty.url.render_as_string(hide_password=False)
    program = f"from service import db, schema; schema.upgrade(db.create_engine({url!r}))"

    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]

    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    assert schema.is_current(empty)


def test_a_broken_migration_changes_nothing(empty: Engine) -> None:
    with empty.begin() as connection:
        # stands in the way of the third migration
        connection.execute(text("CREATE TABLE quota_use (id INTEGER)"))

    with pytest.raises(Exception, match="quota_use"):
        schema.upgrade(empty)

    assert inspect(empty).get_table_names() == ["quota_use"]


def test_foreign_keys_are_checked_again_after_an_upgrade(empty: Engine) -> None:
    schema.upgrade(empty)

    if empty.dialect.name == "sqlite":
        with empty.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize(
    "path", sorted((schema.MIGRATIONS / "versions").glob("*.py")), ids=lambda path: path.stem
)
def test_a_migration_imports_nothing_of_ours(path) -> None:  # type: ignore[no-untyped-def]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    ]

    assert [name for name in imported if name.split(".")[0] == "service"] == []
