"""Let notifications and outgoing messages know which instance they tell of, so that a purge finds them.

May run before the new code: nobody reads the columns. What was told at a task is filled in by its task;
other rows of before keep null and are known by how they were written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0090"
branch_labels = None
depends_on = None

TABLES = ("notification", "outbox_message")
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("instance_id", Id, nullable=True))
    op.execute(
        "UPDATE notification SET instance_id ="
        " (SELECT instance_id FROM user_task WHERE user_task.id = notification.user_task_id)"
        " WHERE user_task_id IS NOT NULL"
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "instance_id")
