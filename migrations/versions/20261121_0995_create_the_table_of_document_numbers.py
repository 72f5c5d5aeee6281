"""Create the table of document numbers (发文字号): what an office gave its official papers.

Must run before the new code.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "document_number",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=True),
        sa.Column("nomination_id", Id, nullable=True),
        sa.Column("number", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_document_number_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_document_number_notice_id_notice")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_document_number_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_number")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_document_number_nomination_id")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_document_number_notice_id")),
    )
    op.create_index(op.f("ix_document_number_round_id"), "document_number", ["round_id"])


def downgrade() -> None:
    op.drop_table("document_number")
