"""Create the tables of reviews.

What a selection by experts adds: defects found by form checks, answers of outside bodies, the drawn panel
with its seats and scores, the ranked list with every change to it, and secret ballots.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ballot",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_ballot_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    op.create_index(op.f("ix_ballot_round_id"), "ballot", ["round_id"], unique=False)
    op.create_table(
        "expert_draw",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("seed", sa.String(length=80), nullable=False),
        sa.Column("pool", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("drawn_by", sa.String(length=80), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_expert_draw_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_draw")),
        sa.UniqueConstraint("round_id", name=op.f("uq_expert_draw_round_id")),
    )
    op.create_table(
        "ballot_count",
        sa.Column("ballot_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_ballot_count_not_negative")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_count_ballot_id_ballot")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_ballot_count_nomination_id_nomination")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "nomination_id", "choice", name=op.f("pk_ballot_count")),
    )
    op.create_table(
        "ballot_voter",
        sa.Column("ballot_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("has_voted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_voter_ballot_id_ballot")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_ballot_voter_user_id_app_user")),
        sa.PrimaryKeyConstraint("ballot_id", "user_id", name=op.f("pk_ballot_voter")),
    )
    op.create_table(
        "consultation",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("body", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("paper_number", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_consultation_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_consultation_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        sa.UniqueConstraint("user_task_id", name=op.f("uq_consultation_user_task_id")),
    )
    op.create_index(op.f("ix_consultation_nomination_id"), "consultation", ["nomination_id"], unique=False)
    op.create_table(
        "defect",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("correctable", sa.Boolean(), nullable=False),
        sa.Column("raised_by", sa.String(length=80), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_defect_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_defect_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect")),
        sa.UniqueConstraint(
            "nomination_id", "user_task_id", "item", name=op.f("uq_defect_nomination_id_user_task_id_item")
        ),
    )
    op.create_table(
        "list_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_list_change_nomination_id_nomination")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_change")),
    )
    op.create_index(
        op.f("ix_list_change_round_id_nomination_id"),
        "list_change",
        ["round_id", "nomination_id"],
        unique=False,
    )
    op.create_table(
        "panel_member",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("draw_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["expert_draw.id"], name=op.f("fk_panel_member_draw_id_expert_draw")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_panel_member_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_member")),
        sa.UniqueConstraint("draw_id", "place", name=op.f("uq_panel_member_draw_id_place")),
        sa.UniqueConstraint("draw_id", "user_id", name=op.f("uq_panel_member_draw_id_user_id")),
    )
    op.create_table(
        "panel_seat",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recused_by", sa.String(length=80), nullable=False),
        sa.Column("remark", sa.String(length=1000), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_panel_seat_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_panel_seat_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_seat")),
        sa.UniqueConstraint("nomination_id", "user_id", name=op.f("uq_panel_seat_nomination_id_user_id")),
    )
    op.create_index(
        op.f("ix_panel_seat_round_id_user_id_status"),
        "panel_seat",
        ["round_id", "user_id", "status"],
        unique=False,
    )
    op.create_table(
        "score",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_score_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_score_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint(
            "nomination_id", "user_id", "criterion", name=op.f("uq_score_nomination_id_user_id_criterion")
        ),
    )
    op.create_index(op.f("ix_score_round_id"), "score", ["round_id"], unique=False)
    op.create_table(
        "standing",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("tie", sa.String(length=200), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_standing_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_standing_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_standing_nomination_id")),
    )
    op.create_index(
        op.f("ix_standing_round_id_category_rank"), "standing", ["round_id", "category", "rank"], unique=False
    )


def downgrade() -> None:
    op.drop_table("standing")
    op.drop_table("score")
    op.drop_table("panel_seat")
    op.drop_table("panel_member")
    op.drop_table("list_change")
    op.drop_table("defect")
    op.drop_table("consultation")
    op.drop_table("ballot_voter")
    op.drop_table("ballot_count")
    op.drop_table("expert_draw")
    op.drop_table("ballot")
