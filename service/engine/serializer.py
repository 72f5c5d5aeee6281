"""State in and out of bytes: only what is open, never the diagram.

A header line (format version, definition hash) and compact JSON. Lists carry the order, so nothing is
lost when a store sorts keys. Variables and what sleeps stand at the end, a line each, and are not read
until somebody asks while the layout is as it was written. Old versions are upgraded one step at a time and
must load for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from service.engine.asleep import CONDITION, Asleep
from service.engine.instance import Instance
from service.engine.records import Environment
from service.engine.rows import WrongState, fall_asleep, restore, scope_row, token_rows
from service.engine.stored import Stored
from service.engine.upgrades import upgrade_1_to_2, upgrade_2_to_3

if TYPE_CHECKING:
    from service.engine.diagram import Diagram

__all__ = ["STATE_VERSION", "UPGRADES", "WrongState", "dump", "load", "upgrade"]

STATE_VERSION: Final = 3

#: upgrade[n] turns the body of version n into that of n + 1
UPGRADES: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    1: upgrade_1_to_2,
    2: upgrade_2_to_3,
}

_DATA: Final = b',"data":{\n'
_ASLEEP: Final = b'\n},"asleep":[\n'
_END: Final = b"0]}"  #: every line before it ends in a comma

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dump(instance: Instance, diagram: Diagram) -> bytes:
    """Return an instance's state as bytes. Afterwards its untouched repetitions sleep."""
    fall_asleep(instance)
    body = {
        "process": instance.spec.name,
        "serial": instance.serial,
        "completed": instance.completed,
        "ends": instance.end_events,
        "tokens": token_rows(instance.tokens()),
        "scopes": [scope_row(scope) for scope in instance.subprocesses.values()],
        "index": instance.asleep.index,
    }
    data = Stored.of(instance.data).dump()
    header = f"{STATE_VERSION} {diagram.content_hash} {len(data)}"
    head = _encode(body).encode()[:-1] + _DATA
    return b"".join((header.encode(), b"\n", head, data, _ASLEEP, *instance.asleep.pieces(), _END))


def load(state: bytes, process_id: str, diagram: Diagram, environment: Environment) -> Instance:
    """Rebuild an instance from bytes, whichever version wrote them, or raise ``WrongState``."""
    body, asleep = _body(state, diagram)
    if body["process"] != process_id:
        raise WrongState(f"state of process {body['process']}, not of {process_id}")
    instance = Instance(diagram.specs[process_id], diagram.subprocess_specs, environment)
    instance.serial, instance.completed = body["serial"], body["completed"]
    instance.end_events, instance.data = body["ends"], Stored.of(body["data"])
    restore(instance, body["tokens"], body["scopes"])
    instance.asleep = asleep
    instance.wake_all(CONDITION)
    return instance


def _body(state: bytes, diagram: Diagram) -> tuple[dict[str, Any], Asleep]:
    """Read a state, but for the variables and what sleeps where the layout is as it was written."""
    line = state.find(b"\n")
    try:
        version, content_hash, *sizes = state[:line].decode("ascii").split(" ")
        number = int(version)
        read = _read_partly(state, line + 1, int(sizes[0])) if sizes and number == STATE_VERSION else None
        body = json.loads(state[line:]) if read is None else read[0]
    except ValueError as error:
        raise WrongState("unreadable state") from error
    if content_hash != diagram.content_hash:
        raise WrongState(f"state of diagram {content_hash}, not of {diagram.content_hash}")
    if read is not None:
        return read
    body = upgrade(number, body)
    lines = b"".join(_encode(line).encode() + b",\n" for line in body["asleep"] if line != 0)
    return body, Asleep(lines, 0, len(lines), body["index"])


def _read_partly(state: bytes, begin: int, size: int) -> tuple[dict[str, Any], Asleep] | None:
    """Return the body with its variables unread, and the lines of what sleeps; None in another layout.

    No text within JSON holds a raw line break, so the parts cannot be mistaken.
    """
    data = state.find(b"\n", begin) + 1
    asleep = data + size
    if not (state.endswith(_DATA, begin, data) and state.startswith(_ASLEEP, asleep)):
        return None
    body = json.loads(state[begin : data - len(_DATA)] + b"}")
    body["data"] = Stored.load(state[data:asleep])
    return body, Asleep(state, asleep + len(_ASLEEP), len(state) - len(_END), body["index"])


def upgrade(version: int, body: dict[str, Any]) -> dict[str, Any]:
    """Bring a body of any released version to the present one."""
    if not 1 <= version <= STATE_VERSION:
        raise WrongState(f"state of version {version}; this program reads up to {STATE_VERSION}")
    for number in range(version, STATE_VERSION):
        body = UPGRADES[number](body)
    return body
