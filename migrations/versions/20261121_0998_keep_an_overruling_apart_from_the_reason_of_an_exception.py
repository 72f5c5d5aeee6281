"""Keep apart why a nominee is let in: a ruling against a rule, one more than a soft quota, an exception.

A ruling (裁定说明) stood in ``exception_reason``, which is published; it is for inside use, in the words of
the rules it is about. The reason for going beyond a soft quota stood in ``stated_reason``, which answers a
rule. A finding keeps what was stated in answer to it; of one that was answered before, the nomination does.
Run before the new code.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0096"
branch_labels = None
depends_on = None

COLUMNS = {"nomination": {"over_reason": 1000, "overruling": 4000}, "eligibility_finding": {"reason": 1000}}
MAX_REASON, MAX_RULES = 1000, 1900
RULED = re.compile(r"主办单位裁定符合条件（([^）]*)）：(.*)", re.DOTALL)
NAMED = "主办单位裁定符合条件（{rules}）：{reason}"

nomination = sa.table(
    "nomination",
    sa.column("id", sa.BigInteger),
    sa.column("asks_reason", sa.Boolean),
    sa.column("exception_reason", sa.String),
    sa.column("stated_reason", sa.String),
    sa.column("over_reason", sa.String),
    sa.column("overruling", sa.String),
)
finding = sa.table(
    "eligibility_finding",
    sa.column("nomination_id", sa.BigInteger),
    sa.column("rule", sa.String),
    sa.column("result", sa.String),
    sa.column("message", sa.String),
)
quota_use = sa.table(
    "quota_use", sa.column("nomination_id", sa.BigInteger), sa.column("over_reason", sa.String)
)


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as changed:
            for name, length in columns.items():
                changed.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        with op.batch_alter_table(table) as changed:
            for name, length in columns.items():
                changed.alter_column(name, existing_type=sa.String(length), server_default=None)
    _part_rulings(op.get_bind())
    _part_reasons(op.get_bind())


def downgrade() -> None:
    _join_rulings(op.get_bind())
    _join_reasons(op.get_bind())
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as changed:
            for name in columns:
                changed.drop_column(name)


def _part_rulings(connection: sa.Connection) -> None:
    """Name the rules by their words instead of their numbers."""
    ruled = nomination.c.exception_reason.like("主办单位裁定符合条件（%")
    for number, text in connection.execute(
        sa.select(nomination.c.id, nomination.c.exception_reason).where(ruled)
    ).all():
        found = RULED.fullmatch(text)
        if found is None:
            continue
        overruling = NAMED.format(rules=_name_failed(connection, number, "message"), reason=found[2])
        _write(connection, number, exception_reason="", overruling=overruling)


def _part_reasons(connection: sa.Connection) -> None:
    """What was stated where no rule asked was stated for a place too many; so was what one was taken with."""
    unasked = nomination.c.asks_reason.is_(False) & (nomination.c.stated_reason != "")
    change = sa.update(nomination).where(unasked)
    connection.execute(change.values(over_reason=nomination.c.stated_reason, stated_reason=""))
    taken = sa.select(quota_use.c.nomination_id).where(quota_use.c.over_reason != "")
    both = sa.update(nomination).where(nomination.c.asks_reason, nomination.c.id.in_(taken))
    connection.execute(both.values(over_reason=nomination.c.stated_reason))


def _join_rulings(connection: sa.Connection) -> None:
    query = sa.select(nomination.c.id, nomination.c.overruling).where(nomination.c.overruling != "")
    for number, text in connection.execute(query).all():
        said = text.removeprefix(NAMED.format(rules=_name_failed(connection, number, "message"), reason=""))
        joined = NAMED.format(rules=_name_failed(connection, number, "rule"), reason=said)
        _write(connection, number, exception_reason=joined[:MAX_REASON])


def _join_reasons(connection: sa.Connection) -> None:
    alone = sa.update(nomination).where(nomination.c.stated_reason == "", nomination.c.over_reason != "")
    connection.execute(alone.values(stated_reason=nomination.c.over_reason))


def _name_failed(connection: sa.Connection, number: int, column: str) -> str:
    """Return the rules that refuse a nominee, by their numbers or by their words."""
    query = sa.select(finding.c[column]).where(finding.c.nomination_id == number, finding.c.result == "FAIL")
    names = connection.execute(query.order_by(finding.c.rule)).scalars()
    return ("；" if column == "message" else "、").join(names)[:MAX_RULES]


def _write(connection: sa.Connection, number: int, **values: str) -> None:
    connection.execute(sa.update(nomination).where(nomination.c.id == number).values(**values))
