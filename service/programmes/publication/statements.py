"""Statements (说明情况): what a candidate's side answers to an objection, without being told who objected.

A step of an objection's process with the property ``statement`` asks the candidate or his workplace. Whoever
has no other part in the case reads what he is asked to answer, his own answer, and nothing else of it: not
the report in its sender's words, not the evidence, nor what others say or the organiser finds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from service.engine.records import Element
from service.errors import Invalid
from service.models import Instance, Objection, ObjectionStatus, Submission, UserTask
from service.programmes.publication import objections
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.task import task_access

#: property of a user task at which the candidate's side answers
PROPERTY = "statement"
#: the field in which the organiser says what is to be answered, when an objection is taken up
POINTS = "points"


def only_answers(ctx: Context, instance: Instance) -> bool:
    """Say whether the actor has to do with an objection's case as the candidate's side alone.

    The candidate does, even where he acts for an absent colleague whom another step is offered to.
    """
    if objections.of_instance(ctx, instance) is None or ctx.domain.may_see(ctx, instance):
        return False
    if objections.is_about_actor(ctx, instance):
        return True
    elements = deployments.elements_of(ctx, instance)
    return all(is_asked(elements[step]) for step in _own_steps(ctx, instance))


def hidden_steps(ctx: Context, instance: Instance) -> Collection[str]:
    """Return the steps of an objection's case of which the candidate's side may read nothing but its own."""
    if not only_answers(ctx, instance):
        return ()
    elements = deployments.elements_of(ctx, instance)
    return elements.keys() - {step for step in _own_steps(ctx, instance) if is_asked(elements[step])}


def read_points(ctx: Context, objection: Objection) -> str:
    """Return what the candidate's side is asked to answer, as it was written when the case was taken up."""
    query = select(Submission.answers).where(Submission.instance_id == objection.instance_id)
    for answers in ctx.session.scalars(query.order_by(Submission.id.desc())):
        if answers.get(POINTS):
            return str(answers[POINTS])
    return ""


def take_up(objection: Objection, schema: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    """Note that an objection is looked into. Where the form asks what is to be answered, it has to say so.

    Refused too with its sender's name in it, as the candidate's side reads it.
    """
    if POINTS in {component.get("key") for component in schema.get("components", ())}:
        _require_points(objection, str(answers.get(POINTS, "")))
    objection.status = ObjectionStatus.INVESTIGATING


def _require_points(objection: Objection, said: str) -> None:
    if not said.strip():
        wrong = "受理的须写明请候选人和所在单位说明什么"
        raise Invalid("请写明需要说明的问题。", fields={POINTS: wrong})
    if any(_bare(own) in _bare(said) for own in (objection.name, objection.contact) if _bare(own)):
        wrong = "不得写反映人的姓名（单位名称）和联系方式，可以写“反映人”"
        raise Invalid("候选人和所在单位看得到这段文字，不能写明反映人。", fields={POINTS: wrong})


def _bare(text: str) -> str:
    """Return the letters and digits of a text: a name with a blank in it names nobody less."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def is_asked(element: Element) -> bool:
    """Say whether a step asks the candidate's side for a statement."""
    return PROPERTY in element.properties


def _own_steps(ctx: Context, instance: Instance) -> set[str]:
    tasks = ctx.session.scalars(select(UserTask).where(UserTask.instance_id == instance.id))
    return {
        task.element_id
        for task in tasks
        if task_access.is_offered(ctx, task) or task_access.had_part(ctx, task)
    }
