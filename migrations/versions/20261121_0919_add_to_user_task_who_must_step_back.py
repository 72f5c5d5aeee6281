"""Add to user_task who must step back from it (回避), and find the nominations of one person by index.

Tasks that are open have nobody noted and stay in every inbox as before. May run before the new code.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_task", sa.Column("steps_back", sa.String(length=10), nullable=True))
    op.create_index(op.f("ix_nomination_nominee_id"), "nomination", ["nominee_id"])
    op.create_index(op.f("ix_nomination_id_number_index"), "nomination", ["id_number_index"])


def downgrade() -> None:
    op.drop_index(op.f("ix_nomination_id_number_index"), table_name="nomination")
    op.drop_index(op.f("ix_nomination_nominee_id"), table_name="nomination")
    op.drop_column("user_task", "steps_back")
