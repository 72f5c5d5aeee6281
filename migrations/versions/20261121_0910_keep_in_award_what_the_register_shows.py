"""Keep in award what the register shows, add the ledger of follow-ups, and name subjects of starts.

The register lists 1,000,000 titles without reading nominations, so name, units, programme and year are
copied into the award. Rows that are there get them from their nomination; a code to verify each
certificate by is made up here. May run before the new code: the old code grants no award meanwhile only
if it is stopped, as for every migration.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)

#: filled from the nomination and its round before they may not be null
REQUIRED = {
    "programme": sa.String(length=80),
    "year": sa.Integer(),
    "code": sa.String(length=40),
    "name": sa.String(length=80),
    "unit_id": Id,
    "unit_name": sa.String(length=200),
    "recommender_id": Id,
    "organiser_id": Id,
    "status": sa.String(length=12),
    "status_reason": sa.String(length=1000),
    "revision": sa.Integer(),
}
OPTIONAL = {"holder_id": Id, "status_at": Moment, "valid_from": sa.Date(), "valid_until": sa.Date()}
COUNTED = [
    "programme", "year", "status", "category", "organiser_id", "recommender_id", "unit_id", "holder_id",
]  # fmt: skip
REFERENCES = {"unit_id": "unit", "recommender_id": "unit", "organiser_id": "unit", "holder_id": "app_user"}


def upgrade() -> None:
    with op.batch_alter_table("award") as award:
        for name, kind in {**REQUIRED, **OPTIONAL}.items():
            award.add_column(sa.Column(name, kind, nullable=True))
    _fill()
    with op.batch_alter_table("award") as award:
        for name, kind in REQUIRED.items():
            award.alter_column(name, existing_type=kind, nullable=False)
        for name, table in REFERENCES.items():
            award.create_foreign_key(op.f(f"fk_award_{name}_{table}"), table, [name], ["id"])
        award.create_unique_constraint(op.f("uq_award_code"), ["code"])
        award.create_index("ix_award_register", COUNTED)
        award.create_index(op.f("ix_award_unit_id"), ["unit_id"])
        award.create_index(op.f("ix_award_recommender_id"), ["recommender_id"])
        award.create_index(op.f("ix_award_name"), ["name"])
        award.create_index(op.f("ix_award_holder_id"), ["holder_id"])
    _create_follow_up()
    with op.batch_alter_table("start_subscription") as table:
        table.add_column(sa.Column("subject", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("start_subscription") as table:
        table.alter_column("subject", existing_type=sa.String(length=40), server_default=None)
    with op.batch_alter_table("pending_start") as table:
        table.add_column(sa.Column("subject", sa.String(length=80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("pending_start") as table:
        table.drop_column("subject")
    with op.batch_alter_table("start_subscription") as table:
        table.drop_column("subject")
    op.drop_table("follow_up")
    with op.batch_alter_table("award") as award:
        award.drop_index(op.f("ix_award_holder_id"))
        award.drop_index(op.f("ix_award_name"))
        award.drop_index(op.f("ix_award_recommender_id"))
        award.drop_index(op.f("ix_award_unit_id"))
        award.drop_index("ix_award_register")
        award.drop_constraint(op.f("uq_award_code"), type_="unique")
        for name, table in REFERENCES.items():
            award.drop_constraint(op.f(f"fk_award_{name}_{table}"), type_="foreignkey")
        for name in (*OPTIONAL, *REQUIRED):
            award.drop_column(name)


def _fill() -> None:
    connection = op.get_bind()
    connection.execute(
        sa.text(
            """
            UPDATE award SET
              programme = (SELECT r.programme FROM round r WHERE r.id = award.round_id),
              year = (SELECT r.year FROM round r WHERE r.id = award.round_id),
              organiser_id = (SELECT r.organiser_id FROM round r WHERE r.id = award.round_id),
              name = (SELECT n.name FROM nomination n WHERE n.id = award.nomination_id),
              holder_id = (SELECT n.nominee_id FROM nomination n WHERE n.id = award.nomination_id),
              unit_id = (SELECT n.unit_id FROM nomination n WHERE n.id = award.nomination_id),
              recommender_id = (SELECT n.recommender_id FROM nomination n WHERE n.id = award.nomination_id),
              unit_name = (SELECT u.name FROM nomination n JOIN unit u ON u.id = n.unit_id
                           WHERE n.id = award.nomination_id),
              status = 'valid', status_reason = '', revision = 0
            """
        )
    )
    award = sa.table("award", sa.column("id"), sa.column("code"))
    for number in connection.scalars(sa.select(award.c.id)).all():
        connection.execute(sa.update(award).where(award.c.id == number).values(code=secrets.token_hex(8)))


def _create_follow_up() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("award_id", Id, nullable=False),
        sa.Column("track", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("user_task_id", Id, nullable=True),
        sa.Column("written_by_id", Id, nullable=True),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("written_at", Moment, nullable=False),
        sa.Column("struck_at", Moment, nullable=True),
        sa.Column("struck_by", sa.String(length=80), nullable=False),
        sa.Column("struck_reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_follow_up_award_id_award")),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["app_user.id"], name=op.f("fk_follow_up_written_by_id_app_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_award_id_track"), "follow_up", ["award_id", "track"])
    op.create_index(op.f("ix_follow_up_round_id_track_item"), "follow_up", ["round_id", "track", "item"])
