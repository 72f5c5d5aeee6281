"""The gate before the database: open once it answers, its tables are current and the key is its own."""

from __future__ import annotations

import threading

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, Engine, LargeBinary, exists, insert, inspect, select, type_coerce
from sqlalchemy.exc import IntegrityError

from service import schema
from service.config import Settings
from service.connectors.keys import field_key_path, find_field_key, make_field_key
from service.db import READ_ONLY, NotReady
from service.models import Base, ClockSetting, KeyCheck, Round, User
from service.models.crypto import EncryptedJson, EncryptedText, Keyring, use_keyring

ROW = 1
#: seconds a request waits for another that is looking; then it is told to come again
PATIENCE = 2.0


class OldTables(NotReady):
    """The tables are not those of this version."""


class WrongFieldKey(NotReady):
    """The field key is missing, or is not the one this database was encrypted with."""


class RealDatabase(NotReady):
    """A demonstration was to run on a database that is none: its clock would move real deadlines."""


class Gate:
    """Opens once, by the first who asks when everything is in order; until then everybody is refused."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._open = False
        self._lock = threading.Lock()

    def __call__(self) -> None:
        """Let pass, or raise NotReady, or what the database raises that does not answer."""
        if self._open:
            return
        if not self._lock.acquire(timeout=PATIENCE):
            raise NotReady("the database does not answer")
        try:
            recognise(self._settings, self._engine)
            if not schema.is_current(self._engine):
                raise OldTables("the database's tables are not up to date: run `xuanshu migrate` first")
            self._open = True
        finally:
            self._lock.release()


def recognise(settings: Settings, engine: Engine) -> None:
    """Make sure that the database is the one the settings mean, and give the process its field key.

    Raises RealDatabase or WrongFieldKey, with nothing changed.
    """
    if settings.demonstration:
        _refuse_a_real_one(engine)
    settle_field_key(settings, engine)


def _refuse_a_real_one(engine: Engine) -> None:
    """Refuse accounts or rounds without a movable clock, and any round that does not live on it."""
    begun = exists(select(User.id)) | exists(select(Round.id))
    on_movable_clock = exists(select(ClockSetting.id))
    real_round = exists(select(Round.id).where(Round.demonstration.is_(False)))
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        tables = set(inspect(connection).get_table_names())
        if not {model.__tablename__ for model in (User, Round, ClockSetting)} <= tables:
            return  # nothing was ever entered
        if connection.scalar(select((begun & ~on_movable_clock) | real_round)):
            raise RealDatabase(
                "this database is no demonstration's: it has accounts or rounds that live by the clock on "
                "the wall. Nothing was changed. Run it without XUANSHU_DEMONSTRATION; `xuanshu demonstrate` "
                "has a database of its own"
            )


def settle_field_key(settings: Settings, engine: Engine) -> None:
    """Give the process its field key, making one only for a database that has never known any.

    Notes the key's fingerprint in the database the first time. Raises WrongFieldKey rather than work
    with a key that cannot read what is there.
    """
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
        tables = set(inspect(connection).get_table_names())
        noted = _read_fingerprint(connection) if KeyCheck.__tablename__ in tables else None
        sealed = None if noted else _find_sealed(connection, tables)
    key = find_field_key(settings)
    if key is None:
        if noted or sealed:
            raise WrongFieldKey(_missing(settings))
        key = make_field_key(settings)
    keyring = Keyring(key, settings.crypto_suite)
    if not _fits(keyring, noted, sealed):
        raise WrongFieldKey(_wrong(settings))
    use_keyring(keyring)
    if noted is None and KeyCheck.__tablename__ in tables:
        _note_fingerprint(settings, engine, keyring)


def _read_fingerprint(connection: Connection) -> str | None:
    return connection.scalar(select(KeyCheck.fingerprint).where(KeyCheck.id == ROW))


def _find_sealed(connection: Connection, tables: set[str]) -> bytes | None:
    """Return any one encrypted value of the database, as it is stored."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns if table.name in tables else ():
            if isinstance(column.type, EncryptedText | EncryptedJson):
                stored = select(type_coerce(column, LargeBinary)).where(column.is_not(None)).limit(1)
                if (found := connection.scalar(stored)) is not None:
                    return bytes(found)
    return None


def _fits(keyring: Keyring, noted: str | None, sealed: bytes | None) -> bool:
    if noted is not None:
        return noted == keyring.fingerprint
    if sealed is None:
        return True
    try:
        keyring.decrypt(sealed)
    except InvalidTag:
        return False
    return True


def _note_fingerprint(settings: Settings, engine: Engine, keyring: Keyring) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(insert(KeyCheck).values(id=ROW, fingerprint=keyring.fingerprint))
    except IntegrityError:
        # another process was first: its key is the database's
        settle_field_key(settings, engine)


def _missing(settings: Settings) -> str:
    return (
        f"the field key of this database is missing: {field_key_path(settings)} is not there and "
        "XUANSHU_FIELD_KEY is not set. Nothing was changed. Restore the key from the backup of the keys; "
        "a new one could not read what is encrypted"
    )


def _wrong(settings: Settings) -> str:
    where = "XUANSHU_FIELD_KEY" if settings.field_key else str(field_key_path(settings))
    return (
        f"{where} is not the field key of this database: what is encrypted there cannot be read with it. "
        "Nothing was changed. Restore the key that belongs to the database from the backup of the keys, "
        "or set XUANSHU_DATABASE_URL or XUANSHU_DATA_DIR to the database that belongs to the key"
    )
