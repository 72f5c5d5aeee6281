"""From a diagram's bytes to what runs, or to the list of everything that keeps it from running."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from service.engine.building.scopes import Built, build
from service.engine.diagram import Diagram
from service.engine.expressions import KNOWN_FUNCTIONS
from service.engine.findings import Findings
from service.engine.passes import PASSES
from service.engine.records import Problem, Refused
from service.engine.xml import Unreadable, parse

CACHED_DIAGRAMS: Final = 128

Key = tuple[str, frozenset[str], frozenset[str] | None]

_cache: OrderedDict[Key, Diagram] = OrderedDict()
_lock: Final = threading.Lock()


def compile_diagram(
    xml: bytes, *, functions: Iterable[str] = (), outside: Iterable[str] | None = None
) -> Diagram:
    """Compile a diagram, or raise ``Refused`` with every problem found.

    ``functions`` names FEEL functions beyond the programme's own, so that names with spaces parse.
    ``outside`` names the messages and signals that come from outside of the diagram: waiting for one
    that nobody throws is then a warning; None: any may come. Diagrams are cached by content hash and
    safe to share between threads.
    """
    names, others = KNOWN_FUNCTIONS | frozenset(functions), None if outside is None else frozenset(outside)
    key = (hashlib.sha256(xml).hexdigest(), names, others)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    findings, built = _examine(xml, names, others)
    if findings.errors:
        raise Refused(findings.problems)
    diagram = Diagram(
        content_hash=key[0],
        processes=built.processes,
        problems=tuple(findings.problems),
        specs=built.specs,
        subprocess_specs=built.subprocess_specs,
    )
    with _lock:
        _cache[key] = diagram
        while len(_cache) > CACHED_DIAGRAMS:
            _cache.popitem(last=False)
    return diagram


def check_diagram(
    xml: bytes, *, functions: Iterable[str] = (), outside: Iterable[str] | None = None
) -> list[Problem]:
    """Return everything wrong or odd about a diagram, errors and warnings. Never raises on bad input."""
    findings, _ = _examine(xml, KNOWN_FUNCTIONS | frozenset(functions), outside)
    return findings.problems


def _examine(xml: bytes, names: frozenset[str], outside: Iterable[str] | None) -> tuple[Findings, Built]:
    findings, built = Findings(names), Built()
    try:
        root = parse(xml)
    except Unreadable as error:
        findings.problems.append(error.problem)
        return findings, built
    for run in PASSES:
        run(root, findings)
    if not any(problem.rule in ("duplicate-id", "missing-id") for problem in findings.problems):
        built = build(root, findings, outside)
    return findings, built
