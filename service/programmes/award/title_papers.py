"""Papers about a title: what was agreed in a process of it, and who signed that when (师徒协议)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from service.documents.form_paper import make_form
from service.documents.records import FormRecord, OpinionRecord
from service.documents.word import write_day
from service.errors import Conflict, NotFound
from service.models import Award, Submission, User
from service.programmes import task_forms, wiring
from service.programmes.award import processes
from service.programmes.pack.columns import components_of
from service.programmes.pack.paper import TITLE, TITLE_WORDS, Paper
from service.programmes.pack.print_templates import PLACES
from service.programmes.paper.answers import print_answer
from service.workflow.context import Context
from service.workflow.task import instances

#: the outcome of a signature; whoever returns the paper has signed nothing
SIGN = "sign"


def list_ready(ctx: Context, award: Award) -> list[Paper]:
    """Return the papers of a title that have been drawn up, in the order of programme.toml."""
    papers = wiring.get_pack(ctx, award.programme).programme.papers_of(TITLE)
    return [paper for paper in papers if _find_draft(ctx, award, paper) is not None]


def get_paper(ctx: Context, award: Award, key: str) -> Paper:
    """Return a paper about titles by its key."""
    paper = wiring.get_pack(ctx, award.programme).programme.papers.get(key)
    if paper is None or paper.kind != TITLE:
        raise NotFound("这项活动没有这种材料。")
    return paper


def print_paper(ctx: Context, award: Award, key: str) -> bytes:
    """Return a paper about a title as .docx. Who has not signed yet finds the place for it empty."""
    pack, paper = wiring.get_pack(ctx, award.programme), get_paper(ctx, award, key)
    draft = _find_draft(ctx, award, paper)
    if draft is None:
        raise Conflict(f"{paper.title}还没有拟订，送签以后才能打印。")
    fields = _facts_of(award)
    form = task_forms.name_people(ctx, pack.forms[paper.form], draft.answers)
    for name, component in components_of(form).items():
        fields[name] = _write(component, draft.answers)
    signatures = _list_signatures(ctx, draft, paper)
    zone = pack.programme.zone
    signed = {
        place: OpinionRecord(
            text=str(given.answers.get("text", "")),
            signer=user.name,
            day=given.submitted_at.astimezone(zone).date(),
        )
        for place, (given, user) in enumerate(signatures, start=1)
    }
    record = FormRecord(fields=fields, opinions=signed, places=PLACES)
    return make_form(record, pack.templates[paper.template_name])


def _facts_of(award: Award) -> dict[str, str]:
    facts = {
        "name": award.name,
        "unit": award.unit.name,
        "award": award.title,
        "number": award.number,
        "year": str(award.year),
    }
    assert facts.keys() == TITLE_WORDS
    return facts


def _write(component: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    value = answers.get(component.get("key", ""))
    is_date = component.get("type") == "datetime" and component.get("subtype") == "date"
    return write_day(date.fromisoformat(str(value))) if is_date and value else print_answer(component, value)


def _find_draft(ctx: Context, award: Award, paper: Paper) -> Submission | None:
    """Return what was last sent to be signed, in a process of the title that the actor may read."""
    readable = [one.id for one in processes.list_instances(ctx, award) if instances.may_read(ctx, one)]
    query = select(Submission).where(
        Submission.instance_id.in_(readable), Submission.element_id == paper.written_at
    )
    return ctx.session.scalars(query.order_by(Submission.id.desc()).limit(1)).first()


def _list_signatures(ctx: Context, draft: Submission, paper: Paper) -> Sequence[tuple[Submission, User]]:
    """Return the signatures under what was drafted last, in their order."""
    signer = aliased(User)
    query = (
        select(Submission, signer)
        .join(signer, signer.id == Submission.user_id)
        .where(
            Submission.instance_id == draft.instance_id,
            Submission.element_id == paper.signed_at,
            Submission.outcome == SIGN,
            Submission.id > draft.id,
        )
    )
    return [(given, user) for given, user in ctx.session.execute(query.order_by(Submission.id))]
