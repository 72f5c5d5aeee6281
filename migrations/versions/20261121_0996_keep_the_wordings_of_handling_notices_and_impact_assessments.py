"""Keep the wordings of handling notices and the assessments of impact, and name the notice in a consent.

Consents given before name none. May run before the new code: nobody reads the column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("consent", sa.Column("notice_version", sa.String(length=16), nullable=True))
    op.create_table(
        "handling_notice",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_handling_notice_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling_notice")),
        sa.UniqueConstraint("round_id", "version", name=op.f("uq_handling_notice_round_id_version")),
    )
    op.create_table(
        "impact_assessment",
        sa.Column("id", Id, nullable=False),
        sa.Column("programme", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.String(length=4000), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.String(length=80), nullable=False),
        sa.Column("written_by_id", Id, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["app_user.id"], name=op.f("fk_impact_assessment_written_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_assessment")),
    )
    op.create_index(op.f("ix_impact_assessment_programme"), "impact_assessment", ["programme"])


def downgrade() -> None:
    op.drop_table("impact_assessment")
    op.drop_table("handling_notice")
    op.drop_column("consent", "notice_version")
