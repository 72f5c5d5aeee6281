"""An objection to a candidate of the demonstration, for the tests of its API and of its pages."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service.models import Nomination, NominationStatus, Round, Unit
from service.programmes.publication import notices, objections
from service.wire import Runtime

REPORT = {"name": "钱一一", "contact": "13900005678", "facts": "所填获奖情况与实际不符，未获该奖。"}


def object_to_candidate(service: Runtime) -> int | None:
    """Publish somebody of 青锋 as a candidate and object to him; returns the instance of the case."""
    with service.wiring.transaction() as ctx:
        query = select(Nomination).join(Unit, Unit.id == Nomination.unit_id)
        query = query.where(Unit.code == "liyang-qingfeng", Nomination.id_number.is_not(None))
        candidate = ctx.session.scalars(query).first()
        assert candidate is not None
        candidate.status = NominationStatus.SELECTED
        ctx.session.flush()
        notice = notices.open_candidates(ctx, ctx.session.get_one(Round, candidate.round_id))
        notice.closes_at = ctx.now + timedelta(days=7)
        return objections.lodge(ctx, notice, candidate.id, REPORT).instance_id
