"""Keep with a printed paper when it was printed last: its words may return after others were printed.

Run before the new code. Of papers printed before, the first printing is taken for the last.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("printed_paper", sa.Column("last_printed_at", MOMENT, nullable=True))
    printed = sa.table("printed_paper", sa.column("printed_at", MOMENT), sa.column("last_printed_at", MOMENT))
    op.execute(sa.update(printed).values(last_printed_at=printed.c.printed_at))
    with op.batch_alter_table("printed_paper") as changed:
        changed.alter_column("last_printed_at", existing_type=MOMENT, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("printed_paper") as changed:
        changed.drop_column("last_printed_at")
