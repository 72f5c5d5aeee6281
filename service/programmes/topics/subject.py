"""What the instance of a topic is about."""

from __future__ import annotations

from service.errors import Conflict
from service.models import Instance, Nomination
from service.programmes.nomination import nominations
from service.workflow.context import Context


def nomination_of(ctx: Context, instance: Instance) -> Nomination:
    """Return the nomination an instance is about; Conflict where it is about something else."""
    nomination = nominations.of_instance(ctx, instance)
    if nomination is None:
        raise Conflict("这个流程没有对应的申报。")
    return nomination
