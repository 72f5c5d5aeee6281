"""Somebody made up who registers to put himself forward, and whoever decides on it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from service.models import Registration, Unit
from service.programmes.registration import confirmations, registrations
from service.programmes.registration.registrations import Given
from service.workflow.context import ANONYMOUS, Context
from tests.programmes.story import RECOMMENDER, WORKPLACE, Story

NAME, PHONE, MAIL = "演示-自荐人", "13800000001", "zijian@example.invalid"
PASSWORD = "chang-mi-ma-2024"


def unit_of(ctx: Context, code: str = WORKPLACE) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == code)).one()


def register(story: Story, *, unit: str = WORKPLACE, **more: str | bool) -> tuple[int, str, str]:
    """Register on the public page; returns the registration's id, its number and its code."""
    with story.wiring.transaction() as system:
        ctx = replace(system, actor=ANONYMOUS)
        found = unit_of(ctx, unit) if unit else None
        given = {"name": NAME, "contact": PHONE, "workplace": "演示厂", "agrees": True} | more
        row, code = registrations.register(
            ctx,
            story.entry(ctx),
            Given(**given, unit_id=found.id if found else None),  # type: ignore[arg-type]
        )
        return row.id, row.number, code


def confirm(story: Story, registration_id: int, *, by: str = RECOMMENDER, unit: str = WORKPLACE) -> str:
    """Confirm a registration; returns the token of its link."""
    with story.acting(by) as ctx:
        row = confirmations.get(ctx, story.entry(ctx), registration_id)
        confirmations.confirm(ctx, row, unit_of(ctx, unit) if unit else None)
        assert row.link is not None
        return row.link


def refuse(story: Story, registration_id: int, reason: str, *, by: str = RECOMMENDER) -> None:
    with story.acting(by) as ctx:
        row = confirmations.get(ctx, story.entry(ctx), registration_id)
        confirmations.refuse(ctx, row, reason)


def read(story: Story, registration_id: int) -> Registration:
    with story.wiring.reading() as ctx:
        row = ctx.session.get_one(Registration, registration_id)
        assert row.round
        assert row.user is None or row.user.login
        ctx.session.expunge_all()
        return row
