"""Create the tables of head counts, delegations, added signers and comments.

What a recommendation chain adds: young people reported by each unit, who acts for whom, who signs with
whom, and what is said beside the opinions.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "head_count",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reported_by_id", Id, nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_head_count_round_id_round")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_head_count_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["app_user.id"], name=op.f("fk_head_count_reported_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head_count")),
        sa.UniqueConstraint("round_id", "unit_id", name=op.f("uq_head_count_round_id_unit_id")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", Id, nullable=False),
        sa.Column("principal_id", Id, nullable=False),
        sa.Column("delegate_id", Id, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_by_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_delegation_ends_after_start")),
        sa.CheckConstraint("principal_id <> delegate_id", name=op.f("ck_delegation_two_people")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["app_user.id"], name=op.f("fk_delegation_principal_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["app_user.id"], name=op.f("fk_delegation_delegate_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["app_user.id"], name=op.f("fk_delegation_created_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_delegate_id_ends_at"), "delegation", ["delegate_id", "ends_at"])
    op.create_index(op.f("ix_delegation_principal_id_ends_at"), "delegation", ["principal_id", "ends_at"])
    op.create_table(
        "user_task_signer",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("place", sa.String(length=6), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("asked_by_id", Id, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_by_id", Id, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_user_task_signer_user_task_id_user_task")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_user_task_signer_user_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["app_user.id"], name=op.f("fk_user_task_signer_asked_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["app_user.id"], name=op.f("fk_user_task_signer_answered_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task_signer")),
    )
    op.create_index(op.f("ix_user_task_signer_round_id"), "user_task_signer", ["round_id"])
    op.create_index(
        op.f("ix_user_task_signer_user_id_answered_at"), "user_task_signer", ["user_id", "answered_at"]
    )
    op.create_index(
        "uq_user_task_signer_waiting",
        "user_task_signer",
        ["user_task_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "held_decision",
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_held_decision_user_task_id_user_task")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_held_decision_user_id_app_user")),
        sa.PrimaryKeyConstraint("user_task_id", name=op.f("pk_held_decision")),
    )
    op.create_table(
        "comment",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_comment_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_comment_user_task_id_user_task")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_comment_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_round_id"), "comment", ["round_id"])
    op.create_index(op.f("ix_comment_instance_id_id"), "comment", ["instance_id", "id"])


def downgrade() -> None:
    for table in ("comment", "held_decision", "user_task_signer", "delegation", "head_count"):
        op.drop_table(table)
