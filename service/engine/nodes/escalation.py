"""How BPMN errors and escalations climb: from the token that threw, scope by scope, to who catches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions import (
    CancelEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
)

from service.engine.records import Variables

if TYPE_CHECKING:
    from service.engine.token import Token


def throw(token: Token, code: str, message: str = "", payload: Variables | None = None) -> bool:
    """Throw an error where a token stands. False when nothing in the diagram catches it.

    The catching event gets ``errorCode`` and, if there is one, ``errorMessage`` as variables.
    """
    catch = _catcher(token, ErrorEventDefinition, code)
    if catch is None:
        return False
    at, node = catch
    said: Variables = {"errorMessage": message} if message else {}
    node.caught(at, {"errorCode": code, **said, **(payload or {})})
    return True


def escalate(token: Token, code: str, payload: Variables | None = None) -> bool:
    """Throw an escalation. Uncaught it changes nothing: the thrower goes on."""
    catch = _catcher(token, EscalationEventDefinition, code)
    if catch is None:
        return False
    at, node = catch
    node.caught(at, {"escalationCode": code, **(payload or {})})
    return True


def cancel_transaction(token: Token) -> None:
    """Leave the transaction around a cancel end event by the boundary event a pass has required."""
    catch = _catcher(token, CancelEventDefinition, None)
    if catch is None:
        raise LookupError(f"{token.task_spec.name} is in no transaction that can be cancelled")
    at, node = catch
    node.caught(at, {})


def _catcher(token: Token, kind: type[Any], code: str | None) -> tuple[Token, Any] | None:
    """Find the nearest catching event, the exact code before the one that catches all."""
    at: Token | None = token
    while at is not None:
        if at.attached_to is not None and at.attached_to.task_spec is at.task_spec:
            at = at.attached_to  # a repetition: what catches is drawn on the whole activity
        candidates = list(getattr(at.task_spec, "boundaries", ()))
        found = _match(candidates, kind, code)
        if found is None and not getattr(at.task_spec, "is_event_subprocess", False):
            found = _match(list(at.workflow.spec.listeners), kind, code)
        if found is not None:
            return at, found
        at = at.outside
    return None


def _match(candidates: list[Any], kind: type[Any], code: str | None) -> Any:
    fitting = [c for c in candidates if isinstance(c.event_definition, kind)]
    exact = [c for c in fitting if getattr(c.event_definition, "code", None) == code]
    any_code = [c for c in fitting if not getattr(c.event_definition, "code", None)]
    return next(iter(exact + any_code), None)
