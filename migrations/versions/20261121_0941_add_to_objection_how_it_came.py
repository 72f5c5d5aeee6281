"""Add to objection who reports (个人, 单位), how and when it came (来信、来电、来访), what else was answered,
and that who reported was removed when its time was over.

Rows that are there came by the page from somebody who signed his own name. Must run before the new code.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("objection") as objection:
        objection.add_column(sa.Column("sender", sa.String(10), nullable=False, server_default="person"))
        objection.add_column(sa.Column("channel", sa.String(10), nullable=False, server_default="online"))
        objection.add_column(sa.Column("came_on", sa.Date(), nullable=True))
        objection.add_column(sa.Column("more", sa.LargeBinary(), nullable=True))
        objection.add_column(sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("objection") as objection:
        objection.alter_column("sender", existing_type=sa.String(10), server_default=None)
        objection.alter_column("channel", existing_type=sa.String(10), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("objection") as objection:
        for name in ("purged_at", "more", "came_on", "channel", "sender"):
            objection.drop_column(name)
