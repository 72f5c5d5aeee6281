"""Create the tables of rounds and nominations.

What an award programme adds: rounds, quotas, nominations with opinions and files, notices,
objections and the register of awards.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "round",
        sa.Column("id", Id, nullable=False),
        sa.Column("programme", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("organiser_id", Id, nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_round_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["unit.id"], name=op.f("fk_round_organiser_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("programme", "label", name=op.f("uq_round_programme_label")),
    )
    op.create_table(
        "extension",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_by_id", Id, nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["app_user.id"], name=op.f("fk_extension_granted_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_extension_round_id_round")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_extension_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("round_id", "unit_id", "stage", name=op.f("uq_extension_round_id_unit_id_stage")),
    )
    op.create_table(
        "nomination",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("recommender_id", Id, nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("nominee_id", Id, nullable=True),
        sa.Column("created_by_id", Id, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_reason", sa.String(length=1000), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sex", sa.String(length=4), nullable=False),
        sa.Column("ethnicity", sa.String(length=40), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("education", sa.String(length=40), nullable=False),
        sa.Column("political_status", sa.String(length=40), nullable=False),
        sa.Column("workplace_and_post", sa.String(length=200), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("eligibility", sa.String(length=10), nullable=True),
        sa.Column("asks_reason", sa.Boolean(), nullable=False),
        sa.Column("exception_reason", sa.String(length=1000), nullable=False),
        sa.Column("corrected", sa.LargeBinary(), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stated_reason", sa.String(length=1000), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["app_user.id"], name=op.f("fk_nomination_created_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_nomination_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["nominee_id"], ["app_user.id"], name=op.f("fk_nomination_nominee_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["recommender_id"], ["unit.id"], name=op.f("fk_nomination_recommender_id_unit")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_nomination_round_id_round")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_nomination_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_nomination_instance_id")),
    )
    op.create_index(
        op.f("ix_nomination_round_id_id_number_index"), "nomination", ["round_id", "id_number_index"]
    )
    standing = sa.text(
        "status NOT IN ('overdue', 'withdrawn', 'declined', 'failed', 'disqualified', 'cancelled')"
    )
    op.create_index(
        "uq_nomination_standing",
        "nomination",
        ["round_id", "id_number_index"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(
        op.f("ix_nomination_round_id_recommender_id"), "nomination", ["round_id", "recommender_id"]
    )
    op.create_index(
        "ix_nomination_board",
        "nomination",
        ["round_id", "status", "category", "recommender_id", "sex", "industry"],
    )

    op.create_table(
        "notice",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_notice_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("slug", name=op.f("uq_notice_slug")),
    )
    op.create_index(op.f("ix_notice_round_id_kind"), "notice", ["round_id", "kind"])

    op.create_table(
        "quota",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("allotted", sa.Integer(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.CheckConstraint("taken >= 0 AND allotted >= 0", name=op.f("ck_quota_not_negative")),
        sa.CheckConstraint("NOT hard OR taken + allotted <= places", name=op.f("ck_quota_within_places")),
        sa.ForeignKeyConstraint(["parent_id"], ["quota.id"], name=op.f("fk_quota_parent_id_quota")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_quota_round_id_round")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_quota_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint(
            "round_id", "kind", "unit_id", "category", name=op.f("uq_quota_round_id_kind_unit_id_category")
        ),
    )
    op.create_index(op.f("ix_quota_parent_id"), "quota", ["parent_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("warning", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by_id", Id, nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_attachment_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["app_user.id"], name=op.f("fk_attachment_uploaded_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_nomination_id_slot"), "attachment", ["nomination_id", "slot"])

    op.create_table(
        "award",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_award_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_award_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_award_nomination_id")),
        sa.UniqueConstraint("number", name=op.f("uq_award_number")),
    )
    op.create_index(op.f("ix_award_round_id_category"), "award", ["round_id", "category"])

    op.create_table(
        "eligibility_finding",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("measured", sa.String(length=200), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("warning", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_eligibility_finding_nomination_id_nomination")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_finding")),
        sa.UniqueConstraint("nomination_id", "rule", name=op.f("uq_eligibility_finding_nomination_id_rule")),
    )
    op.create_table(
        "objection",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("notice_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=15), nullable=False),
        sa.Column("conclusion", sa.String(length=2000), nullable=False),
        sa.Column("receipt", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_objection_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_objection_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_objection_notice_id_notice")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_objection_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_objection_instance_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_objection_receipt")),
    )
    op.create_index(op.f("ix_objection_nomination_id_status"), "objection", ["nomination_id", "status"])

    op.create_table(
        "opinion",
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("seal", sa.String(length=80), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("signed_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_opinion_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_opinion_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sa.UniqueConstraint("user_task_id", name=op.f("uq_opinion_user_task_id")),
    )
    op.create_index(op.f("ix_opinion_nomination_id_position"), "opinion", ["nomination_id", "position"])

    op.create_table(
        "quota_use",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("quota_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("over_reason", sa.String(length=500), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_quota_use_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["quota_id"], ["quota.id"], name=op.f("fk_quota_use_quota_id_quota")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_use")),
        sa.UniqueConstraint("nomination_id", "kind", name=op.f("uq_quota_use_nomination_id_kind")),
    )


def downgrade() -> None:
    op.drop_table("quota_use")
    op.drop_table("opinion")
    op.drop_table("objection")
    op.drop_table("eligibility_finding")
    op.drop_table("award")
    op.drop_table("attachment")
    op.drop_table("quota")
    op.drop_table("notice")
    op.drop_table("nomination")
    op.drop_table("extension")
    op.drop_table("round")
