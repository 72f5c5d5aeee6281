"""Create the tables of papers: what was printed to be stamped, and the scans that came back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "printed_paper",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("nomination_id", Id, nullable=True),
        sa.Column("recommender_id", Id, nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("printed_by_id", Id, nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_printed_paper_round_id_round")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_printed_paper_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["recommender_id"], ["unit.id"], name=op.f("fk_printed_paper_recommender_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["printed_by_id"], ["app_user.id"], name=op.f("fk_printed_paper_printed_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_paper")),
    )
    op.create_index(op.f("ix_printed_paper_nomination_id"), "printed_paper", ["nomination_id"], unique=False)
    op.create_index(
        op.f("ix_printed_paper_round_id_recommender_id"),
        "printed_paper",
        ["round_id", "recommender_id"],
        unique=False,
    )
    op.create_table(
        "stamped_scan",
        sa.Column("id", Id, nullable=False),
        sa.Column("printed_paper_id", Id, nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by_id", Id, nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["printed_paper_id"],
            ["printed_paper.id"],
            name=op.f("fk_stamped_scan_printed_paper_id_printed_paper"),
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["app_user.id"], name=op.f("fk_stamped_scan_uploaded_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamped_scan")),
    )
    op.create_index(
        op.f("ix_stamped_scan_printed_paper_id"), "stamped_scan", ["printed_paper_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("stamped_scan")
    op.drop_table("printed_paper")
