"""Give files and titles the column by which SQLAlchemy inserts many of them in one statement on SQLite.

May run before the new code: nobody reads the column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0070"
branch_labels = None
depends_on = None

TABLES = ("attachment", "award")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("_sentinel", sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "_sentinel")
