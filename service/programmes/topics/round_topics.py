"""Local topics of a round: its stages, its announcement, and the next one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from service.engine.records import OpenServiceTask, Variables
from service.errors import Conflict
from service.models import (
    Deployment,
    Extension,
    Instance,
    InstanceStatus,
    Job,
    JobKind,
    Stage,
    SubscriptionRow,
)
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.publication import notices
from service.programmes.round import admissions, candidate_extensions, rounds
from service.workflow.context import Context, Topic


def open_round(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``round.open``: open the next round of the diagram's programme, of this year; sets ``round_id``."""
    deployment = ctx.session.get_one(Deployment, instance.deployment_id)
    pack = wiring.get_pack(ctx, deployment.key)
    year = ctx.now.astimezone(pack.programme.zone).year
    return {"round_id": rounds.open_round(ctx, pack, year=year).id}


def open_stage(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``stage.open``: the round enters the header ``stage``."""
    rounds.set_stage(ctx, rounds.of_instance(ctx, instance), Stage(task.headers["stage"]))
    return {}


def require_waiting(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``stage.require_waiting``: refuse while a nomination does not yet wait for the header ``signal``.

    A signal reaches only those that listen: throwing it early would leave the others behind for ever. Of
    several, separated by commas, each has to wait for one (candidates and reserves, say). One to whom a
    message is on its way waits no longer.
    """
    entry = rounds.of_instance(ctx, instance)
    # whoever begins a nomination holds the round: wait for him, so that he is counted
    ctx.session.refresh(entry, ["stage"], with_for_update=True)
    signals = [name.strip() for name in task.headers["signal"].split(",")]
    listening = select(SubscriptionRow.instance_id).where(
        SubscriptionRow.round_id == entry.id, SubscriptionRow.name.in_(signals)
    )
    called_away = select(Job.instance_id).where(Job.round_id == entry.id, Job.kind == JobKind.MESSAGE)
    query = select(func.count(Instance.id)).where(
        Instance.round_id == entry.id,
        Instance.process_id == nominations.PROCESS,
        Instance.status == InstanceStatus.ACTIVE,
        Instance.id.not_in(listening) | Instance.id.in_(called_away),
    )
    left = ctx.session.scalar(query) or 0
    if left:
        raise Conflict(f"还有 {left} 份申报没有办完“{task.headers['step']}”，办完后才能进入下一步。")
    return {}


def publish_announcement(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``announcement.publish``: publish everybody selected whom no open objection holds up."""
    entry = rounds.of_instance(ctx, instance)
    notices.publish_awards(ctx, entry)
    rounds.set_stage(ctx, entry, Stage.ANNOUNCED)
    return {}


def admit_recommender(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``recommender.admit``: let the unit of a request recommend in the round; sets ``recommender``."""
    return {"recommender": admissions.admit(ctx, instance).code}


def after_broadcast(ctx: Context, round_id: int | None, signal: str) -> None:
    """Let extended units hear the closing of a stage only when their extension ends."""
    stage = signal.removesuffix("_closed")
    if round_id is None or stage == signal or stage not in set(Stage):
        return
    entry = rounds.get(ctx, round_id)
    query = select(Extension).where(
        Extension.round_id == entry.id, Extension.stage == stage, Extension.until > ctx.now
    )
    for extension in ctx.session.scalars(query):
        rounds.delay_closing(ctx, entry, extension)
    candidate_extensions.delay_closing(ctx, entry, Stage(stage))


TOPICS: Mapping[str, Topic] = {
    "round.open": open_round,
    "stage.open": open_stage,
    "stage.require_waiting": require_waiting,
    "announcement.publish": publish_announcement,
    "recommender.admit": admit_recommender,
}
