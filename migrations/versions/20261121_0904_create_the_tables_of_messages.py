"""Create the tables of messages.

What people are told: inside the service, and through the outbox that mail leaves by.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
    )
    op.create_index(op.f("ix_outbox_message_status_due_at_id"), "outbox_message", ["status", "due_at", "id"])

    op.create_table(
        "notification",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_notification_user_id_app_user")),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_notification_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_round_id"), "notification", ["round_id"])
    op.create_index(
        op.f("ix_notification_user_id_read_at_created_at"),
        "notification",
        ["user_id", "read_at", "created_at"],
    )


def downgrade() -> None:
    op.drop_table("notification")
    op.drop_table("outbox_message")
