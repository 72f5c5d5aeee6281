"""State in and out of bytes: only what is open, never the diagram.

A header line (format version, definition hash) and compact JSON. Lists carry the order, so nothing is
lost when a store sorts keys. Repetitions that sleep stand at the end, a line each, and are not read at
all while the layout is as it was written. Old versions are upgraded one step at a time and must load for
ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.engine.asleep import CONDITION, Asleep
from service.engine.instance import Instance
from service.engine.records import Environment
from service.engine.rows import WrongState, fall_asleep, restore, scope_row, token_rows

if TYPE_CHECKING:
    from service.engine.diagram import Diagram

__all__ = ["STATE_VERSION", "UPGRADES", "WrongState", "dump", "load", "upgrade"]

STATE_VERSION: Final = 2

#: upgrade[n] turns the body of version n into that of n + 1
UPGRADES: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    1: lambda body: {**body, "kinds": "", "asleep": []},  # every repetition was awake
}

_NOBODY: Final = b'"asleep":[]}'
_ASLEEP: Final = b'"asleep":[\n'
_END: Final = b"\n]}"

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dump(instance: Instance, diagram: Diagram) -> bytes:
    """Return an instance's state as bytes. Afterwards its untouched repetitions sleep."""
    fall_asleep(instance)
    body = {
        "process": instance.spec.name,
        "serial": instance.serial,
        "completed": instance.completed,
        "ends": instance.end_events,
        "data": instance.data,
        "tokens": token_rows(instance.tokens()),
        "scopes": [scope_row(scope) for scope in instance.subprocesses.values()],
        "kinds": instance.asleep.kinds,
        "asleep": [],
    }
    head = f"{STATE_VERSION} {diagram.content_hash}\n{_encode(body)}".encode()
    block = instance.asleep.block
    return head if not block else head.removesuffix(_NOBODY) + _ASLEEP + block[:-2] + _END


def load(state: bytes, process_id: str, diagram: Diagram, environment: Environment) -> Instance:
    """Rebuild an instance from bytes, whichever version wrote them, or raise ``WrongState``."""
    body, block = _body(state, diagram)
    if body["process"] != process_id:
        raise WrongState(f"state of process {body['process']}, not of {process_id}")
    instance = Instance(diagram.specs[process_id], diagram.subprocess_specs, environment)
    instance.serial, instance.completed = body["serial"], body["completed"]
    instance.end_events, instance.data = body["ends"], body["data"]
    restore(instance, body["tokens"], body["scopes"])
    block += b"".join(_encode(line).encode() + b",\n" for line in body["asleep"])
    instance.asleep = Asleep(block, body["kinds"])
    instance.wake_all(CONDITION)
    return instance


def _body(state: bytes, diagram: Diagram) -> tuple[dict[str, Any], bytes]:
    """Read a state, except the repetitions that sleep in it, which are returned as they are."""
    header, _, text = state.partition(b"\n")
    text, asleep, block = text.partition(_ASLEEP)
    if asleep and block.endswith(_END):
        text, block = text + _NOBODY, block.removesuffix(_END) + b",\n"
    else:
        text, block = text + asleep + block, b""
    try:
        version, content_hash = header.decode("ascii").split(" ")
        number, body = int(version), json.loads(text)
    except ValueError as error:
        raise WrongState("unreadable state") from error
    if content_hash != diagram.content_hash:
        raise WrongState(f"state of diagram {content_hash}, not of {diagram.content_hash}")
    return upgrade(number, body), block


def upgrade(version: int, body: dict[str, Any]) -> dict[str, Any]:
    """Bring a body of any released version to the present one."""
    if not 1 <= version <= STATE_VERSION:
        raise WrongState(f"state of version {version}; this program reads up to {STATE_VERSION}")
    for number in range(version, STATE_VERSION):
        body = UPGRADES[number](body)
    return body
