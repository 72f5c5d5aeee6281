"""Create the table of reserves, who take the place of cancelled candidates.

May run before the new code: nobody writes it until then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reserve",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promoted_by", sa.String(length=80), nullable=False),
        sa.Column("replaces_id", Id, nullable=True),
        sa.Column("notice_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_reserve_round_id_round")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_reserve_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["nomination.id"], name=op.f("fk_reserve_replaces_id_nomination")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_reserve_notice_id_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_reserve_nomination_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_reserve_replaces_id")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_reserve_notice_id")),
    )
    op.create_index(
        op.f("ix_reserve_round_id_category_position"), "reserve", ["round_id", "category", "position"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_reserve_round_id_category_position"), table_name="reserve")
    op.drop_table("reserve")
