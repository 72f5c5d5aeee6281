"""Built-ins on contexts."""

from __future__ import annotations

from service.feel.builtins.registry import builtin
from service.feel.frame import Run


@builtin("get value(m: context, key: string)")
def get_value(_run: Run, context: dict[str, object], key: str) -> object:
    """The entry of that key."""
    return context.get(key)


@builtin("get value(context: context, keys: list)")
def get_value_along(_run: Run, context: dict[str, object], keys: list[object]) -> object:
    """The entry along a path of keys."""
    value: object = context if keys else None
    for key in keys:
        if type(value) is not dict or type(key) is not str:
            return None
        value = value.get(key)
    return value


@builtin("get entries(m: context)")
def get_entries(_run: Run, context: dict[str, object]) -> list[object]:
    """A list of contexts of ``key`` and ``value``."""
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def context_of(run: Run, entries: list[object]) -> object:
    """The context of a list of contexts of ``key`` and ``value``."""
    made: dict[str, object] = {}
    for entry in entries:
        if type(entry) is not dict or "value" not in entry or type(entry.get("key")) is not str:
            run.warn("context needs entries of key and value")
            return None
        if entry["key"] in made:
            run.warn(f"context has the key {entry['key']!r} twice")
            return None
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: any)")
def context_put(run: Run, context: dict[str, object], key: str, value: object) -> dict[str, object]:
    """The context with one entry set."""
    run.step(len(context))
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def context_put_along(run: Run, context: dict[str, object], keys: list[object], value: object) -> object:
    """The context with one entry set along a path of keys."""
    if not keys or not all(type(key) is str for key in keys):
        run.warn("context put needs keys")
        return None
    first, rest = str(keys[0]), keys[1:]
    if not rest:
        return {**context, first: value}
    inner = context.get(first)
    if inner is None:
        inner = {}
    if type(inner) is not dict:
        run.warn(f"context put finds no context at {first!r}")
        return None
    made = context_put_along(run, inner, rest, value)
    return None if made is None else {**context, first: made}


@builtin("context merge(contexts: list)")
def context_merge(run: Run, contexts: list[object]) -> object:
    """One context of all; later entries win."""
    merged: dict[str, object] = {}
    for context in contexts:
        if type(context) is not dict:
            run.warn("context merge needs contexts only")
            return None
        run.step(len(context))
        merged.update(context)
    return merged
