"""Item definitions: the types a model names, with their allowed values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from service.feel.dmn.errors import Problem
from service.feel.dmn.xml import Element
from service.feel.errors import FeelError
from service.feel.expression import UnaryTests, compile_unary_tests
from service.feel.limits import DEFAULT
from service.feel.syntax.grammar import parser
from service.feel.syntax.scanner import NameIndex
from service.feel.temporal import parse_temporal
from service.feel.types import ANY, FeelType, resolve
from service.feel.values import kind

_PREFIXES = ("feel:", "xsd:")
_TEMPORAL = frozenset(
    {"date", "time", "date and time", "days and time duration", "years and months duration"}
)


class Items:
    """The types of one model, built when first asked for, so that their order does not matter."""

    def __init__(
        self, root: Element, imported: Mapping[str, Mapping[str, FeelType]], problems: list[Problem]
    ) -> None:
        self._elements = {element.name: element for element in root.children("itemDefinition")}
        self._imported = {
            f"{prefix}.{name}" if prefix else name: found
            for prefix, types in imported.items()
            for name, found in types.items()
        }
        self._own_prefixes = {
            f"{prefix}:" for prefix, uri in root.prefixes.items() if prefix and uri == root.get("namespace")
        }
        self._problems = problems
        self._building: set[str] = set()
        self.types: dict[str, FeelType] = dict(self._imported)
        for name in self._elements:
            self.named(name)
        #: Names of components: what may follow a dot.
        self.members = frozenset(element.name for element in root.walk("itemComponent"))

    def reference(self, text: str | None) -> FeelType | None:
        """The type a ``typeRef`` names; None where nothing or nobody knows it."""
        if not text:
            return None
        for prefix in (*_PREFIXES, *self._own_prefixes):
            text = text.removeprefix(prefix)
        found = self.named(text.strip())
        if found is None and ":" in text:
            found = self.named(text.replace(":", "."))
        return found

    def named(self, name: str) -> FeelType | None:
        """A type by name: of the model, or of FEEL."""
        name = " ".join(name.split())
        if name in self.types:
            return self.types[name]
        element = self._elements.get(name)
        if element is None:
            return _feel_type(name, self.types)
        if name in self._building:
            return ANY  # a type that contains itself is checked one level deep
        self._building.add(name)
        made = self._build(element)
        self._building.discard(name)
        self.types[name] = made
        return made

    def _build(self, element: Element) -> FeelType:
        function = element.child("functionItem")
        if function is not None:
            return self._function(function)
        components = list(element.children("itemComponent"))
        if components:
            made = FeelType("context", fields=tuple((each.name, self._build(each)) for each in components))
        else:
            reference = element.text("typeRef")
            found = self.reference(reference)
            if found is None:
                if reference:
                    self._problems.append(Problem(element.id, "unknown-type", {"name": reference}))
                found = ANY
            made = found
        made = self._constrained(made, element, "allowedValues")
        if element.get("isCollection") == "true":
            made = FeelType("list", item=made)
        return self._constrained(made, element, "typeConstraint")

    def _function(self, element: Element) -> FeelType:
        parameters = tuple(
            self.reference(each.text("typeRef") or each.get("typeRef"))
            for each in element.children("parameters")
        )
        return FeelType(
            "function", parameters=parameters, result=self.reference(element.get("outputTypeRef"))
        )

    def _constrained(self, made: FeelType, element: Element, tag: str) -> FeelType:
        constraint = element.child(tag)
        if constraint is None or not constraint.text("text"):
            return made
        text = constraint.text("text")
        try:
            tests = compile_unary_tests(text)
        except FeelError as error:
            self._problems.append(Problem(constraint.id, "not-feel", {"error": error}))
            return made
        return replace(made, allowed=_both(made.allowed, tests), allowed_text=text)


def _both(
    first: Callable[[object], bool | None] | None, tests: UnaryTests
) -> Callable[[object], bool | None]:
    """Both the allowed values of the type refined and the new ones."""

    def allowed(value: object) -> bool | None:
        if first is not None and first(value) is not True:
            return False
        return tests.matches(value) is True

    return allowed


def _feel_type(name: str, types: Mapping[str, FeelType]) -> FeelType | None:
    """A type as FEEL writes it, such as ``list<number>``."""
    try:
        reader = parser(name, builtins=NameIndex(), limits=DEFAULT)
        return resolve(reader.type_name(), types)
    except FeelError:
        return None


def read_input(value: object, wanted: FeelType | None) -> object:
    """``value`` with text made dates and durations where the type asks for them, since JSON has none."""
    if wanted is None or value is None:
        return value
    if isinstance(value, str) and wanted.kind in _TEMPORAL:
        made = parse_temporal(value)
        return made if kind(made) == wanted.kind else value
    if isinstance(value, list) and wanted.kind == "list":
        return [read_input(item, wanted.item) for item in value]
    if isinstance(value, dict) and wanted.kind == "context":
        fields = dict(wanted.fields)
        return {key: read_input(item, fields.get(key)) for key, item in value.items()}
    return value
