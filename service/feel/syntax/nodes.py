"""The syntax tree: one frozen record a construct. ``at`` is the offset in the source."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Node:
    """Anything the parser makes."""

    at: int = field(default=0, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value known when parsing: number, string, boolean, null, temporal."""

    value: object


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable or function by its name, spaces normalised."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``source.name``"""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``source[condition]``: by position or by condition."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(arguments)``; ``names`` is empty for positional arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """``-operand``"""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``left operator right`` for ``+ - * / **``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``left operator right`` for ``= != < <= > >=``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """A chain of ``and`` or of ``or``."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``"""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in (tests)``"""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``"""

    value: Node
    type: TypeNode


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if condition then yes else no``"""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """``name in source`` or ``name in start..end`` of a for, some or every."""

    name: str
    source: Node
    end: Node | None = None
    type: TypeNode | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for iterators return body``"""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some|every iterators satisfies condition``"""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """``[a, b]``"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """``{a: 1, b: a + 1}``; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """``[low..high]``, and ``(< high)`` where the other end is open to infinity (``None``)."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """``function(a: type, b) body``"""

    parameters: tuple[str, ...]
    types: tuple[TypeNode | None, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class UnaryComparison(Node):
    """``< end`` and its kind in unary tests: the input compared with ``end``."""

    operator: str
    end: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """A cell of a decision table: ``-``, a list of tests, or ``not(tests)``."""

    tests: tuple[Node, ...]
    negated: bool = False
    anything: bool = False


@dataclass(frozen=True, slots=True)
class TypeNode(Node):
    """A type as written: a name, its type arguments, and the field or parameter types."""

    name: str
    arguments: tuple[TypeNode, ...] = ()
    fields: tuple[tuple[str, TypeNode], ...] = ()
