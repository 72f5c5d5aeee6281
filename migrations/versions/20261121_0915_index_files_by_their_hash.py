"""Index attachment, stamped_scan, objection_evidence and follow_up by the hash of their file.

The daily sweep asks which stored files are still named. May run before the new code, which is slower without.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("attachment", "stamped_scan", "objection_evidence", "follow_up")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_sha256"), table, ["sha256"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_sha256"), table_name=table)
