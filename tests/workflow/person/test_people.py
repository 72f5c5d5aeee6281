"""Locks and tokens go by the clock on the wall, which nobody moves, also where a demonstration's is moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters

from service.models import User
from service.workflow.context import Context
from service.workflow.person import logins, tokens
from tests.workflow.plant import Plant

WALL = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PASSWORD = "long enough for all"


@pytest.fixture
def user(ctx: Context, plant: Plant) -> User:
    unit = plant.alice.unit
    return logins.create_user(ctx, login="dora", name="Dora", password=PASSWORD, unit=unit)


def test_moving_the_demonstration_on_unlocks_no_account(ctx: Context, user: User) -> None:
    shown = replace(ctx, wall_now=WALL)
    for _ in range(logins.MAX_FAILURES):
        with pytest.raises(logins.LoginFailed):
            logins.log_in(shown, "dora", "wrong")

    with pytest.raises(logins.LoginFailed):
        logins.log_in(replace(shown, now=ctx.now + timedelta(days=30)), "dora", PASSWORD)
    later = replace(shown, wall_now=WALL + logins.LOCK_TIME + timedelta(seconds=1))

    assert logins.log_in(later, "dora", PASSWORD) is user
    assert user.last_login_at == later.now


def test_moving_the_demonstration_on_ends_no_token(ctx: Context, user: User) -> None:
    shown = replace(ctx, wall_now=WALL)
    token = tokens.issue_token(shown, user, "script", lifetime=timedelta(hours=1))

    moved = tokens.find_actor(replace(shown, now=ctx.now + timedelta(days=30)), token)
    expired = tokens.find_actor(replace(shown, wall_now=WALL + timedelta(hours=1)), token)

    assert moved is not None
    assert expired is None


def test_unknown_name_is_answered_as_slowly_as_a_wrong_password() -> None:
    """The hash that is tried for a name nobody has costs what everybody's does."""
    tried = logins._NOBODY  # only its cost shows, and no clock would show that reliably

    assert extract_parameters(tried) == extract_parameters(logins.hash_password(PASSWORD))
