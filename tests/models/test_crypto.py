from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, text

from service.models import Draft
from service.models.crypto import Keyring, keyring
from service.workflow.context import Context
from tests.workflow.plant import Plant, only_open, start

KEY = bytes(range(32))
SECRET = "320481199001011234"


@pytest.mark.parametrize("suite", ["aes", "gm"])
def test_what_is_encrypted_is_read_back_and_never_the_same_twice(suite: Literal["aes", "gm"]) -> None:
    keys = Keyring(KEY, suite)

    first, second = keys.encrypt(SECRET.encode()), keys.encrypt(SECRET.encode())

    assert first != second
    assert SECRET.encode() not in first
    assert keys.decrypt(first) == keys.decrypt(second) == SECRET.encode()


def test_rows_of_the_other_suite_stay_readable() -> None:
    stored = Keyring(KEY, "aes").encrypt(b"x")

    assert Keyring(KEY, "gm").decrypt(stored) == b"x"
    assert Keyring(KEY, "aes").decrypt(Keyring(KEY, "gm").encrypt(b"x")) == b"x"


@pytest.mark.parametrize("suite", ["aes", "gm"])
def test_changed_bytes_and_foreign_keys_are_noticed(suite: Literal["aes", "gm"]) -> None:
    keys = Keyring(KEY, suite)
    stored = keys.encrypt(SECRET.encode())

    for position in (0, 1, 13, len(stored) - 1):
        changed = bytearray(stored)
        changed[position] ^= 3
        with pytest.raises(InvalidTag):
            keys.decrypt(bytes(changed))
    with pytest.raises(InvalidTag):
        Keyring(KEY[::-1], suite).decrypt(stored)


def test_index_finds_a_value_and_tells_nothing_without_the_key() -> None:
    assert Keyring(KEY).index(SECRET) == Keyring(KEY).index(SECRET)
    assert (
        len({Keyring(KEY).index(SECRET), Keyring(KEY, "gm").index(SECRET), Keyring(KEY[::-1]).index(SECRET)})
        == 3
    )


def test_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"short")


def test_answers_are_ciphertext_in_the_database(both_databases: str, ctx: Context, plant: Plant) -> None:
    task = only_open(ctx, start(ctx, plant))
    answers = {"identity_number": SECRET, "name": "艾丽斯"}
    at = datetime(2024, 3, 15, tzinfo=UTC)
    ctx.session.add(Draft(user_task_id=task.id, user_id=plant.alice.id, answers=answers, saved_at=at))
    ctx.session.flush()
    ctx.session.expire_all()

    stored = bytes(ctx.session.execute(text("SELECT answers FROM draft")).scalar_one())

    assert SECRET.encode() not in stored
    assert SECRET.encode() in keyring().decrypt(stored)
    assert ctx.session.scalars(select(Draft.answers)).one() == answers
