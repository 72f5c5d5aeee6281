"""When the round's time is over nobody knows any more who registered; what was never used is closed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import NotFound
from service.models import Membership, Registration
from service.programmes.registration import links, registrations
from service.programmes.removal.removals import NAMELESS
from service.scheduler import retention
from service.workflow import history
from tests.programmes.registration.registering import NAME, PASSWORD, confirm, read, refuse, register
from tests.programmes.story import Story

pytestmark = pytest.mark.usefixtures("both_databases")


def test_registrations_go_when_the_rounds_time_is_over(round_2024: Story) -> None:
    waiting, number, code = register(round_2024)
    refused = register(round_2024)[0]
    refuse(round_2024, refused, f"{NAME}已有账号")
    unused, used = register(round_2024)[0], register(round_2024)[0]
    confirm(round_2024, unused)
    token = confirm(round_2024, used)
    with round_2024.wiring.transaction() as ctx:
        links.use(ctx, token, PASSWORD)
    round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()
    round_2024.clock.move(days=364)
    assert not retention.run_once(round_2024.wiring)

    round_2024.clock.move(days=2)
    done = retention.run_once(round_2024.wiring)

    assert done["到期清除自荐登记"] == 4
    rows = [read(round_2024, one) for one in (waiting, refused, unused, used)]
    assert {(row.name, row.contact, row.workplace, row.reason, row.link) for row in rows} == {
        (NAMELESS, NAMELESS, "", "", None)
    }
    never, his = rows[2].user, rows[3].user
    assert never is not None
    assert his is not None
    assert [(one.name, one.active) for one in (never, his)] == [(NAMELESS, False), (NAME, True)]
    with round_2024.wiring.reading() as ctx:
        held = select(Membership.user_id).where(Membership.user_id.in_([never.id, his.id]))
        assert ctx.session.scalars(held).all() == [his.id]
        with pytest.raises(NotFound):
            registrations.find(ctx, number, code)
        assert ctx.session.scalars(select(Registration).where(Registration.purged_at.is_(None))).all() == []
        assert list(history.verify(ctx.session)) == []
    assert not retention.run_once(round_2024.wiring)
