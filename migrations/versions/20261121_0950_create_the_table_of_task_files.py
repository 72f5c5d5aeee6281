"""Create the table of files handed in with tasks of a round (选培方案).

May run before the new code: nobody writes it until then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0041"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "task_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", Id, nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["app_user.id"], name=op.f("fk_task_file_uploaded_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_task_file_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_file")),
    )
    op.create_index(op.f("ix_task_file_round_id"), "task_file", ["round_id"])
    op.create_index(op.f("ix_task_file_sha256"), "task_file", ["sha256"])
    op.create_index(op.f("ix_task_file_user_task_id_slot"), "task_file", ["user_task_id", "slot"])


def downgrade() -> None:
    op.drop_index(op.f("ix_task_file_user_task_id_slot"), table_name="task_file")
    op.drop_index(op.f("ix_task_file_sha256"), table_name="task_file")
    op.drop_index(op.f("ix_task_file_round_id"), table_name="task_file")
    op.drop_table("task_file")
