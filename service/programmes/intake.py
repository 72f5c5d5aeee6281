"""Intake: what the domain makes of a submitted form, driven by the properties of the diagram's task.

``record=nomination`` says that the answers fill the nomination's own record; ``opinion=2`` that they
are the second opinion on the paper form; ``seal`` whose seal belongs to it; ``lenient=return,reject``
at which outcomes the form need not be complete, save for the text of an opinion;
``outcome-status=pass:shortlisted`` what status an outcome gives; ``variables=score`` which answers
enter the process; ``clearance=approve`` at which outcomes every file must have been declared and
ticked (脱密); ``follow-up=training`` that they are an entry of that track in the ledger of a title;
``files=plan`` which files a step of the round takes; ``in-person=sign`` which outcomes are nobody's but
whose name the step has; ``outcome-switch=correct:allow_correction`` which are there only by a switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import insert

from service.engine.records import Element, Variables
from service.errors import Invalid
from service.models import Instance, Nomination, NominationStatus, Opinion, Unit, UserTask
from service.models.base import table_of
from service.pending_rows import add_row
from service.programmes import in_person, offered, task_files, task_forms, wiring
from service.programmes.award import awards, task_entries
from service.programmes.form import schemas
from service.programmes.form.checks import FormContext
from service.programmes.nomination import (
    attachments,
    claims,
    columns,
    nominations,
    record,
    rulings,
    screening,
    stated_findings,
)
from service.programmes.privacy import clearances, consents, handling_notices
from service.programmes.publication import objections, statements
from service.programmes.review import steps
from service.programmes.round import calendars
from service.programmes.rule.eligibility import Result
from service.workflow.context import Accepted, Context
from service.workflow.definition import deployments

#: fields whose answers are an opinion's text where the form marks none with ``print=opinion``
OPINION_FIELDS = ("reason", "text")
#: the answer beside an opinion that is kept with the rules it answers: 原则上不, or a reminder
STATED = "stated_reason"
#: answers beside an opinion that are kept with the nomination: why a 破格, why past a rule, why one too many
REASON_FIELDS = ("exception_reason", STATED, "over_reason")
MAX_OPINION, MAX_REASON, MAX_HEADING = 2000, 1000, 80

_GIVE_OPINION = insert(table_of(Opinion))


@dataclass(frozen=True, kw_only=True)
class _Received:
    """A checked submission and what it was checked by."""

    task: UserTask
    element: Element
    outcome: str
    answers: dict[str, Any]
    schema: Mapping[str, Any]
    lenient: bool  #: the form need not be complete at this outcome


def accept(ctx: Context, task: UserTask, element: Element, submission: Mapping[str, Any]) -> Accepted:
    """Check a submission against its form and keep what the domain keeps of it.

    Raises Invalid with a sentence for each field. The server decides by the same schema the page
    shows, so a crafted request gets no further than the page.
    """
    outcome = str(submission["outcome"])
    offered.require(ctx, task.instance, element, outcome)
    in_person.require_named(ctx, task, element, outcome)
    nomination = nominations.of_instance(ctx, task.instance)
    received = _check(ctx, task, element, nomination, outcome, submission["answers"])
    may_keep = steps.keep(
        ctx,
        task,
        element,
        nomination,
        outcome,
        received.answers,
        received.schema,
        is_lenient=received.lenient,
    )
    if not may_keep:
        return Accepted(answers={})
    if nomination is not None:
        _keep(ctx, nomination, received)
    elif not received.lenient:
        task_files.require_complete(ctx, task)
        task_entries.keep(ctx, task, element, outcome, received.answers, received.schema)
    objection = objections.of_instance(ctx, task.instance)
    if objection is not None and outcome == "accept":
        statements.take_up(objection, received.schema, received.answers)
    entering = split(element.properties.get("variables", ""))
    variables: Variables = {name: received.answers[name] for name in entering if name in received.answers}
    return Accepted(answers=received.answers, variables=variables)


def split(text: str) -> tuple[str, ...]:
    """Split a comma-separated property."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def form_context(ctx: Context, instance: Instance, nomination: Nomination | None) -> dict[str, Any]:
    """Return what a form's conditions may read besides its own answers."""
    if nomination is None:
        award = awards.of_instance(ctx, instance)
        return {"has_account": awards.find_account(ctx, award) is not None} if award is not None else {}
    return {
        "settings": dict(wiring.pack_of(ctx, nomination.round).programme.named),
        "eligibility": nomination.eligibility,
        "asks_reason": nomination.asks_reason,
        "open_rules": screening.list_open(ctx, nomination),
        "category": nomination.category,
        "source": nomination.source,
    }


