"""The gate before the database: the field key is the database's own, its tables are current, it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from service import schema
from service.config import Settings
from service.db import create_engine
from service.gate import Gate, OldTables, WrongFieldKey, settle_field_key
from service.models import KeyCheck
from service.models.crypto import Keyring, keyring, use_keyring
from service.scheduler.wiring import Wiring
from service.workflow.task import user_tasks
from tests.workflow.plant import Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")

OTHER = "cd" * 32


@pytest.fixture(autouse=True)
def _same_keys_afterwards() -> Iterator[None]:
    before = keyring()
    yield
    use_keyring(before)


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    """An installation whose tables are there, and whose key was made with them."""
    settings = Settings(data_dir=tmp_path, database_url=empty_database_url)
    engine = create_engine(settings.url, durable=False)
    settle_field_key(settings, engine)
    schema.upgrade(engine)
    engine.dispose()
    Gate(settings, engine)()
    engine.dispose()
    return settings


def test_key_that_is_gone_is_not_made_anew(settings: Settings) -> None:
    (settings.data_dir / "field_key").unlink()

    with pytest.raises(WrongFieldKey, match=r"field_key is not there .* Restore the key from the backup"):
        _knock(settings)
    assert not (settings.data_dir / "field_key").exists()


def test_key_of_another_database_is_refused_by_the_name_of_its_file(settings: Settings) -> None:
    (settings.data_dir / "field_key").write_text(OTHER)

    with pytest.raises(WrongFieldKey, match=r"/field_key is not the field key of this database"):
        _knock(settings)


def test_key_of_the_settings_is_checked_as_well(settings: Settings) -> None:
    with pytest.raises(WrongFieldKey, match=r"^XUANSHU_FIELD_KEY is not the field key of this database"):
        _knock(replace(settings, field_key=OTHER))


def test_key_that_fits_opens_the_gate_and_serves_either_suite(settings: Settings) -> None:
    _knock(settings)
    _knock(replace(settings, crypto_suite="gm"))

    assert keyring().decrypt(keyring().encrypt(b"x")) == b"x"


def test_database_without_a_fingerprint_is_judged_by_what_is_encrypted_in_it(
    wiring: Wiring, committed_plant: Plant, database: Engine, database_url: str, tmp_path: Path
) -> None:
    with wiring.transaction() as ctx:
        instance = start(ctx, committed_plant)
        alice = acting(ctx, committed_plant.alice)
        user_tasks.complete(alice, only_open(ctx, instance).id, "submit", {"days": 1})

    with pytest.raises(WrongFieldKey, match="is not there"):
        settle_field_key(Settings(data_dir=tmp_path, database_url=database_url), database)
    with pytest.raises(WrongFieldKey, match="is not the field key"):
        settle_field_key(Settings(data_dir=tmp_path, database_url=database_url, field_key=OTHER), database)
    own = bytes(range(32)).hex()
    settle_field_key(Settings(data_dir=tmp_path, database_url=database_url, field_key=own), database)

    with database.connect() as connection:
        assert connection.scalar(select(KeyCheck.fingerprint)) == Keyring(bytes(range(32))).fingerprint


def test_second_machine_without_the_key_is_refused(settings: Settings, tmp_path: Path) -> None:
    other = Settings(data_dir=tmp_path / "other", database_url=settings.url)

    with pytest.raises(WrongFieldKey, match="is not there"):
        _knock(other)


def test_old_tables_keep_the_gate_shut(settings: Settings) -> None:
    _execute(settings, "DELETE FROM alembic_version")

    with pytest.raises(OldTables, match="run `xuanshu migrate` first"):
        _knock(settings)


def _knock(settings: Settings) -> None:
    engine = create_engine(settings.url, durable=False)
    try:
        Gate(settings, engine)()
    finally:
        engine.dispose()


def _execute(settings: Settings, statement: str) -> None:
    engine = create_engine(settings.url, durable=False)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
