"""A compiled diagram: what the rest of the service may know of it, and the specs only the engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.engine.instance import ProcessSpec
from service.engine.records import Problem, ProcessInfo


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """A diagram that may be published."""

    content_hash: str  #: sha256 of the XML, hexadecimal
    processes: Mapping[str, ProcessInfo]  #: executable processes by id
    problems: tuple[Problem, ...] = ()  #: warnings: it runs, and something about it is odd
    specs: Mapping[str, ProcessSpec] = field(repr=False)  #: the engine's own
    subprocess_specs: Mapping[str, ProcessSpec] = field(repr=False)  #: the engine's own
