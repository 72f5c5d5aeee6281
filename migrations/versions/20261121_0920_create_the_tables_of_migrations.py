"""Create the tables of migrations, which move running instances to another version of their diagram.

Adds to process_instance how often one was moved: none was. May run before the new code.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "migration",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("source_id", Id, nullable=False),
        sa.Column("target_id", Id, nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("plan_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recompute", sa.Boolean(), nullable=False),
        sa.Column("before", sa.String(length=120), nullable=True),
        sa.Column("ordered_by_id", Id, nullable=True),
        sa.Column("ordered_by", sa.String(length=80), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["app_user.id"], name=op.f("fk_migration_ordered_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["deployment.id"], name=op.f("fk_migration_source_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["deployment.id"], name=op.f("fk_migration_target_id_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration")),
    )
    op.create_index(op.f("ix_migration_key"), "migration", ["key"])
    op.create_table(
        "migration_item",
        sa.Column("id", Id, nullable=False),
        sa.Column("migration_id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("deadlines", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_before", sa.LargeBinary(), nullable=True),
        sa.Column("keys_before", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_migration_item_instance_id_process_instance"),
        ),
        sa.ForeignKeyConstraint(
            ["migration_id"], ["migration.id"], name=op.f("fk_migration_item_migration_id_migration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_item")),
        sa.UniqueConstraint(
            "migration_id", "instance_id", name=op.f("uq_migration_item_migration_id_instance_id")
        ),
    )
    op.create_index(op.f("ix_migration_item_instance_id"), "migration_item", ["instance_id"])
    op.create_index(op.f("ix_migration_item_status_try_at_id"), "migration_item", ["status", "try_at", "id"])
    op.add_column("process_instance", sa.Column("moved", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("process_instance") as table:
        table.alter_column("moved", server_default=None)


def downgrade() -> None:
    op.drop_column("process_instance", "moved")
    op.drop_table("migration_item")
    op.drop_table("migration")
