"""The nodes of a requirement graph: input data, decisions, business knowledge models, decision services."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.feel.dmn.tables import Table
from service.feel.lookup import Code
from service.feel.types import FeelType


@dataclass(slots=True)
class Needed:
    """A requirement: the name it has in scope, with the import's name before it, and the node."""

    path: tuple[str, ...]
    node: GraphNode


@dataclass(slots=True)
class InputData:
    """A value from outside."""

    id: str
    name: str
    type: FeelType | None = None


@dataclass(slots=True)
class Decision:
    """A value made from others."""

    id: str
    name: str
    label: str = ""
    type: FeelType | None = None
    needs: list[Needed] = field(default_factory=list)
    code: Code | None = None
    table: Table | None = None  #: where the logic is a decision table and nothing else
    question: str = ""
    text: str = ""  #: where the logic is a literal expression, as written
    description: str = ""


@dataclass(slots=True)
class Knowledge:
    """A business knowledge model: a function."""

    id: str
    name: str
    type: FeelType | None = None
    needs: list[Needed] = field(default_factory=list)
    parameters: tuple[str, ...] = ()
    types: tuple[FeelType | None, ...] = ()
    result: FeelType | None = None
    code: Code | None = None
    table: Table | None = None


@dataclass(slots=True)
class DecisionService:
    """A decision service: some decisions as a function of others and of input data."""

    id: str
    name: str
    type: FeelType | None = None
    outputs: list[Decision] = field(default_factory=list)
    encapsulated: list[Decision] = field(default_factory=list)
    parameters: list[InputData | Decision] = field(default_factory=list)


GraphNode = InputData | Decision | Knowledge | DecisionService
