"""The people of these tests."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.models import Unit
from service.workflow.person import logins
from tests.programmes.story import Story


@pytest.fixture
def nobody(round_2024: Story) -> Story:
    """The round with an account that holds nothing."""
    with round_2024.wiring.transaction() as ctx:
        unit = ctx.session.scalars(select(Unit).where(Unit.code == "cz")).one()
        logins.create_user(ctx, login="bianwai", name="演示-编外", password="xuanshu-demo", unit=unit)
    return round_2024
