"""Create the table of registrations (自荐登记), with which people ask for an account of their own.

May run before the new code: nobody writes it until then.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0050"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "registration",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("code_index", sa.String(length=64), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("contact_index", sa.String(length=64), nullable=False),
        sa.Column("workplace", sa.String(length=200), nullable=False),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("recommender_id", Id, nullable=True),
        sa.Column("consent", sa.String(length=1000), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.Column("link_index", sa.String(length=64), nullable=True),
        sa.Column("link_until", Moment, nullable=True),
        sa.Column("link_used_at", Moment, nullable=True),
        sa.Column("purged_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_registration_round_id_round")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_registration_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["recommender_id"], ["unit.id"], name=op.f("fk_registration_recommender_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name=op.f("fk_registration_decided_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_registration_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("number", name=op.f("uq_registration_number")),
        sa.UniqueConstraint("link_index", name=op.f("uq_registration_link_index")),
    )
    op.create_index(op.f("ix_registration_round_id_status"), "registration", ["round_id", "status"])
    op.create_index(
        op.f("ix_registration_round_id_contact_index"), "registration", ["round_id", "contact_index"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_registration_round_id_contact_index"), table_name="registration")
    op.drop_index(op.f("ix_registration_round_id_status"), table_name="registration")
    op.drop_table("registration")
