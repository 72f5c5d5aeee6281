"""The gate before the database: the field key is the database's own, its tables are current, it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from service import schema
from service.config import Settings
from service.db import create_engine
from service.gate import Gate, OldTables, RealDatabase, WrongFieldKey, settle_field_key
from service.models import Base, ClockSetting, KeyCheck, Round, Stage, Unit, User
from service.models.crypto import Keyring, keyring, use_keyring
from service.scheduler.wiring import Wiring
from service.workflow.task import user_tasks
from tests.workflow.plant import Plant, acting, only_open, start

pytestmark = pytest.mark.usefixtures("both_databases")

OTHER = "cd" * 32
NOW = datetime(2024, 3, 15, 1, tzinfo=UTC)


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


def test_demonstration_is_let_to_a_database_of_its_own(settings: Settings) -> None:
    demonstration = replace(settings, demonstration=True)

    _knock(demonstration)
    _enter(settings, *_a_round(demonstration=True), ClockSetting(id=1, now=NOW))

    _knock(demonstration)


def test_accounts_without_a_movable_clock_are_kept_from_a_demonstration(settings: Settings) -> None:
    _enter(settings, *_an_account())

    with pytest.raises(RealDatabase, match="live by the clock on the wall"):
        _knock(replace(settings, demonstration=True))
    _knock(settings)


def test_real_round_is_kept_from_a_movable_clock_that_stands_beside_it(settings: Settings) -> None:
    _enter(settings, *_a_round(demonstration=False), ClockSetting(id=1, now=NOW))

    with pytest.raises(RealDatabase, match="live by the clock on the wall"):
        _knock(replace(settings, demonstration=True))


def _an_account() -> tuple[Base, ...]:
    unit = Unit(id=1, code="cz", name="共青团常州市委", level="city", path="/cz/")
    user = User(id=1, login="li", name="李某", password_hash="", unit_id=1, created_at=NOW)
    return unit, user


def _a_round(*, demonstration: bool) -> tuple[Base, ...]:
    entry = Round(
        programme="changzhou-good-youth",
        label="2024",
        title="",
        year=2024,
        organiser_id=1,
        stage=Stage.PREPARATION,
        dates={},
        demonstration=demonstration,
        created_at=NOW,
    )
    return *_an_account(), entry


def _enter(settings: Settings, *rows: Base) -> None:
    engine = create_engine(settings.url, durable=False)
    with Session(engine) as session:
        for row in rows:
            session.add(row)
            session.flush()
        session.commit()
    engine.dispose()


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
