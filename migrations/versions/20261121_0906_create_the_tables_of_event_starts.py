"""Create the tables of event starts.

The messages and signals that begin instances of a published diagram, and the instances they are to begin.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "start_subscription",
        sa.Column("id", Id, nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("process_id", sa.String(length=120), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_start_subscription_deployment_id_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_subscription")),
        sa.UniqueConstraint(
            "deployment_id",
            "process_id",
            "element_id",
            name=op.f("uq_start_subscription_deployment_id_process_id_element_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_start_subscription_key_kind_name"), "start_subscription", ["key", "kind", "name"]
    )
    op.create_table(
        "pending_start",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("process_id", sa.String(length=120), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_pending_start_deployment_id_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_start")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_pending_start_round_id"), "pending_start", ["round_id"])
    op.create_index(op.f("ix_pending_start_try_at"), "pending_start", ["try_at"])


def downgrade() -> None:
    op.drop_table("pending_start")
    op.drop_table("start_subscription")
