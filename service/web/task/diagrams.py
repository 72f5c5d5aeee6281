"""The diagram of an instance with its tokens where they stand, and its page for whoever may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.errors import NotFound, ServiceError
from service.models import Deployment, HistoryEvent, Instance, Job, SubscriptionRow, TaskStatus, UserTask
from service.programmes.nomination import nominations
from service.programmes.privacy import provision
from service.web.task import trails
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.calls import read_calls
from service.workflow.task import instances, task_access

pages = Blueprint("diagrams", __name__, url_prefix="/instances")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an instance stands on its diagram."""

    url: str  #: of the diagram's XML
    process_id: str
    active: list[str]  #: ids of the elements something waits at
    done: list[str]  #: ids of the elements that were completed


@pages.get("/<int:instance_id>")
def show(instance_id: int) -> str:
    """Show an instance: its state, its diagram and what happened."""
    ctx: Context = g.ctx
    instance = get_visible(ctx, instance_id)
    events = instances.read_history(ctx, instance)
    nomination = nominations.of_instance(ctx, instance)
    is_withheld = nomination is not None and provision.is_withheld(ctx, nomination)
    return render_template(
        "instance.html",
        withheld=provision.WITHHELD if is_withheld else "",
        instance=instance,
        title=provision.find_titles(ctx, [instance.id]).get(instance.id, instance.title),
        standing=locate(ctx, instance, events),
        trail=trails.read(ctx, instance, events),
        zone=ctx.domain.zone(ctx, instance),
    )


@pages.get("/<int:instance_id>/diagram.bpmn")
def xml(instance_id: int) -> Response:
    """Return the diagram an instance runs, as it was published."""
    instance = get_visible(g.ctx, instance_id)
    deployment = g.ctx.session.get_one(Deployment, instance.deployment_id)
    response = Response(deployment.xml, mimetype="application/xml")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def get_visible(ctx: Context, instance_id: int) -> Instance:
    """Return an instance the actor may read, or one of whose tasks is or was his."""
    instance = ctx.session.get(Instance, instance_id)
    if instance is None or not (ctx.domain.may_see(ctx, instance) or _works_on(ctx, instance)):
        raise NotFound(_("没有这个流程，或您无权查看。"))
    return instance


def locate(ctx: Context, instance: Instance, events: list[HistoryEvent]) -> Standing:
    """Say where an instance stands: what is open, and what its history says was completed."""
    waits = (
        select(UserTask.element_id).where(
            UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN
        ),
        select(SubscriptionRow.element_id).where(SubscriptionRow.instance_id == instance.id),
        select(Job.element_id).where(Job.instance_id == instance.id),
    )
    hidden = ctx.domain.hidden_steps(ctx, instance)
    active = [id_ for query in waits for id_ in ctx.session.scalars(query) if id_ not in hidden]
    active += _calls_around(ctx, instance, active)
    done = [
        e.element_id for e in events if e.element_id and e.kind in ("element.completed", "task.completed")
    ]
    return Standing(
        url=url_for("diagrams.xml", instance_id=instance.id),
        process_id=instance.process_id,
        active=sorted(set(active)),
        done=sorted(set(done) - set(active)),
    )


def _calls_around(ctx: Context, instance: Instance, active: Sequence[str]) -> list[str]:
    """Return the call activities that what is open stands in, where the diagram leaves no doubt which.

    What is drawn as a process of its own would else be marked there alone, far from the step that calls it.
    """
    own = deployments.get_diagram(ctx, instance).processes[instance.process_id].elements
    if own.keys() >= set(active):
        return []
    drawn = read_calls(ctx.session.get_one(Deployment, instance.deployment_id).xml)
    found: list[str] = []
    left = {drawn.process_of[one] for one in active if one in drawn.process_of}
    while left:
        process = left.pop()
        calls = drawn.list_calls(instance.process_id, process) if process != instance.process_id else []
        if len(calls) == 1 and calls[0] not in found:
            found += calls
            left.add(drawn.process_of[calls[0]])
    return found


def _works_on(ctx: Context, instance: Instance) -> bool:
    query = select(UserTask.id).where(UserTask.instance_id == instance.id).order_by(UserTask.id.desc())
    for task_id in ctx.session.scalars(query):
        try:
            task_access.get_visible(ctx, task_id)
        except ServiceError:
            continue
        return True
    return False
