"""From one version of the state's form to the next. Kept for ever, as states are."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]


def upgrade_1_to_2(body: Body) -> Body:
    """Every repetition was awake."""
    return {**body, "kinds": "", "asleep": []}


def upgrade_2_to_3(body: Body) -> Body:
    """A loop kept its items and results in its body's token, and what is open was found line by line."""
    kept: list[list[Any]] = []
    for rows in (body["tokens"], *(scope[3] for scope in body["scopes"])):
        _take_lists(rows, kept)
    index: dict[str, list[str]] = {}
    for line in body["asleep"]:
        for opening in line[1].strip("|").split("|") if line[1].strip("|") else ():
            index.setdefault(opening[0], []).append(opening[1:])
        for rows in (line[2], *(scope[3] for scope in line[3])):
            _take_lists(rows, kept)
    texts = {kind: f"|{'|'.join(sorted(keys, key=int))}|" for kind, keys in index.items()}
    return {**body, "asleep": body["asleep"] + kept, "index": texts}


def _take_lists(rows: list[list[Any]], kept: list[list[Any]]) -> None:
    """Move a loop's items and results out of the rows of tokens, to lines of their own."""
    for key, *_, internal in rows:
        loop = internal.get("loop", {})
        items, results = loop.pop("items", []), loop.pop("out", [])
        kept += [[key, "=", item] for item in items[loop.get("started", 0) :]]
        kept += [[key, f"#{number}", value] for number, value in enumerate(results, 1) if value is not None]
