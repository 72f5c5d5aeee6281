"""Index what inboxes and public pages ask for, so that no page grows with what is in everybody's tables.

May run before or after the new code.
"""

from __future__ import annotations

from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None

INDEXES = (
    ("process_instance", ["started_by_id", "id"]),
    ("notice", ["kind", "closed_at", "closes_at"]),
    ("printed_paper", ["content_hash"]),
    ("outbox_message", ["recipient", "created_at"]),
)


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(_name(table, columns), table, columns)


def downgrade() -> None:
    for table, columns in reversed(INDEXES):
        op.drop_index(_name(table, columns), table)


def _name(table: str, columns: list[str]) -> str:
    return op.f(f"ix_{table}_{'_'.join(columns)}")
