"""Whom a noted look or export is about: one nomination, or everybody a paper lists; and what it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from service.models import Award, HistoryEvent, Instance, Nomination, Submission, UserTask
from service.models.programme.nomination import FALLEN
from service.programmes import wiring
from service.programmes.form.fields import label, name_of
from service.programmes.nomination import record
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import CERTIFICATE, DISQUALIFICATION, ROSTER, WORKPLACE, Paper
from service.workflow.context import Context

REGISTER, LEDGER = "register", "ledger"
#: what is taken besides the programme's own papers and the files handed in
TAKEN = {
    "copy": "个人信息副本",
    "batch": "全套材料",
    REGISTER: "称号名册",
    LEDGER: "培育台账",
    "evidence": "台账佐证材料",
    DISQUALIFICATION: "取消资格通知",
}
#: papers that list who holds a title
OF_TITLES = (CERTIFICATE, REGISTER, LEDGER)


@dataclass(frozen=True, kw_only=True)
class Place:
    """What decides which papers somebody is listed on."""

    nomination: Nomination
    papers: Mapping[str, Paper]
    steps: frozenset[str]  #: of his own process, as looks at what was submitted there are noted
    handed_in_at: datetime | None  #: for the first time; None while he never was
    fell_at: datetime | None  #: since when he stands no more
    award_id: int | None
    granted_at: datetime | None

    def is_subject_of(self, event: HistoryEvent) -> bool:
        """Say whether a noted look or export is about him."""
        details, nomination = event.details, self.nomination
        if details.get("of") == f"nomination:{nomination.id}" or details.get("of") in self.steps:
            return True
        if details.get("nomination") == nomination.id:
            return True
        if "paper" not in details or "nomination" in details or "of" in details:
            return False
        if "award" in details:
            return self.award_id is not None and details["award"] == self.award_id
        return self._is_listed(details, event.at)

    def _is_listed(self, details: Mapping[str, Any], at: datetime) -> bool:
        paper = self.papers.get(str(details["paper"]))
        if details["paper"] in OF_TITLES:
            return self.granted_at is not None and self.granted_at <= at
        if not self._is_of_his_unit(str(details.get("unit", "")), paper):
            return False
        if self.handed_in_at is None or self.handed_in_at > at:
            return False
        if paper is None or paper.kind != ROSTER:
            return True
        fell = self.fell_at is not None and self.fell_at <= at
        return not fell and (not paper.categories or self.nomination.category in paper.categories)

    def _is_of_his_unit(self, unit: str, paper: Paper | None) -> bool:
        """A roster of the round or the recommender has a row of his; the workplace's where it prints one."""
        if unit in ("", self.nomination.recommender.code):
            return True
        return paper is not None and paper.by == WORKPLACE and unit == self.nomination.unit.code


def find_place(ctx: Context, nomination: Nomination) -> Place:
    """Return what decides which papers of its round list a nomination."""
    pack = wiring.all_packs(ctx).get(nomination.round.programme)
    handed_in = select(func.min(Submission.submitted_at)).where(
        Submission.instance_id == nomination.instance_id,
        Submission.element_id.in_(record.elements_of(ctx, nomination)),
    )
    steps = select(UserTask.id).where(UserTask.instance_id == nomination.instance_id)
    award = ctx.session.scalars(select(Award).where(Award.nomination_id == nomination.id)).first()
    instance = ctx.session.get(Instance, nomination.instance_id) if nomination.instance_id else None
    has_fallen = nomination.status in FALLEN and instance is not None
    return Place(
        nomination=nomination,
        papers=pack.programme.papers if pack else {},
        steps=frozenset(f"task:{number}" for number in ctx.session.scalars(steps)),
        handed_in_at=ctx.session.scalar(handed_in) if nomination.submitted_at else None,
        fell_at=instance.ended_at if instance is not None and has_fallen else None,
        award_id=award.id if award else None,
        granted_at=award.granted_at if award else None,
    )


def name_takings(pack: Pack | None) -> dict[str, str]:
    """Return what papers and files are called that may be taken of a programme, by the key that is noted."""
    if pack is None:
        return dict(TAKEN)
    programme = pack.programme
    slots = {slot.key: slot.name for slot in (*programme.slots.values(), *programme.task_slots.values())}
    papers = {paper.key: paper.title for paper in programme.papers.values()}
    certificates = {paper.kind: paper.title for paper in programme.papers_of(CERTIFICATE)}
    return slots | papers | certificates | TAKEN


def name_fields(pack: Pack | None) -> dict[str, str]:
    """Return what the record's form calls its fields."""
    if pack is None:
        return {}
    components = pack.forms.get(pack.programme.record_form, {}).get("components", ())
    return {name_of(component): label(component) for component in components if name_of(component)}
