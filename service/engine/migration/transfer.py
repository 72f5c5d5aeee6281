"""Putting what is carried over into the new diagram: the same tokens under the same keys."""

from __future__ import annotations

from typing import Any

from service.engine.instance import Instance
from service.engine.migration.redraw import Redraw
from service.engine.nodes.multi_instance import MultiInstance
from service.engine.records import Environment
from service.engine.rows import Row, restore, scope_row, token_rows


def transfer(redraw: Redraw, old: Instance, environment: Environment) -> Instance:
    """Return the instance as it stands in the new diagram. The old one is used up."""
    process = old.spec.name
    new = Instance(redraw.target.specs[process], redraw.target.subprocess_specs, environment)
    new.serial, new.data, new.asleep = old.serial, old.data, old.asleep
    new.end_events = [redraw.names.get(name, name) for name in old.end_events]
    new.trace = old.trace
    inner = [
        [host, redraw.scope_name(scope.spec), data, _renamed(redraw, tokens)]
        for scope in old.subprocesses.values()
        for host, _, data, tokens in [scope_row(scope)]
    ]
    restore(new, _renamed(redraw, token_rows(old.tokens())), inner)
    return new


def _renamed(redraw: Redraw, rows: list[Row]) -> list[Row]:
    return [_rename(redraw, row) for row in rows]


def _rename(redraw: Redraw, row: Row) -> Row:
    key, name, parent, state, data, internal = row
    old, new = redraw.old[name].node, redraw.new[redraw.names[name]].node
    internal = dict(internal)
    if "held" in internal:
        internal["flow"] = redraw.flow_into(old, new, internal.get("flow", ""))
    if "locals" in internal:
        internal["locals"] = _rename_item(old, new, internal["locals"])
    return [key, new.name, parent, state, data, internal]


def _rename_item(old: Any, new: Any, own: dict[str, Any]) -> dict[str, Any]:
    """Call the item of a repetition what the new diagram calls it."""
    if not (isinstance(old.loop, MultiInstance) and isinstance(new.loop, MultiInstance)):
        return own
    was, becomes = old.loop.input_element, new.loop.input_element
    if was == becomes or becomes is None or was not in own:
        return own
    return {becomes if name == was else name: value for name, value in own.items()}
