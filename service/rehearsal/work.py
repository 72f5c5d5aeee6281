"""A working day of a rehearsal: nominations come in, and everybody completes what waits for him."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from service.errors import Conflict, ServiceError
from service.models import Candidate, TaskStatus, Unit, UserTask
from service.programmes import intake, task_forms
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.refusals import naming_the_step
from service.programmes.nomination import starting
from service.programmes.nomination.starting import Proposal
from service.programmes.review import ballots, standings, steps, ties
from service.programmes.round import rounds
from service.rehearsal.crowd import Planned, points_of
from service.rehearsal.handing_in import find_answers, hand_in_files
from service.rehearsal.state import Rehearsal, find_actor
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance.execution import Faulted
from service.workflow.task import task_access, user_tasks

CHUNK = 50  #: completions a transaction, by whomever; a refused chunk is done again one by one


def start_nominations(rehearsal: Rehearsal, planned: Sequence[Planned]) -> None:
    """Let the starters of the programme nominate these people."""
    starter = demonstration.starter_role(rehearsal.pack)
    for chunk in _chunks(sorted(planned, key=lambda one: one.unit)):
        with rehearsal.wiring.transaction() as ctx:
            entry = rounds.get(ctx, rehearsal.round_id)
            units = {unit.code: unit for unit in ctx.session.scalars(select(Unit))}
            for code, of_unit in groupby(chunk, key=lambda one: one.unit):
                acting = replace(ctx, actor=find_actor(rehearsal, ctx, f"{starter}@{code}"))
                people = list(of_unit)
                proposals = [
                    Proposal(unit=units[code], category=one.category, name=one.person.name) for one in people
                ]
                begun = starting.start_together(acting, entry, proposals, source="unit")
                for one, nomination in zip(people, begun, strict=True):
                    assert nomination.instance_id is not None
                    rehearsal.people_of[nomination.instance_id] = one
    if planned:
        rehearsal.report.note(rehearsal.clock(), f"发起申报，共 {len(planned)} 件")


def complete_waiting(rehearsal: Rehearsal) -> int:
    """Let everybody complete what waited for him this morning; returns how many tasks were completed."""
    with rehearsal.wiring.reading() as ctx:
        query = (
            select(
                UserTask.id,
                UserTask.instance_id,
                UserTask.element_id,
                UserTask.batch_key,
                func.max(Candidate.group_key).label("group_key"),
            )
            .join(Candidate, Candidate.user_task_id == UserTask.id)
            .where(UserTask.status == TaskStatus.OPEN, UserTask.round_id == rehearsal.round_id)
            .group_by(UserTask.id, UserTask.instance_id, UserTask.element_id, UserTask.batch_key)
            .order_by(UserTask.element_id, UserTask.batch_key, func.max(Candidate.group_key), UserTask.id)
        )
        opened = list(ctx.session.execute(query))
    rehearsal.groups = {row.id: row.group_key for row in opened}
    done: Counter[str] = Counter()
    ours = [row for row in opened if row.instance_id in rehearsal.people_of]
    for _, together in groupby(ours, key=lambda row: (row.element_id, row.batch_key)):
        for chunk in _chunks([row.id for row in together]):
            done += _complete_together(rehearsal, chunk)
    others = [row.id for row in opened if row.instance_id not in rehearsal.people_of]
    for task_id in [] if done else others:
        done += _complete_together(rehearsal, [task_id])
    for name, count in done.items():
        rehearsal.report.note(rehearsal.clock(), f"办理“{name}”，共 {count} 件")
    rehearsal.report.completions += done.total()
    return done.total()


def _complete_together(rehearsal: Rehearsal, task_ids: Sequence[int]) -> Counter[str]:
    try:
        with rehearsal.wiring.transaction() as ctx:
            shares = [
                (replace(ctx, actor=find_actor(rehearsal, ctx, group)), list(his))
                for group, his in groupby(task_ids, key=rehearsal.groups.__getitem__)
            ]
            for acting, his in shares:
                task_access.lock_together(acting, his)
            for acting, his in shares:
                hand_in_files(rehearsal, acting, his)
            return Counter(_complete(rehearsal, acting, task_id) for acting, his in shares for task_id in his)
    except (Conflict, Faulted):
        if len(task_ids) == 1:
            return _complete_otherwise(rehearsal, task_ids[0])
    done: Counter[str] = Counter()
    for task_id in task_ids:
        done += _complete_together(rehearsal, [task_id])
    return done


def _complete_otherwise(rehearsal: Rehearsal, task_id: int) -> Counter[str]:
    """The first outcome was refused: no place is left, or it is too early. Try the last one, or wait."""
    with rehearsal.wiring.reading() as ctx:
        task = ctx.session.get_one(UserTask, task_id)
        rehearsal.full.add((task.element_id, task.batch_key))
    try:
        with rehearsal.wiring.transaction() as ctx:
            acting = replace(ctx, actor=find_actor(rehearsal, ctx, rehearsal.groups[task_id]))
            hand_in_files(rehearsal, acting, [task_id])
            return Counter([_complete(rehearsal, acting, task_id)])
    except ServiceError as refusal:
        rehearsal.report.note(rehearsal.clock(), f"“{task.name}”暂不能办：{refusal.message}")
        return Counter()


def _complete(rehearsal: Rehearsal, acting: Context, task_id: int) -> str:
    task = acting.session.get_one(UserTask, task_id)
    element = deployments.get_element(acting, task.instance, task.element_id)
    if ballots.PROPERTY in element.properties:
        return _vote(acting, task)
    if standings.PROPERTY in element.properties:
        _decide_of_equal_votes(rehearsal, acting, task)
    outcomes = deployments.outcomes_of(element.properties.get("outcomes", "complete:办结"))
    is_full = (task.element_id, task.batch_key) in rehearsal.full
    answers: dict[str, Any] = {}
    if task.form_id is not None:
        known = find_answers(rehearsal, acting, task)
        if rehearsal.pack.programme.review and steps.SCORE in element.properties:
            known |= points_of(task.id, rehearsal.pack.programme.review.criteria)
        answers = made_up.answer(task_forms.get_form(acting, task), known)
    outcome = outcomes[-1 if is_full else 0][0]
    if outcome in intake.split(element.properties.get("clearance", "")):
        demonstration.clear_files(acting, task)
    demonstration.attach_task_files(acting, task)
    with naming_the_step(task):
        user_tasks.complete(acting, task.id, outcome, answers)
    return task.name


def _vote(acting: Context, task: UserTask) -> str:
    subjects = ballots.list_votable(acting, ballots.ballot_of(acting, task))
    ballots.cast(acting, task.id, dict.fromkeys(subjects, ballots.FOR))
    return task.name


def _decide_of_equal_votes(rehearsal: Rehearsal, acting: Context, task: UserTask) -> None:
    rows = standings.list_of(acting, rounds.of_instance(acting, task.instance))
    for open_ in ties.list_undecided(rehearsal.pack.programme, rows):
        for row in open_.tied[-open_.surplus :]:
            reason = "得票相同，经会议研究，按推荐次序取舍。"
            standings.amend(acting, task.id, row.nomination_id, proposed=False, reason=reason)


def _chunks(rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
