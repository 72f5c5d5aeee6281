"""Create the tables of personal data.

Consents by version, findings of the scanner that were overruled, files declared and cleared, and
corrections that nominees asked for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("given_by_id", Id, nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by_id", Id, nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_consent_round_id_round")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_consent_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["app_user.id"], name=op.f("fk_consent_given_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["app_user.id"], name=op.f("fk_consent_withdrawn_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_nomination_id_kind"), "consent", ["nomination_id", "kind"])
    op.create_table(
        "scan_ruling",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("ruled_by_id", Id, nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_scan_ruling_round_id_round")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_scan_ruling_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["ruled_by_id"], ["app_user.id"], name=op.f("fk_scan_ruling_ruled_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_ruling")),
        sa.UniqueConstraint(
            "nomination_id", "fingerprint", name=op.f("uq_scan_ruling_nomination_id_fingerprint")
        ),
    )
    op.create_table(
        "file_clearance",
        sa.Column("attachment_id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("declared_by_id", Id, nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_by_id", Id, nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name=op.f("fk_file_clearance_attachment_id_attachment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_file_clearance_round_id_round")),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["app_user.id"], name=op.f("fk_file_clearance_declared_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["cleared_by_id"], ["app_user.id"], name=op.f("fk_file_clearance_cleared_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_file_clearance")),
    )
    op.create_table(
        "correction",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_by_id", Id, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_correction_round_id_round")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_correction_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["app_user.id"], name=op.f("fk_correction_asked_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name=op.f("fk_correction_decided_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_nomination_id_status"), "correction", ["nomination_id", "status"])


def downgrade() -> None:
    for table in ("correction", "file_clearance", "scan_ruling", "consent"):
        op.drop_table(table)
