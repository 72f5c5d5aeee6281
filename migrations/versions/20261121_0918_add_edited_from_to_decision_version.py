"""Add to decision_version the hash of the pack's file that was edited in the browser.

A file edited there stays in force when the diagram is published anew. May run before the new code: what is
there was published from packs, which is what the empty text says.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "decision_version", sa.Column("edited_from", sa.String(length=64), nullable=False, server_default="")
    )
    with op.batch_alter_table("decision_version") as table:
        table.alter_column("edited_from", server_default=None)


def downgrade() -> None:
    op.drop_column("decision_version", "edited_from")