def find_warnings(ctx: Context, task: UserTask, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each answer of a task's form that deserves a second look, by field.

    They keep nobody from submitting: a page shows them beside the fields.
    """
    if task.form_id is None:
        return {}
    schema = task_forms.get_form(ctx, task)
    nomination = nominations.of_instance(ctx, task.instance)
    warnings = schemas.find_warnings(schema, answers, _context(ctx, task, nomination))
    if nomination is not None and task.element_id in record.elements_of(ctx, nomination):
        found = screening.find(ctx, nomination, task.instance, answers)
        warnings |= {
            finding.field: finding.message
            for finding in found.findings
            if finding.field in answers and (finding.warning or finding.result is not Result.PASS)
        }
    return warnings


def _context(ctx: Context, task: UserTask, nomination: Nomination | None) -> FormContext:
    zone = ctx.domain.zone(ctx, task.instance)
    today = ctx.now.astimezone(zone).date()
    days = partial(calendars.load, ctx, nomination.round if nomination else None)
    return FormContext(today=today, days=days, variables=form_context(ctx, task.instance, nomination))


def _check(
    ctx: Context,
    task: UserTask,
    element: Element,
    nomination: Nomination | None,
    outcome: str,
    answers: Mapping[str, Any],
) -> _Received:
    lenient = outcome in split(element.properties.get("lenient", ""))
    schema: Mapping[str, Any] = {}
    clean: dict[str, Any] = {}
    if task.form_id is not None:
        schema = task_forms.get_form(ctx, task)
        try:
            clean = schemas.validate(schema, answers, _context(ctx, task, nomination), lenient=lenient)
        except Invalid as refused:
            if nomination is None or task.element_id not in record.elements_of(ctx, nomination):
                raise
            programme = wiring.pack_of(ctx, nomination.round).programme
            raise stated_findings.cite_fields(programme, refused) from refused
    return _Received(
        task=task, element=element, outcome=outcome, answers=clean, schema=schema, lenient=lenient
    )


def _keep(ctx: Context, nomination: Nomination, received: _Received) -> None:
    properties = received.element.properties
    if received.outcome in split(properties.get("clearance", "")):
        clearances.require_cleared(ctx, nomination)
    if properties.get("record") == "nomination" and not received.lenient:
        _keep_consents(ctx, nomination, received)
        _fill_record(ctx, received.task, nomination, received.answers)
    if "opinion" in properties:
        _give_opinion(ctx, nomination, received)
        if not received.lenient:
            rulings.keep(ctx, nomination, received.answers, received.schema.get("components", ()))
        screening.note_ticks(ctx, nomination, received.answers, received.schema.get("components", ()))
    statuses = dict(deployments.outcomes_of(properties.get("outcome-status", "")))
    if received.outcome in statuses:
        nomination.status = NominationStatus(statuses[received.outcome])
        nomination.revision += 1


def _keep_consents(ctx: Context, nomination: Nomination, received: _Received) -> None:
    told = handling_notices.write(ctx, nomination.round)
    components = received.schema.get("components", ())
    consents.keep(ctx, nomination, components, received.answers, told.version)


def _fill_record(ctx: Context, task: UserTask, nomination: Nomination, answers: dict[str, Any]) -> None:
    programme = wiring.pack_of(ctx, nomination.round).programme
    if answers.get("category") not in programme.categories:
        cited = programme.cite("categories")
        raise Invalid(f"请选择申报类别。{cited}", fields={"category": f"请从列表中选择。{cited}"})
    columns.fill(nomination, columns.read(programme, answers))
    # the recommender gives them, or not, for what stands here now
    for reason in (*REASON_FIELDS, rulings.OVERRULING):
        setattr(nomination, reason, "")
    nomination.corrected = None
    nomination.submitted_at = ctx.now
    nomination.revision += 1
    task.instance.title = nominations.title_of(ctx, nomination)
    task.title = task.instance.title
    files = claims.claim(ctx, nomination, columns.identify(nomination, programme, answers))
    attachments.require_complete(ctx, nomination, files)


def _give_opinion(ctx: Context, nomination: Nomination, received: _Received) -> None:
    properties, outcome = received.element.properties, received.outcome
    text = _read_opinion(received)
    labels = dict(deployments.outcomes_of(properties.get("outcomes", "")))
    unit = ctx.session.get(Unit, ctx.actor.unit_id) if ctx.actor.unit_id else nomination.unit
    add_row(
        ctx.session,
        _GIVE_OPINION,
        round_id=nomination.round_id,
        nomination_id=nomination.id,
        user_task_id=received.task.id,
        position=int(properties["opinion"]),
        heading=received.element.name[:MAX_HEADING],
        outcome=outcome,
        text=text or labels.get(outcome, outcome),
        seal=properties.get("seal", "")[:MAX_HEADING],
        unit_name=unit.name if unit else "",
        signed_by=ctx.actor.name,
        given_at=ctx.now,
    )
    for field in REASON_FIELDS:
        reason = str(received.answers.get(field) or "").strip()
        _require_length(field, reason, MAX_REASON)
        if reason and not received.lenient:
            setattr(nomination, field, reason)
            nomination.revision += 1
            if field == STATED:
                screening.note_reason(ctx, nomination, reason)


def _read_opinion(received: _Received) -> str:
    """Return the text of an opinion; where the form need not be complete, at least that must be there."""
    components = [c for c in received.schema.get("components", ()) if c.get("key")]
    marked = [c for c in components if (c.get("properties") or {}).get("print") == "opinion"]
    marked = marked or [c for c in components if c["key"] in OPINION_FIELDS][:1]
    texts = [_in_words(c, received.answers[c["key"]]) for c in marked if received.answers.get(c["key"])]
    text = "；".join(texts)
    field = str(marked[-1]["key"]) if marked else "_"
    if received.lenient and marked and not text:
        raise Invalid("请写明理由。", fields={field: "请写明理由。"})
    _require_length(field, text, MAX_OPINION)
    return text


def _in_words(component: Mapping[str, Any], value: object) -> str:
    """Return an answer as people read it: of choices, their labels."""
    labels = {option.get("value"): option.get("label") for option in component.get("values") or ()}
    if not isinstance(value, list):
        return str(labels.get(value) or value).strip()
    return "、".join(str(labels.get(item) or item) for item in value)


def _require_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Invalid("内容太长，请删减。", fields={field: f"最多 {most} 个字，现在 {len(text)} 个"})
