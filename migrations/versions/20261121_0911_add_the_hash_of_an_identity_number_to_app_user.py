"""Add the keyed hash of a holder's own identity number to app_user.

An approver is recognised as the nominee by it, where he has an account and nominates nobody by it. May run
before the new code: the column is empty until somebody registers his number.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("app_user", sa.Column("id_number_index", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("app_user", "id_number_index")
