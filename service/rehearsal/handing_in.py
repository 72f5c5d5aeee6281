"""What the people of a rehearsal hand in: answers to forms, and the files that forms ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.models import UserTask
from service.programmes import wiring
from service.programmes.demo import made_up
from service.programmes.nomination import attachments, nominations
from service.programmes.pack.packs import Slot
from service.rehearsal.crowd import answers_of
from service.rehearsal.state import Rehearsal
from service.workflow.context import Context
from service.workflow.definition import deployments


def find_answers(rehearsal: Rehearsal, ctx: Context, task: UserTask) -> dict[str, Any]:
    """Return what is known of the answers to a task's form: the planned person's, where it asks for him."""
    today = ctx.now.astimezone(rehearsal.report.zone).date().isoformat()
    planned = rehearsal.people_of.get(task.instance_id)
    nomination = nominations.of_instance(ctx, task.instance) if planned else None
    if planned is None or nomination is None or not _fills_record(ctx, task):
        explained = made_up.explain(asked=nomination is not None and nomination.asks_reason)
        return {**rehearsal.demo.answers, "today": today, **explained}
    return answers_of(planned, rehearsal.demo, nomination.unit, today)


def hand_in_files(rehearsal: Rehearsal, ctx: Context, task_ids: Sequence[int]) -> None:
    """Hand in the files that the forms among some tasks ask for, all of them together."""
    people = [
        nomination
        for task in (ctx.session.get_one(UserTask, task_id) for task_id in task_ids)
        if task.instance_id in rehearsal.people_of and _fills_record(ctx, task)
        if (nomination := nominations.of_instance(ctx, task.instance)) is not None
    ]
    if people:
        there = attachments.count_of(ctx, people)
        attachments.keep_together(
            ctx,
            (
                (one, slot.key, _file_for(rehearsal, ctx, slot, number))
                for one in people
                for slot in rehearsal.pack.programme.slots.values()
                for number in range(there[one.id][slot.key], slot.least)
            ),
        )


def _fills_record(ctx: Context, task: UserTask) -> bool:
    element = deployments.get_element(ctx, task.instance, task.element_id)
    return element.properties.get("record") == "nomination"


def _file_for(rehearsal: Rehearsal, ctx: Context, slot: Slot, number: int) -> attachments.Checked:
    """Everybody hands in the same file: looking at it and storing it once is enough."""
    if slot.key not in rehearsal.files:
        suffix, data = made_up.file_for(slot.types)
        checked = attachments.check(slot, f"file.{suffix}", data)
        stored = wiring.storage_of(ctx).write(checked.data, ctx.now)
        rehearsal.files[slot.key] = replace(checked, sha256=stored)
    file = rehearsal.files[slot.key]
    return replace(file, filename=f"{slot.name}{number + 1}{Path(file.filename).suffix}")
