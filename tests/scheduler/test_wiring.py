from __future__ import annotations

import pytest
from sqlalchemy import select, text

from service.models import Stream
from service.scheduler.wiring import Wiring

STATEMENT = select(Stream.seq).where(Stream.name == "s")
#: psycopg prepares a statement the sixth time
OFTEN = 6


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_readings_leave_what_the_server_has_prepared(wiring: Wiring) -> None:
    for _ in range(OFTEN):
        with wiring.reading() as ctx:
            ctx.session.scalar(STATEMENT)

    with wiring.reading() as ctx:
        prepared = ctx.session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()

    assert [statement for statement in prepared if "history_stream" in statement] != []
