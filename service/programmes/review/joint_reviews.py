"""Joint review: deciding a whole category on one page, and any other step done in a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from service.errors import Invalid
from service.models import Award, Instance, Nomination, Quota, QuotaKind, Round, UserTask
from service.programmes.nomination import identities
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access, tasklist, user_tasks

_TITLE = "award:"  #: begins the business key of what is begun for a title


def list_candidates(
    ctx: Context, entry: Round, element_id: str, batch_key: str | None
) -> Sequence[tuple[UserTask, Nomination]]:
    """Return the open tasks of a step the actor may decide together, each with whom it is about.

    Those he may not decide (回避, X15) are not among them: one refusal would refuse the whole page.
    """
    tasks = tasklist.list_batch(ctx, entry.id, element_id, batch_key)
    ids = [task.instance_id for task in tasks]
    instances = {i.id: i for i in ctx.session.scalars(select(Instance).where(Instance.id.in_(ids)))}
    people = _find_people(ctx, instances.values())
    return [
        (task, people[task.instance_id])
        for task in tasks
        if task.instance_id in people
        and not identities.is_nominee(ctx, people[task.instance_id])
        and not _must_step_back(ctx, task, instances[task.instance_id])
    ]


def _find_people(ctx: Context, instances: Iterable[Instance]) -> dict[int, Nomination]:
    """Return by instance the nomination it is, or by which somebody holds the title it was begun for."""
    keys = {instance.id: instance.business_key for instance in instances}
    query = select(Nomination).where(Nomination.instance_id.in_(keys))
    people = {n.instance_id: n for n in ctx.session.scalars(query) if n.instance_id is not None}
    titles = {number: int(key.split(":")[1]) for number, key in keys.items() if key.startswith(_TITLE)}
    if titles:
        held = select(Award.id, Nomination).join(Nomination, Nomination.id == Award.nomination_id)
        rows = ctx.session.execute(held.where(Award.id.in_(titles.values())))
        holders = {row[0]: row[1] for row in rows}
        people |= {number: holders[award_id] for number, award_id in titles.items()}
    return people


def _must_step_back(ctx: Context, task: UserTask, instance: Instance) -> bool:
    element = deployments.get_element(ctx, instance, task.element_id)
    return ctx.domain.may_act(ctx, task, element) is not None


def count_places_left(ctx: Context, entry: Round, category: str) -> int:
    """Return how many award places of a category are free."""
    query = select(Quota.places - Quota.taken).where(
        Quota.round_id == entry.id, Quota.kind == QuotaKind.AWARD, Quota.category == category
    )
    return ctx.session.scalar(query) or 0


def decide(
    ctx: Context, task_ids: Sequence[int], outcomes: Mapping[int, str], answers: Mapping[str, Any]
) -> int:
    """Complete many tasks in one transaction: all of them or none; returns how many.

    ``outcomes`` gives each task its own outcome. The instances are locked in one order first, so two
    reviewers of the same category wait for each other instead of locking each other out. A category
    without enough places refuses the whole page. Where only some cannot be decided with these answers
    (one needs a ruling of his own), the refusal names each of them, by ``task:<id>`` in its fields.
    """
    if not task_ids:
        raise Invalid("没有选择任何一项。")
    if set(task_ids) != set(outcomes):
        raise Invalid("请为每一项选择办理结果。")
    task_access.lock_together(ctx, task_ids)
    refused: dict[int, Invalid] = {}
    for task_id in sorted(task_ids):
        try:
            user_tasks.complete(ctx, task_id, outcomes[task_id], answers)
        except Invalid as wrong:
            refused[task_id] = wrong
    if refused:
        raise _name_refused(ctx, refused, of=len(task_ids))
    return len(task_ids)


def _name_refused(ctx: Context, refused: Mapping[int, Invalid], *, of: int) -> Invalid:
    """Return the refusal of a batch; what is wrong with everybody alike is a matter of the shared form."""
    first = next(iter(refused.values()))
    if len(refused) == of and all(wrong.fields == first.fields for wrong in refused.values()):
        return first
    query = select(UserTask.id, Instance).join(Instance, Instance.id == UserTask.instance_id)
    with ctx.session.no_autoflush:
        instances = {row[0]: row[1] for row in ctx.session.execute(query.where(UserTask.id.in_(refused)))}
        people = _find_people(ctx, instances.values())
    names = {task_id: people[one.id].name for task_id, one in instances.items() if one.id in people}
    called = {task_id: names.get(task_id) or "（未填姓名）" for task_id in refused}
    return Invalid(
        f"{'、'.join(called.values())}不能与其他人一起办理，请单独办理。",
        fields={
            f"task:{task_id}": f"{called[task_id]}：{''.join(wrong.fields.values()) or wrong.message}"
            for task_id, wrong in refused.items()
        },
    )
