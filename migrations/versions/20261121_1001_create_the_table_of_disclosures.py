"""Create the table of disclosures: of which nominations a noted look or export showed something.

What was noted before is carried over. Of a list the events do not say who was on it: it was whoever its paper
was printed of where that was kept, or else those of its unit who were handed in by then and stood; lists of
titles showed whoever held one. The categories a roster is narrowed to are not in the database.

Must run before the new code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
FALLEN = ("overdue", "withdrawn", "declined", "failed", "disqualified", "cancelled")
OF_TITLES = ("certificate", "register", "ledger")
EVENTS = sa.text(
    "SELECT stream, seq, round_id, at, details FROM history_event"
    " WHERE stream IN ('reveals', 'exports') AND round_id IS NOT NULL ORDER BY id"
).columns(stream=sa.String, seq=sa.Integer, round_id=Id, at=Moment, details=sa.JSON)
PEOPLE = sa.text(
    "SELECT n.id, n.instance_id, n.status, i.ended_at, a.id AS award_id, a.granted_at,"
    " u.code AS unit, r.code AS recommender,"
    " (SELECT min(s.submitted_at) FROM submission s WHERE s.instance_id = n.instance_id"
    " AND n.submitted_at IS NOT NULL) AS handed_in_at"
    " FROM nomination n JOIN unit u ON u.id = n.unit_id JOIN unit r ON r.id = n.recommender_id"
    " LEFT JOIN process_instance i ON i.id = n.instance_id LEFT JOIN award a ON a.nomination_id = n.id"
    " WHERE n.round_id = :round"
).columns(ended_at=Moment, granted_at=Moment, handed_in_at=Moment)
PRINTED = sa.text(
    "SELECT p.made_from FROM printed_paper p LEFT JOIN unit u ON u.id = p.recommender_id"
    " WHERE p.round_id = :round AND p.paper = :paper AND p.nomination_id IS NULL"
    " AND coalesce(u.code, '') = :unit AND p.printed_at <= :at ORDER BY p.id DESC LIMIT 1"
).bindparams(sa.bindparam("at", type_=Moment)).columns(made_from=sa.JSON)  # fmt: skip
disclosure = sa.table(
    "disclosure", sa.column("nomination_id"), sa.column("stream"), sa.column("seq")
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("nomination_id", Id, nullable=False),
        sa.Column("stream", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_disclosure_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["stream", "seq"],
            ["history_event.stream", "history_event.seq"],
            name=op.f("fk_disclosure_stream_seq_history_event"),
        ),
        sa.PrimaryKeyConstraint("nomination_id", "stream", "seq", name=op.f("pk_disclosure")),
    )
    _carry_over(op.get_bind())


def downgrade() -> None:
    op.drop_table("disclosure")


def _carry_over(connection: sa.Connection) -> None:
    rounds: dict[int, list[Any]] = {}
    for event in connection.execute(EVENTS).all():
        if event.round_id not in rounds:
            rounds[event.round_id] = list(connection.execute(PEOPLE, {"round": event.round_id}))
        found = sorted({person.id for person in _find(connection, event, rounds[event.round_id])})
        rows = [{"nomination_id": number, "stream": event.stream, "seq": event.seq} for number in found]
        if rows:
            connection.execute(sa.insert(disclosure), rows)


def _find(connection: sa.Connection, event: Any, people: list[Any]) -> Iterable[Any]:
    details: Mapping[str, Any] = event.details
    one = _find_one(connection, details)
    if one is not None:
        column, number = one
        return [person for person in people if number is not None and getattr(person, column) == number]
    if "of" in details or "paper" not in details:  # an objection's, a private ledger's
        return []
    if details["paper"] in OF_TITLES:
        return [person for person in people if person.granted_at and person.granted_at <= event.at]
    return _find_listed(connection, event, people)


def _find_one(connection: sa.Connection, details: Mapping[str, Any]) -> tuple[str, int | None] | None:
    """Return by which column and number an event is about one nomination; None where it is not."""
    of, _, number = str(details.get("of", "")).partition(":")
    if "nomination" in details:
        return "id", details["nomination"]
    if of == "nomination":
        return "id", int(number)
    if of == "task":
        query = sa.text("SELECT instance_id FROM user_task WHERE id = :task")
        return "instance_id", connection.execute(query, {"task": int(number)}).scalar()
    return ("award_id", details["award"]) if "award" in details else None


def _find_listed(connection: sa.Connection, event: Any, people: list[Any]) -> Iterable[Any]:
    unit, paper = event.details.get("unit", ""), event.details["paper"]
    of_unit = [person for person in people if unit in ("", person.recommender)]
    of_unit = of_unit or [person for person in people if person.unit == unit]
    handed_in = [person for person in of_unit if person.handed_in_at and person.handed_in_at <= event.at]
    if "unit" not in event.details or paper == "batch":
        return handed_in
    asked = {"round": event.round_id, "paper": paper, "unit": unit, "at": event.at}
    printed = connection.execute(PRINTED, asked).scalar() if event.details.get("full", True) else None
    if printed is not None:
        return [person for person in people if str(person.id) in printed]
    return [person for person in handed_in if not _has_fallen(person, event)]


def _has_fallen(person: Any, event: Any) -> bool:
    return person.status in FALLEN and person.ended_at is not None and person.ended_at <= event.at
