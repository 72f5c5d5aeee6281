"""Titles that the tests of their pages begin with."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.models import Award, Nomination, User
from service.programmes.award import awards
from service.wire import Runtime
from service.workflow.context import Context


@pytest.fixture
def granted(service: Runtime) -> list[int]:
    """Three titles of one workplace and district, one of them an equation."""
    with service.wiring.transaction() as ctx:
        query = select(Nomination).where(Nomination.unit.has(code="liyang-qingfeng"))
        people = ctx.session.scalars(query.order_by(Nomination.id).limit(3)).all()
        people[0].name = "=SUM(A1:A9)"
        titles = [awards.grant(ctx, person) for person in people]
        ctx.session.flush()
        return [title.id for title in titles]


def award(ctx: Context, award_id: int) -> Award:
    return ctx.session.get_one(Award, award_id)


def id_of(ctx: Context, login: str) -> int:
    return ctx.session.scalars(select(User.id).where(User.login == login)).one()
