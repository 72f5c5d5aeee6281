"""Form checks (形式审查): the defects found, whether they may be corrected, and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import bindparam, func, select, update

from service.engine.records import Element
from service.errors import Conflict, Invalid
from service.models import Defect, Nomination, UserTask
from service.models.base import table_of
from service.programmes import wiring
from service.programmes.nomination import asked_ahead
from service.workflow.context import Context

#: property of a user task: the checklist of its form that holds the defects
PROPERTY = "defects"
#: property of the same task: the outcome that sends back for correction (补正)
CORRECTION = "correction"
#: whether a check of a nomination's papers found something that was not cleared since
UNCLEARED = "defects_uncleared"

_defect = table_of(Defect)
_OPEN = (
    select(_defect.c.nomination_id)
    .where(_defect.c.nomination_id.in_(bindparam("nominees", expanding=True)), _defect.c.cleared_at.is_(None))
    .distinct()
)
_CLEAR = (
    update(_defect)
    .where(_defect.c.nomination_id == bindparam("nominee"), _defect.c.cleared_at.is_(None))
    .values(cleared_at=bindparam("now"))
)


def keep(
    ctx: Context,
    nomination: Nomination,
    task: UserTask,
    element: Element,
    outcome: str,
    answers: Mapping[str, Any],
    schema: Mapping[str, Any],
    *,
    is_lenient: bool,
) -> None:
    """Keep the defects a check found and clear those of the check before.

    Whoever lets the papers pass ticks none; whoever does not, at least one. Corrections are counted:
    after the last one the check can only pass or refuse.
    """
    field = element.properties[PROPERTY]
    found = [str(item) for item in answers.get(field) or ()]
    if is_lenient and not found:
        raise Invalid("请勾选存在的问题。", fields={field: "至少勾选一项"})
    if found and not is_lenient:
        raise Invalid("勾选了问题的，不能通过；没有问题的，请不要勾选。", fields={field: "通过的不勾选"})
    may_correct = outcome == element.properties.get(CORRECTION)
    if may_correct:
        _require_correction_left(ctx, nomination)
    if asked_ahead.ask(ctx, UNCLEARED, nomination.id, partial(_find_uncleared, ctx), otherwise=False):
        ctx.session.execute(_CLEAR, {"nominee": nomination.id, "now": ctx.now})
    if found:
        asked_ahead.forget(ctx, UNCLEARED, nomination.id)
    labels = _labels(schema, field)
    ctx.session.add_all(
        Defect(
            round_id=nomination.round_id,
            nomination_id=nomination.id,
            user_task_id=task.id,
            item=item[:80],
            label=labels.get(item, item)[:200],
            correctable=may_correct,
            raised_by=ctx.actor.name,
            raised_at=ctx.now,
        )
        for item in found
    )


def _find_uncleared(ctx: Context, numbers: Sequence[int]) -> dict[int, bool]:
    return dict.fromkeys(ctx.session.scalars(_OPEN, {"nominees": numbers}), True)


def list_of(ctx: Context, nomination: Nomination) -> Sequence[Defect]:
    """Return every defect found in a nomination's papers, the oldest first."""
    query = select(Defect).where(Defect.nomination_id == nomination.id).order_by(Defect.id)
    return list(ctx.session.scalars(query.execution_options(populate_existing=True)))


def _require_correction_left(ctx: Context, nomination: Nomination) -> None:
    review = wiring.pack_of(ctx, nomination.round).programme.review
    most = review.corrections if review else 1
    query = select(func.count(Defect.user_task_id.distinct())).where(
        Defect.nomination_id == nomination.id, Defect.correctable
    )
    if (ctx.session.scalar(query) or 0) >= most:
        raise Conflict(f"这份申报已经补正过 {most} 次，只能通过或不予通过。")


def _labels(schema: Mapping[str, Any], field: str) -> dict[str, str]:
    components = (c for c in schema.get("components", ()) if c.get("key") == field)
    return {str(v.get("value")): str(v.get("label")) for c in components for v in c.get("values") or ()}
