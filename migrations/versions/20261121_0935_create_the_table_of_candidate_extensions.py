"""Create the table of extensions that single nominations are given.

May run before the new code: nobody writes it until then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0040"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "candidate_extension",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_by_id", Id, nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_candidate_extension_round_id_round")
        ),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_candidate_extension_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["app_user.id"], name=op.f("fk_candidate_extension_granted_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_extension")),
        sa.UniqueConstraint(
            "nomination_id", "stage", name=op.f("uq_candidate_extension_nomination_id_stage")
        ),
    )
    op.create_index(
        op.f("ix_candidate_extension_round_id_stage"), "candidate_extension", ["round_id", "stage"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_candidate_extension_round_id_stage"), table_name="candidate_extension")
    op.drop_table("candidate_extension")
