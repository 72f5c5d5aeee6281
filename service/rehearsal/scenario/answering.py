"""Filling in a task's form as a scenario says: by labels or keys, the rest made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from service.models import UserTask
from service.programmes import intake, task_forms
from service.programmes.demo import demonstration, made_up
from service.programmes.form.fields import name_of
from service.programmes.nomination import attachments, nominations
from service.programmes.pack.packs import Slot
from service.programmes.review import ballots, steps
from service.rehearsal.crowd import points_of
from service.rehearsal.scenario.scene import Scene, Unplayable, find_known_answers
from service.workflow import notifications
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import user_tasks

VOTES = {"赞成": ballots.FOR, "反对": ballots.AGAINST, "弃权": ballots.ABSTAIN}


def complete(
    scene: Scene,
    ctx: Context,
    task: UserTask,
    said: Mapping[str, Any],
    called: str | None,
    *,
    smoothly: bool = False,
) -> str:
    """Let somebody complete a task; returns who and by which outcome, as the timeline prints it.

    ``smoothly`` lets him and others do before what the outcome asks for: files are cleared.
    """
    user = scene.user(ctx, said["who"]) if "who" in said else notifications.list_responsible(ctx, task)[-1]
    acting = scene.act_as(ctx, user)
    properties = deployments.get_element(acting, task.instance, task.element_id).properties
    if ballots.PROPERTY in properties:
        _vote(scene, acting, task, said.get("votes", {}))
        return f"{user.name}投票"
    outcomes = dict(deployments.outcomes_of(properties.get("outcomes", user_tasks.DEFAULT_OUTCOMES)))
    outcome = find_outcome(outcomes, said.get("outcome"))
    is_record = properties.get("record") == "nomination"
    if is_record and called is not None:
        attach_missing(scene, acting, called)
    if smoothly and outcome in intake.split(properties.get("clearance", "")):
        demonstration.clear_files(acting, task)
    known = find_known_answers(scene.member(called), scene, acting) if is_record and called else {}
    if steps.SCORE in properties and scene.pack.programme.review:
        known |= points_of(task.id, scene.pack.programme.review.criteria)
    nomination = nominations.of_instance(acting, task.instance)
    # a step that is to be refused says itself what it answers
    known |= made_up.explain(
        asked=nomination is not None and nomination.asks_reason and "refused" not in said
    )
    own = scene.member(called).answers if is_record and called else {}
    answers = _answer(scene, acting, task, known, [own, said.get("answers", {})])
    demonstration.attach_task_files(acting, task)
    user_tasks.complete(acting, task.id, outcome, answers)
    return f"{user.name}“{outcomes[outcome]}”"


def find_outcome(outcomes: Mapping[str, str], wanted: str | None) -> str:
    """Return an outcome by its value or label, the first where none is named."""
    if wanted is None:
        return next(iter(outcomes))
    for value, label in outcomes.items():
        if wanted in (value, label):
            return value
    raise Unplayable(f"没有“{wanted}”这个办理结果，有：{'、'.join(outcomes.values())}。")


def attach_missing(scene: Scene, ctx: Context, called: str) -> None:
    """Hand in what is still missing of the files the programme asks for."""
    nomination = scene.nomination(ctx, called)
    there = [file.slot for file in attachments.list_of(ctx, nomination)]
    for slot in scene.pack.programme.slots.values():
        for number in range(there.count(slot.key), slot.least):
            file = _file_of(slot)
            suffix = file.filename.rpartition(".")[2]
            named = replace(file, filename=f"{slot.name}{number + 1}.{suffix}")
            attachments.keep(ctx, nomination, slot.key, named)


@cache
def _file_of(slot: Slot) -> attachments.Checked:
    """Everybody hands in the same file: looking at it once is enough."""
    suffix, data = made_up.file_for(slot.types)
    return attachments.check(slot, f"{slot.name}.{suffix}", data)


def convert(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers by key, each as its field keeps it; raises Unplayable for a field the form has not."""
    fields = {name_of(c): c for c in schema.get("components", ()) if name_of(c)}
    labels = {str(component.get("label")): key for key, component in fields.items()}
    given = {}
    for said, value in answers.items():
        key = said if said in fields else labels.get(said)
        if key is None:
            raise Unplayable(f"表单没有“{said}”这一项，有：{'、'.join(labels)}。")
        given[key] = _convert(fields[key], value)
    return given


def _answer(
    scene: Scene, ctx: Context, task: UserTask, known: Mapping[str, Any], said: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Fill in a form with what is known and said, the later before the earlier, and the rest made up."""
    if task.form_id is None:
        return {}
    schema = task_forms.get_form(ctx, task)
    today = ctx.now.astimezone(scene.pack.programme.zone).date().isoformat()
    answers = made_up.answer(schema, {"today": today, **known})
    for given in said:
        answers |= convert(schema, given)
    return answers


def _vote(scene: Scene, acting: Context, task: UserTask, votes: Mapping[str, str]) -> None:
    chosen: dict[int, str] = {}
    for subject in ballots.list_votable(acting, ballots.ballot_of(acting, task)):
        word = votes.get(scene.name_of(subject), "赞成")
        if word not in VOTES:
            raise Unplayable(f"没有“{word}”这种票，有：{'、'.join(VOTES)}。")
        chosen[subject] = VOTES[word]
    ballots.cast(acting, task.id, chosen)


def _convert(component: Mapping[str, Any], value: Any) -> Any:
    kind = component["type"]
    options = {str(option.get("label")): option["value"] for option in component.get("values") or ()}
    if isinstance(value, list):
        inner = {"components": component.get("components") or ()}
        return [convert(inner, item) if isinstance(item, dict) else options.get(item, item) for item in value]
    if kind == "checkbox":
        return value in ("是", "yes", "true")
    if kind == "number":
        return float(value) if "." in value else int(value)
    return options.get(value, value)
