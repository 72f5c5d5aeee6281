"""Keep with a printed paper the forms it was made from, so that a unit's own change is told from others'.

May run before the new code: nobody reads the column. Papers printed before have none, and are judged by
their words alone, as they were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("printed_paper", sa.Column("made_from", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("printed_paper", "made_from")
