"""Who must step back from which nomination (回避): as recorded at its seats, or as the records tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from service.models import Nomination, Seat, SeatStatus, User
from service.programmes.review import draws
from service.programmes.review.draws import Subject
from service.workflow.context import Context

RECUSED = "已回避"  # his reasons are the organiser's to know


def list_of(
    ctx: Context, user_ids: Collection[int], nomination_ids: Collection[int]
) -> Mapping[int, Mapping[int, str]]:
    """Return user -> nomination -> why he may have no part in deciding of it."""
    people = (
        Nomination.unit_id,
        Nomination.recommender_id,
        Nomination.nominee_id,
        Nomination.id_number_index,
    )
    asked = select(Nomination.id, *people).where(Nomination.id.in_(nomination_ids))
    subjects = {
        number: Subject(unit_id=unit, recommender_id=recommender, nominee_id=nominee, person=person)
        for number, unit, recommender, nominee, person in ctx.session.execute(asked)
    }
    found: dict[int, dict[int, str]] = {}
    for user in ctx.session.scalars(select(User).where(User.id.in_(user_ids))):
        reasons = {number: draws.find_conflict(user, subject) for number, subject in subjects.items()}
        found[user.id] = {number: reason for number, reason in reasons.items() if reason}
    gone = (SeatStatus.RECUSED, SeatStatus.BARRED)
    seats = select(Seat.user_id, Seat.nomination_id, Seat.status, Seat.reason).where(
        Seat.nomination_id.in_(nomination_ids), Seat.user_id.in_(user_ids), Seat.status.in_(gone)
    )
    for user_id, number, status, reason in ctx.session.execute(seats):
        found[user_id].setdefault(number, RECUSED if status == SeatStatus.RECUSED else reason)
    return found
