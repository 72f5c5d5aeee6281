"""Batches: every open task of one step decided on one page, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.errors import Conflict, Invalid, NotFound, ServiceError
from service.models import Nomination, Opinion, Round, UserTask
from service.programmes import offered
from service.programmes.privacy import provision
from service.programmes.review import joint_reviews
from service.programmes.round import rounds
from service.web.frame import words
from service.web.frame.errors import status_of
from service.web.frame.numbers import is_number
from service.web.task.inbox import zone_of
from service.web.task.tasks import read_answers
from service.workflow.context import Context
from service.workflow.definition import deployments

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

pages = Blueprint("batches", __name__, url_prefix="/batches")

SELECT = "select"  # the outcome by which a nomination takes one of the places to be given


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the page."""

    task: UserTask
    nomination: Nomination
    opinions: Sequence[Opinion]
    chosen: str  #: the outcome picked before the page was refused, or nothing
    refusal: str = ""  #: why this one cannot be decided with the others
    is_withheld: bool = False  #: what is known of him is kept from the actor


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """What the page shows."""

    round: Round
    element_id: str
    key: str
    name: str
    category: str
    entries: Sequence[Entry]
    outcomes: Sequence[tuple[str, str]]
    places: int | None  #: left, where an outcome takes one
    schema: Mapping[str, Any] | None
    answers: Mapping[str, Any]
    refused: ServiceError | None = None


@pages.get("/<int:round_id>/<element_id>")
def show(round_id: int, element_id: str) -> str:
    """Show what waits at a step, by the batch named in ``key``."""
    return render_template("batch.html", view=_describe(g.ctx, round_id, element_id), zone=zone_of(round_id))


@pages.post("/<int:round_id>/<element_id>")
def decide(round_id: int, element_id: str) -> ResponseReturnValue:
    """Decide every row that has an outcome. What is refused comes back with all choices in place.

    Those who cannot be decided with the others come back without one: pressed again, the rest pass.
    """
    ctx: Context = g.ctx
    chosen = _chosen_outcomes()
    answers = read_answers(request.form.get("answers", ""))
    try:
        done = joint_reviews.decide(ctx, list(chosen), chosen, answers)
    except (Invalid, Conflict, NotFound) as refused:
        ctx.session.rollback()
        kept = {task: outcome for task, outcome in chosen.items() if f"task:{task}" not in refused.fields}
        view = _describe(ctx, round_id, element_id, chosen=kept, answers=answers, refused=refused)
        return render_template("batch.html", view=view, zone=zone_of(round_id)), status_of(refused)
    flash(_("已办结 %(num)s 件。", num=done), "success")
    return redirect(
        url_for("batches.show", round_id=round_id, element_id=element_id, key=request.args.get("key"))
    )


def _chosen_outcomes() -> dict[int, str]:
    """Return the outcomes that were posted, by task; a field that names no task is not ours."""
    names = {name: name.removeprefix("outcome-") for name, value in request.form.items() if value}
    return {int(task): request.form[name] for name, task in names.items() if name != task and is_number(task)}


def _describe(
    ctx: Context,
    round_id: int,
    element_id: str,
    *,
    chosen: Mapping[int, str] | None = None,
    answers: Mapping[str, Any] | None = None,
    refused: ServiceError | None = None,
) -> BatchView:
    entry = rounds.get(ctx, round_id)
    key = request.args.get("key") or None
    rows = joint_reviews.list_candidates(ctx, entry, element_id, key)
    people = [nomination for _task, nomination in rows]
    withheld = provision.find_withheld(ctx, people)
    opinions = _opinions(ctx, [one.id for one in people if one.id not in withheld])
    first = rows[0][0] if rows else None
    element = deployments.get_element(ctx, first.instance, element_id) if first else None
    outcomes = offered.list_outcomes(ctx, first.instance, element) if first and element else ()
    return BatchView(
        round=entry,
        element_id=element_id,
        key=key or "",
        name=element.name if element else "",
        category=words.of_category(ctx, round_id, key),
        entries=[
            Entry(
                task=task,
                nomination=nomination,
                opinions=opinions.get(nomination.id, []),
                chosen=(chosen or {}).get(task.id, ""),
                refusal=refused.fields.get(f"task:{task.id}", "") if refused else "",
                is_withheld=nomination.id in withheld,
            )
            for task, nomination in rows
        ],
        outcomes=outcomes,
        places=joint_reviews.count_places_left(ctx, entry, key) if key and SELECT in dict(outcomes) else None,
        schema=deployments.get_form(ctx, first.instance, first.form_id) if first and first.form_id else None,
        answers=answers or {},
        refused=refused,
    )


def _opinions(ctx: Context, nomination_ids: Sequence[int]) -> dict[int, list[Opinion]]:
    """Return each nomination's standing opinions in the order of the chain: the newest under each heading."""
    query = select(Opinion).where(Opinion.nomination_id.in_(nomination_ids)).order_by(Opinion.id)
    found: dict[int, dict[str, Opinion]] = {}
    for opinion in ctx.session.scalars(query):
        found.setdefault(opinion.nomination_id, {})[opinion.heading] = opinion
    return {number: list(by_heading.values()) for number, by_heading in found.items()}
