"""Steps of a title's processes that write private tracks of its ledger: kept from whoever reads them not."""

from __future__ import annotations

from collections.abc import Mapping

from service.models import Award, Instance
from service.programmes.award import awards, follow_ups, task_entries
from service.workflow.context import Context
from service.workflow.definition import deployments


def hidden_steps(ctx: Context, instance: Instance) -> frozenset[str]:
    """Return the steps of an instance that write tracks the actor may not read; none but of titles."""
    award = awards.of_instance(ctx, instance)
    return frozenset() if award is None else _hidden_of(ctx, award, _writing_steps(ctx, instance))


def hides_all(ctx: Context, award: Award, instance: Instance) -> bool:
    """Say whether all that a title's process writes is kept from the actor, so that the process is, too."""
    steps = _writing_steps(ctx, instance)
    return bool(steps) and len(_hidden_of(ctx, award, steps)) == len(steps)


def _hidden_of(ctx: Context, award: Award, steps: Mapping[str, str]) -> frozenset[str]:
    tracks = follow_ups.tracks_of(ctx, award)
    return frozenset(
        step
        for step, key in steps.items()
        if key in tracks and not follow_ups.may_read(ctx, award, tracks[key])
    )


def _writing_steps(ctx: Context, instance: Instance) -> Mapping[str, str]:
    """Return the track that each step of an instance's process writes, by the step."""
    elements = deployments.elements_of(ctx, instance)
    tracks = {id_: task_entries.track_of(element) for id_, element in elements.items()}
    return {id_: track for id_, track in tracks.items() if track}
