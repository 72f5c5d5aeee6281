"""Create the table of what was found in the contents of uploaded files.

Files that are there and can be read are put down to be read. May run before the new code: the old code adds
no row for a file it takes meanwhile, which then stays unread until it is handed in again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PENDING = sa.text("status = 'pending'")
READABLE = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)


def upgrade() -> None:
    op.create_table(
        "file_reading",
        sa.Column("attachment_id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name=op.f("fk_file_reading_attachment_id_attachment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_file_reading")),
    )
    op.create_index(
        "ix_file_reading_pending",
        "file_reading",
        ["attachment_id"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
    attachment = sa.table(
        "attachment",
        sa.column("id", Id),
        sa.column("round_id", Id),
        sa.column("content_type", sa.String()),
    )
    reading = sa.table(
        "file_reading",
        sa.column("attachment_id", Id),
        sa.column("round_id", Id),
        sa.column("status", sa.String()),
        sa.column("problem", sa.String()),
    )
    columns = (attachment.c.id, attachment.c.round_id, sa.literal("pending"), sa.literal(""))
    there = sa.select(*columns).where(attachment.c.content_type.in_(READABLE))
    op.execute(sa.insert(reading).from_select(["attachment_id", "round_id", "status", "problem"], there))


def downgrade() -> None:
    op.drop_index("ix_file_reading_pending", table_name="file_reading")
    op.drop_table("file_reading")
