"""Everything a task's page shows, gathered in one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.engine.records import Element
from service.models import Candidate, Draft, Nomination, Round, TaskStatus, User, UserTask
from service.programmes import intake, submitted, task_forms
from service.programmes.board.targets import Target, find_target
from service.programmes.nomination import nominations, record
from service.programmes.offered import list_outcomes
from service.programmes.privacy import provision
from service.programmes.review import ballots, experts, standings, steps
from service.web.frame import words
from service.web.task import answers as read_back
from service.web.task import dossier, earlier, together, trails
from service.web.task.answers import Row
from service.web.task.diagrams import Standing, locate
from service.web.task.dossier import Dossier, SlotView
from service.web.task.earlier import Earlier
from service.web.task.together import Together
from service.web.task.trails import Line
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import instances, returns, taking_back, task_access


@dataclass(frozen=True, kw_only=True)
class Button:
    """One way to end the task."""

    value: str
    label: str
    lenient: bool  #: the form need not be complete
    confirm: str  #: what to ask first, or nothing
    look: str  #: class of the button


@dataclass(frozen=True, kw_only=True)
class FormView:
    """The form to fill in, as form-js wants it."""

    schema: Mapping[str, Any]
    data: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    draft_url: str = ""
    saved_at: Any = None


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was filled in at a task that is done."""

    rows: Sequence[Row]
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """What the page shows."""

    task: UserTask
    title: str  #: what the task is called to the actor
    element: Element
    zone: ZoneInfo
    round: Round | None
    dossier: Dossier
    offered: bool  #: the actor may act
    mine: bool  #: he has claimed it
    shared: bool  #: others might, so claiming and giving back make sense
    refusal: str  #: why he may not complete it after all
    responsible: Sequence[User]
    form: FormView | None
    given: Given | None
    candidates: Sequence[earlier.CategoryList]  #: on a step that shows the list
    unnamed: Mapping[int, str]  #: what stands in place of the names of those on it who are not told any more
    read_here: Sequence[Earlier]  #: what others filled in, where the diagram shows it here
    files: Sequence[SlotView]  #: what a step of the round takes or took
    buttons: Sequence[Button]
    outcome: str  #: of a closed task, in words
    may_take_back: bool
    earlier: Sequence[tuple[str, str]]
    list_page: str  #: of the list that a meeting amends here, or nothing
    target: Target | None  #: on a step of the round: how far its list is from what the notice asks for
    standing: Standing
    trail: Sequence[Line]
    together: Together  #: who signs with whoever has it, and what is said about it
    outcome_words: Mapping[str, str]


