"""Add to notice who publishes it, and what a notice of a unit below the organiser is about (逐级公示).

Rows that are there were published by the organiser of their round. Must run before the new code, which
writes the publisher of every notice.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFERENCES = {"publisher_id": "unit", "nomination_id": "nomination"}


def upgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("publisher_id", Id, nullable=True))
        notice.add_column(sa.Column("key", sa.String(length=40), nullable=False, server_default=""))
        notice.add_column(sa.Column("nomination_id", Id, nullable=True))
    op.execute(
        "UPDATE notice SET publisher_id = (SELECT r.organiser_id FROM round r WHERE r.id = notice.round_id)"
    )
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("publisher_id", existing_type=Id, nullable=False)
        notice.alter_column("key", existing_type=sa.String(length=40), server_default=None)
        for name, table in REFERENCES.items():
            notice.create_foreign_key(op.f(f"fk_notice_{name}_{table}"), table, [name], ["id"])
        notice.create_index(op.f("ix_notice_nomination_id_key"), ["nomination_id", "key"])


def downgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.drop_index(op.f("ix_notice_nomination_id_key"))
        for name, table in REFERENCES.items():
            notice.drop_constraint(op.f(f"fk_notice_{name}_{table}"), type_="foreignkey")
        for name in ("nomination_id", "key", "publisher_id"):
            notice.drop_column(name)
