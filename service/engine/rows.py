"""Tokens and scopes as rows of plain JSON and back; putting untouched repetitions to sleep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions import ConditionalEventDefinition
from SpiffWorkflow.util.task import TaskState

from service.engine import asleep
from service.engine.nodes.multi_instance import MultiInstance
from service.engine.openings import (
    is_open_service_task,
    is_open_user_task,
    is_pending_timer,
    is_subscription,
)
from service.engine.token import Token

if TYPE_CHECKING:
    from service.engine.instance import Instance, Scope

Row = list[Any]


class WrongState(Exception):
    """The bytes are no state of this diagram."""


def token_rows(tokens: Iterable[Token]) -> list[Row]:
    """List tokens of a scope, parents first: key, element, parent's key, state, own data, internal data."""
    ordered: list[Row] = []
    for token in tokens:
        parent = None if token._parent == token.workflow.task_tree.id else token._parent
        ordered.append(
            [token.id, token.task_spec.name, parent, token._state, token.data, token.internal_data]
        )
    if any(row[2] is not None for row in ordered):
        ordered.sort(key=lambda row: int(row[0]))  # a detached winner may be older than its new siblings
    return ordered


def scope_row(scope: Scope) -> Row:
    """List a scope: its host's key, its element, its variables if it holds any, its tokens."""
    data = scope.data if scope.holds_variables else None
    return [scope.host.id, scope.spec.name, data, token_rows(scope.tokens())]


def restore(scope: Instance | Scope, rows: list[Row], scopes: list[Row]) -> None:
    """Put tokens back into a scope, and the scopes inside them, outer before inner."""
    restored = _restore_tokens(scope, rows)
    for host_key, spec_name, data, tokens in scopes:
        host = restored.get(host_key)
        if host is None or host.state != TaskState.STARTED:
            raise WrongState(f"no open activity {host_key}")
        inner = scope.top_workflow.open_scope(host, spec_name)
        if data is not None:
            inner.holds_variables, inner.data = True, data
        restored |= _restore_tokens(inner, tokens)


def _restore_tokens(scope: Instance | Scope, rows: list[Row]) -> dict[str, Token]:
    specs, tasks, root = scope.spec.task_specs, scope.tasks, scope.task_tree
    restored: dict[str, Token] = {}
    for key, name, parent, state, data, internal in rows:
        token = Token(scope, specs[name], root if parent is None else tasks[parent], state, key)
        token.data, token.internal_data = data, internal
        restored[key] = token
    return restored


def fall_asleep(instance: Instance) -> None:
    """Turn every repetition of a parallel multi-instance that is awake into text."""
    inside = _inside_repetitions(instance)
    members: dict[str, list[Token]] = {}
    for token in list(instance.all_tokens()):
        if token.id in inside:
            members.setdefault(inside[token.id].id, []).append(token)
    for tokens in members.values():
        first = tokens[0]
        scopes = [instance.subprocesses[t.id] for t in tokens if t.id in instance.subprocesses]
        own = [token for token in tokens if token.workflow is first.workflow]
        content = [token_rows(own), [scope_row(scope) for scope in scopes]]
        instance.asleep.add(first._parent, [one for token in tokens for one in _openings(token)], content)
        for scope in scopes:
            del instance.subprocesses[scope.host.id]
        for token in own:
            del token.workflow.tasks[token.id]
    for body in [token for token in instance.all_tokens() if token._children]:
        body._children = [key for key in body._children if key not in inside]


def wake(body: Token | None, content: list[Any]) -> None:
    """Turn a sleeping repetition of a body into tokens again."""
    body_key, _, tokens, scopes = content
    if body is None:
        raise WrongState(f"no open activity {body_key}")
    restore(body.workflow, tokens, scopes)


def _inside_repetitions(instance: Instance) -> dict[str, Token]:
    """Map the key of each token in or under an outermost repetition that may sleep to that repetition."""
    inside: dict[str, Token] = {}
    for scope in instance.scopes():
        host = scope.host
        for token in scope.tokens():
            parent = token._parent if token._parent in inside else host.id if host is not None else ""
            if parent in inside:
                inside[token.id] = inside[parent]
            elif _may_sleep(token):
                inside[token.id] = token
    return inside


def _may_sleep(token: Token) -> bool:
    spec = token.task_spec
    loop = getattr(spec, "loop", None)
    return isinstance(loop, MultiInstance) and not loop.sequential and bool(spec.is_repetition(token))


def _openings(token: Token) -> list[tuple[str, str]]:
    kinds = (
        (asleep.USER_TASK, is_open_user_task(token)),
        (asleep.SERVICE_TASK, is_open_service_task(token)),
        (asleep.TIMER, is_pending_timer(token)),
        (asleep.SUBSCRIPTION, is_subscription(token)),
        (asleep.CONDITION, _waits_for_condition(token)),
    )
    return [(kind, token.id) for kind, holds in kinds if holds]


def _waits_for_condition(token: Token) -> bool:
    definition = getattr(token.task_spec, "event_definition", None)
    return token.state == TaskState.WAITING and isinstance(definition, ConditionalEventDefinition)
