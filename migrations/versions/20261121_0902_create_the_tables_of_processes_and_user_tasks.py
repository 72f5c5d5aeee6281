"""Create the tables of processes and user tasks.

Published diagrams, running instances with what they wait for, the tasks people do, and the
history of it all.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "history_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_event")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_history_event_stream_seq")),
    )
    op.create_index(op.f("ix_history_event_instance_id"), "history_event", ["instance_id"])
    op.create_index(op.f("ix_history_event_round_id_at"), "history_event", ["round_id", "at"])

    op.create_table(
        "deployment",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["deployed_by_id"], ["app_user.id"], name=op.f("fk_deployment_deployed_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_deployment_key_version")),
    )
    op.create_table(
        "diagram_draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_diagram_draft_user_id_app_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagram_draft")),
        sa.UniqueConstraint("key", "user_id", name=op.f("uq_diagram_draft_key_user_id")),
    )
    op.create_table(
        "decision_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_decision_version_deployment_id_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_version")),
        sa.UniqueConstraint("deployment_id", "file", name=op.f("uq_decision_version_deployment_id_file")),
    )
    op.create_table(
        "form_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("form_id", sa.String(length=120), nullable=False),
        sa.Column("schema", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_form_version_deployment_id_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        sa.UniqueConstraint("deployment_id", "form_id", name=op.f("uq_form_version_deployment_id_form_id")),
    )
    op.create_table(
        "start_timer",
        sa.Column("id", Id, nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("process_id", sa.String(length=120), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_start_timer_deployment_id_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_timer")),
        sa.UniqueConstraint(
            "deployment_id",
            "process_id",
            "element_id",
            name=op.f("uq_start_timer_deployment_id_process_id_element_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_start_timer_try_at"), "start_timer", ["try_at"])
    op.create_table(
        "process_instance",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("deployment_hash", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=120), nullable=False),
        sa.Column("business_key", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("open_keys", sa.Text(), nullable=False),
        sa.Column("history_seq", sa.Integer(), nullable=False),
        sa.Column("history_head", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", Id, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_event", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_process_instance_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["app_user.id"], name=op.f("fk_process_instance_started_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instance")),
        sa.UniqueConstraint("business_key", name=op.f("uq_process_instance_business_key")),
    )
    op.create_index(
        op.f("ix_process_instance_round_id_process_id_status"),
        "process_instance",
        ["round_id", "process_id", "status"],
    )

    op.create_table(
        "incident",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=True),
        sa.Column("user_task_id", Id, nullable=True),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("message", sa.String(length=2000), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_incident_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["app_user.id"], name=op.f("fk_incident_resolved_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_instance_id"), "incident", ["instance_id"])
    op.create_index(op.f("ix_incident_round_id_resolved_at"), "incident", ["round_id", "resolved_at"])

    op.create_table(
        "job",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_job_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_job_instance_id_key"), "job", ["instance_id", "key"])
    op.create_index(op.f("ix_job_status_due_at_id"), "job", ["status", "due_at", "id"])

    op.create_table(
        "subscription",
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"],
            ["process_instance.id"],
            name=op.f("fk_subscription_instance_id_process_instance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("instance_id", "key", name=op.f("uq_subscription_instance_id_key")),
    )
    op.create_index(
        op.f("ix_subscription_round_id_kind_name_correlation_key"),
        "subscription",
        ["round_id", "kind", "name", "correlation_key"],
    )

    op.create_table(
        "user_task",
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("form_id", sa.String(length=120), nullable=True),
        sa.Column("batch_key", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("assignee_id", Id, nullable=True),
        sa.Column("due_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by_id", Id, nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("has_signers", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["app_user.id"], name=op.f("fk_user_task_assignee_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["completed_by_id"], ["app_user.id"], name=op.f("fk_user_task_completed_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_user_task_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task")),
        sa.UniqueConstraint("instance_id", "key", name=op.f("uq_user_task_instance_id_key")),
    )
    op.create_index(
        op.f("ix_user_task_assignee_id_status_due_date"), "user_task", ["assignee_id", "status", "due_date"]
    )
    op.create_index(
        op.f("ix_user_task_completed_by_id_completed_at"), "user_task", ["completed_by_id", "completed_at"]
    )
    op.create_index(
        op.f("ix_user_task_remind_at"),
        "user_task",
        ["remind_at"],
        sqlite_where=sa.text("remind_at IS NOT NULL"),
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_user_task_round_id_element_id_status"), "user_task", ["round_id", "element_id", "status"]
    )

    op.create_table(
        "draft",
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_draft_user_id_app_user")),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_draft_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("user_task_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("occurrence", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_reminder_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "user_task_id", "rule", "occurrence", name=op.f("uq_reminder_user_task_id_rule_occurrence")
        ),
    )
    op.create_index(op.f("ix_reminder_round_id"), "reminder", ["round_id"])

    op.create_table(
        "submission",
        sa.Column("_sentinel", sa.Integer(), nullable=True),
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=True),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_submission_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_submission_user_id_app_user")),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_submission_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("user_task_id", name=op.f("uq_submission_user_task_id")),
    )
    op.create_index(op.f("ix_submission_instance_id_element_id"), "submission", ["instance_id", "element_id"])

    op.create_table(
        "task_copy",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("copied_by_id", Id, nullable=True),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["copied_by_id"], ["app_user.id"], name=op.f("fk_task_copy_copied_by_id_app_user")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_task_copy_user_id_app_user")),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_task_copy_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_copy")),
        sa.UniqueConstraint("user_task_id", "user_id", name=op.f("uq_task_copy_user_task_id_user_id")),
    )
    op.create_index(op.f("ix_task_copy_user_id_copied_at"), "task_copy", ["user_id", "copied_at"])

    op.create_table(
        "user_task_candidate",
        sa.Column("user_task_id", Id, nullable=False),
        sa.Column("group_key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.id"], name=op.f("fk_user_task_candidate_user_task_id_user_task")
        ),
        sa.PrimaryKeyConstraint("user_task_id", "group_key", name=op.f("pk_user_task_candidate")),
    )
    op.create_index(
        op.f("ix_user_task_candidate_group_key_user_task_id"),
        "user_task_candidate",
        ["group_key", "user_task_id"],
    )
    _withdraw_offers_of_closed_tasks()


def _withdraw_offers_of_closed_tasks() -> None:
    withdraw = "DELETE FROM user_task_candidate WHERE user_task_id = NEW.id;"
    on_closing = "CREATE TRIGGER withdraw_offers AFTER UPDATE OF status ON user_task FOR EACH ROW"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"{on_closing} WHEN NEW.status <> 'open' BEGIN {withdraw} END")
        return
    op.execute(
        "CREATE FUNCTION withdraw_offers() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {withdraw} RETURN NULL; END $$"
    )
    op.execute(f"{on_closing} WHEN (NEW.status <> 'open') EXECUTE FUNCTION withdraw_offers()")


def downgrade() -> None:
    op.drop_table("user_task_candidate")
    op.drop_table("task_copy")
    op.drop_table("submission")
    op.drop_table("reminder")
    op.drop_table("draft")
    op.drop_table("user_task")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION withdraw_offers()")
    op.drop_table("subscription")
    op.drop_table("job")
    op.drop_table("incident")
    op.drop_table("process_instance")
    op.drop_table("start_timer")
    op.drop_table("form_version")
    op.drop_table("decision_version")
    op.drop_table("diagram_draft")
    op.drop_table("deployment")
    op.drop_table("history_event")
