"""Keep in notice how often it was prolonged, so that its page need not read the whole history of its round.

Filled from the history, which keeps it as well. Must run before the new code.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None

SAID = ("from", "until", "reason")
EVENTS = sa.text(
    "SELECT details FROM history_event WHERE kind = 'notice.prolonged' ORDER BY id"
).columns(details=sa.JSON)  # fmt: skip
notice = sa.table("notice", sa.column("id"), sa.column("prolonged", sa.JSON))


def upgrade() -> None:
    op.add_column("notice", sa.Column("prolonged", sa.JSON(), nullable=True))
    connection = op.get_bind()
    told: dict[int, list[dict[str, str]]] = {}
    for details in connection.execute(EVENTS).scalars():
        told.setdefault(details["notice"], []).append({key: details[key] for key in SAID})
    for number, times in told.items():
        connection.execute(sa.update(notice).where(notice.c.id == number).values(prolonged=times))


def downgrade() -> None:
    op.drop_column("notice", "prolonged")
