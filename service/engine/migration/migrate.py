"""Moving one instance: the state under the old diagram in, the step under the new one out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from service.engine import serializer
from service.engine.expressions import Broken
from service.engine.instance import Instance
from service.engine.migration import deadlines, prospects, tasks, waits
from service.engine.migration.examine import Examined, Move, examine
from service.engine.migration.redraw import Redraw
from service.engine.migration.transfer import transfer
from service.engine.nodes.gateways import ParallelGateway
from service.engine.openings import Openings
from service.engine.records import Environment, Migrated, Remark
from service.engine.runner import settle, step_of
from service.engine.token import Token

NOTHING_STARTED: Final[Mapping[str, datetime]] = {}


def migrate(
    redraw: Redraw,
    process_id: str,
    state: bytes,
    env: Environment,
    *,
    recompute: bool = False,
    started: Mapping[str, datetime] = NOTHING_STARTED,
) -> Migrated:
    """Move an instance to the redrawn diagram, and run it on to its next waits if it can move on.

    Nothing outside changes but by ``env.perform``; what forbids it is in the remarks, and there is no step
    then. Tasks and timers keep their keys and moments. With ``recompute`` they are counted anew by the
    new diagram from when each began: ``started`` says when, by the keys of user tasks.
    """
    if process_id not in redraw.target.specs:
        return _without_process(process_id)
    old = serializer.load(state, process_id, redraw.source, env)
    old.wake_everything()
    examined, before = examine(redraw, old), deadlines.list_due(old)
    if examined.is_blocked:
        return _refused(examined)
    for token in examined.leaving:
        token.cancel()
    new = transfer(redraw, old, env)
    try:
        rearmed = waits.ask_anew(new, examined)
        reoffered = tasks.renew(new, examined, dates_stay=not recompute)
        if recompute:
            deadlines.recompute(new, examined, started)
        _settle_down(redraw, new, examined)
    except Broken as broken:
        _block(examined, broken.kind, broken.element_id, broken.message)
    if examined.is_blocked:
        return _refused(examined)
    compared = tuple(deadlines.compare(before, new))
    saved = serializer.dump(new, redraw.target)
    return Migrated(
        step=step_of(new, Openings(new), saved),
        remarks=tuple(dict.fromkeys(examined.remarks)),
        deadlines=compared,
        reoffered=reoffered,
        rearmed=rearmed,
        stood=frozenset(examined.standing),
    )


def _without_process(process_id: str) -> Migrated:
    remark = Remark(
        level="blocked",
        rule="no-process",
        element_id=process_id,
        message=f"新图里没有流程「{process_id}」",
        fix="在新图里保留这个流程的标识",
    )
    return Migrated(step=None, remarks=(remark,))


def _refused(examined: Examined) -> Migrated:
    """Say what forbids it, each once."""
    blocking = (remark for remark in examined.remarks if remark.level == "blocked")
    return Migrated(step=None, remarks=tuple(dict.fromkeys(blocking)), stood=frozenset(examined.standing))


def _block(examined: Examined, rule: str, element_id: str, message: str) -> None:
    fix = "改正新图并重新发布，或把这些实例改到别的一步"
    examined.remarks.append(
        Remark(level="blocked", rule=rule, element_id=element_id, message=message, fix=fix)
    )


def _settle_down(redraw: Redraw, new: Instance, examined: Examined) -> None:
    """Begin what only the new diagram has, put tokens where they were moved to, and let go on what can."""
    waits.begin_new(redraw, new, examined)
    moved = [_place(new, move) for move in examined.moves]
    prospects.look_ahead(redraw, new, examined)
    if not examined.is_blocked:
        _go_on(new, moved, examined)


def _place(instance: Instance, move: Move) -> Token:
    scope = instance if move.host is None else instance.subprocesses[move.host]
    token: Token = scope.place(scope.spec.task_specs[move.target])
    token.data = move.data
    return token


def _go_on(instance: Instance, moved: list[Token], examined: Examined) -> None:
    """Begin where tokens were moved to, and let go on what waits for nobody any more."""
    passed = len(instance.trace)
    for token in moved:
        token.enter()
    for scope in instance.scopes():
        for spec in {token.task_spec.name: token.task_spec for token in scope.tokens()}.values():
            if isinstance(spec, ParallelGateway) and len(waiting := spec.held(scope)) == len(spec.incoming):
                spec.merge(scope, waiting)
    instance.run_to_wait(settle)
    for token in instance.all_tokens():
        token.settle_data()
    through = [event for event in instance.trace[passed:] if event.kind == "completed"]
    if through:
        first = next((event for event in through if event.type != "sequenceFlow"), through[0])
        message = f"从「{first.name or first.element_id}」起没有要等的了，迁移后会自动往下走"
        examined.remarks.append(
            Remark(level="warn", rule="goes-on", element_id=first.element_id, message=message)
        )
    if not instance.completed and not Openings(instance):
        _block(examined, "stuck", instance.spec.name, "迁移后没有任何人或事在等，流程会停在这里")