def describe(
    ctx: Context,
    task: UserTask,
    *,
    answers: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> TaskView:
    """Gather a task's page. ``answers`` and ``errors`` are those of a submission that was refused."""
    instance = task.instance
    elements = deployments.elements_of(ctx, instance)
    element = elements[task.element_id]
    nomination = nominations.of_instance(ctx, instance)
    offered = task_access.is_offered(ctx, task)
    events = instances.read_history(ctx, instance)
    is_told = task.status == TaskStatus.OPEN and experts.may_know(ctx, instance, element)
    responsible = notifications.list_responsible(ctx, task) if is_told else []
    candidates = earlier.list_candidates(ctx, task, element)
    return TaskView(
        task=task,
        title=_title(ctx, task, offered=offered),
        element=element,
        zone=ctx.domain.zone(ctx, instance),
        round=ctx.session.get(Round, task.round_id) if task.round_id else None,
        dossier=dossier.read(ctx, instance, nomination, filling=offered and _fills(element)),
        offered=offered,
        mine=task.assignee_id in ctx.actor.may_act_as,
        shared=task.assignee_id is None or _has_candidates(ctx, task),
        refusal=(ctx.domain.may_act(ctx, task, element) or "") if offered else "",
        responsible=responsible,
        form=_form(ctx, task, element, nomination, answers, errors or {}) if offered else None,
        given=_given(ctx, task),
        candidates=candidates,
        unnamed=provision.find_unnamed(
            ctx, [one for row in candidates for one in (*row.people, *row.left_out)]
        ),
        read_here=earlier.read(ctx, task, elements),
        files=dossier.task_slots(ctx, task, editable=offered),
        buttons=_buttons(element, list_outcomes(ctx, task.instance, element)),
        outcome=words.of_outcome(elements, task),
        may_take_back=taking_back.find_obstacle(ctx, task) is None,
        earlier=returns.list_earlier(ctx, task) if offered else [],
        list_page=url_for("panel_pages.show", round_id=task.round_id)
        if standings.PROPERTY in element.properties
        else "",
        target=_target(ctx, task),
        standing=locate(ctx, instance, events),
        trail=trails.read(ctx, instance, events),
        together=together.read(ctx, task),
        outcome_words=dict(words.outcomes(element)),
    )


def _title(ctx: Context, task: UserTask, *, offered: bool) -> str:
    """Whoever has something to do here is told of whom, even after the papers were kept from him."""
    titles = {} if offered else provision.find_titles(ctx, [task.instance_id])
    return titles.get(task.instance_id, task.title)


def _target(ctx: Context, task: UserTask) -> Target | None:
    entry = ctx.session.get(Round, task.round_id) if task.round_id else None
    is_rounds_own = entry is not None and entry.instance_id == task.instance_id
    return find_target(ctx, entry) if entry is not None and is_rounds_own else None


def find_own_page(ctx: Context, task: UserTask) -> str:
    """Return the page on which a task is done instead of here, or nothing."""
    properties = deployments.get_element(ctx, task.instance, task.element_id).properties
    if steps.SCORE in properties:
        return url_for("scoring.show", task_id=task.id)
    return url_for("voting.show", task_id=task.id) if ballots.PROPERTY in properties else ""


def _fills(element: Element) -> bool:
    return element.properties.get("record") == "nomination"


def _form(
    ctx: Context,
    task: UserTask,
    element: Element,
    nomination: Nomination | None,
    answers: Mapping[str, Any] | None,
    errors: Mapping[str, str],
) -> FormView | None:
    if task.form_id is None:
        return None
    draft = ctx.session.get(Draft, task.id)
    begun = (
        answers if answers is not None else (draft.answers if draft else _beginning(ctx, element, nomination))
    )
    return FormView(
        schema=task_forms.get_form(ctx, task),
        data={**intake.form_context(ctx, task.instance, nomination), **begun},
        errors={key.removeprefix("attachment:"): text for key, text in errors.items()},
        draft_url=url_for("tasks.save_draft", task_id=task.id),
        saved_at=draft.saved_at if draft else None,
    )


def _given(ctx: Context, task: UserTask) -> Given | None:
    found = submitted.find(ctx, task)
    if found is None:
        return None
    rows = read_back.read(found.schema, found.answers, found.classes)
    return Given(rows=rows, by=found.by, at=found.at) if rows else None


def _beginning(ctx: Context, element: Element, nomination: Nomination | None) -> dict[str, Any]:
    """The record is filled in from what it held before; any other form begins empty."""
    if nomination is None or not _fills(element):
        return {}
    return record.answers_of(ctx, nomination) or {"name": nomination.name, "category": nomination.category}


def _buttons(element: Element, outcomes: Sequence[tuple[str, str]]) -> list[Button]:
    lenient = intake.split(element.properties.get("lenient", ""))
    return [
        Button(
            value=value,
            label=label,
            lenient=value in lenient,
            confirm=_("确定“%(label)s”吗？", label=label) if position else "",
            look="btn btn-primary"
            if not position
            else ("btn" if value == "return" else "btn btn-outline-danger"),
        )
        for position, (value, label) in enumerate(outcomes)
    ]


def _has_candidates(ctx: Context, task: UserTask) -> bool:
    query = select(Candidate.group_key).where(Candidate.user_task_id == task.id).limit(1)
    return ctx.session.scalar(query) is not None
