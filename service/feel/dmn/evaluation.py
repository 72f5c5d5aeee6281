"""One evaluation of a model: every decision at most once, from the inputs up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.feel.convert import from_json
from service.feel.dmn.boxed import conform
from service.feel.dmn.graph import Decision, DecisionService, GraphNode, InputData, Knowledge, Needed
from service.feel.dmn.items import read_input
from service.feel.dmn.tables import RuleMatch
from service.feel.frame import Frame, Run
from service.feel.lookup import Code
from service.feel.loops import make_function
from service.feel.types import FeelType, coerce
from service.feel.values import Function


@dataclass(frozen=True, slots=True)
class Result:
    """What a decision came to, and why."""

    value: object
    values: dict[str, object]  #: of every decision made on the way, by name
    matches: tuple[RuleMatch, ...]  #: the rules that counted, in every table evaluated
    warnings: tuple[str, ...]


class Evaluation:
    """The state of one evaluation. ``given`` holds inputs, or decisions given in place of their logic."""

    def __init__(self, run: Run, inputs: Mapping[str, object], root: Frame | None = None) -> None:
        self.run = run
        self.inputs = inputs
        self.root = root or Frame({}, None, run)
        self.given: dict[int, object] = {}
        self.values: dict[str, object] = {}
        self._made: dict[int, object] = {}

    def value(self, node: GraphNode, path: tuple[str, ...] = ()) -> object:
        """The value of a node: made once, then remembered."""
        key = id(node)
        if key in self.given:
            return self.given[key]
        if key in self._made:
            return self._made[key]
        if isinstance(node, InputData):
            made = self._input(node, path or (node.name,))
        elif isinstance(node, Decision):
            made = self._decision(node)
        elif isinstance(node, Knowledge):
            made = self._knowledge(node)
        else:
            made = self._service(node)
        self._made[key] = made
        return made

    def _input(self, node: InputData, path: tuple[str, ...]) -> object:
        """The input of that name; one of an imported model may be given inside a context of the import's."""
        found = _along(self.inputs, path)
        if found is None:
            found = self.inputs.get(node.name)
        return self.checked(read_input(from_json(found), node.type), node.type, node.name)

    def checked(self, value: object, wanted: FeelType | None, label: str) -> object:
        """``value`` as the type, or null with a warning."""
        return conform(self.root, value, wanted, label) if wanted is not None else value

    def _decision(self, node: Decision) -> object:
        if node.code is None:
            self.run.warn(f"{node.name}: the decision has no logic")
            value = None
        else:
            self.run.enter()
            value = self.checked(node.code(self._frame(node.needs)), node.type, node.name)
            self.run.leave()
        self.values[node.name] = value
        return value

    def _frame(self, needs: list[Needed]) -> Frame:
        """The scope of a node: the values of what it requires, imported ones inside contexts."""
        names: dict[str, object] = {}
        for need in needs:
            value = self.value(need.node, need.path)
            inner = names
            for step in need.path[:-1]:
                inner = inner.setdefault(step, {})  # type: ignore[assignment]
            inner[need.path[-1]] = value
        return Frame(names, self.root, self.run)

    def _knowledge(self, node: Knowledge) -> Function | None:
        if node.code is None:
            self.run.warn(f"{node.name}: the business knowledge model has no logic")
            return None
        names: dict[str, object] = {}
        frame = Frame(names, self.root, self.run)
        function = make_function(node.name, node.parameters, node.types, self._body(node, node.code), frame)
        function = Function(
            node.name, node.parameters, function.apply, function.apply_named, node.types, node.result
        )
        self._made[id(node)] = function  # before its needs, which may be itself
        names.update(self._frame(node.needs).names)
        return function

    def _body(self, node: Knowledge, code: Code) -> Code:
        wanted, label = node.result, node.name
        if wanted is None:
            return code
        return lambda frame: conform(frame, code(frame), wanted, label)

    def _service(self, node: DecisionService) -> Function:
        names = tuple(parameter.name for parameter in node.parameters)

        def apply(run: Run, arguments: list[object]) -> object:
            if len(arguments) != len(names):
                run.warn(f"{node.name} takes {len(names)} arguments, not {len(arguments)}")
                return None
            return self.serve(node, dict(zip(names, arguments, strict=True)))

        def apply_named(run: Run, named: dict[str, object]) -> object:
            if named.keys() - set(names):
                run.warn(f"{node.name} takes {', '.join(names)}")
                return None
            return self.serve(node, named)

        types = tuple(parameter.type for parameter in node.parameters)
        return Function(node.name, names, apply, apply_named, types)

    def serve(self, node: DecisionService, arguments: Mapping[str, object]) -> object:
        """The outputs of a decision service for its own inputs, nothing else known."""
        self.run.enter()
        inner = Evaluation(self.run, {})
        for parameter in node.parameters:
            value = read_input(from_json(arguments.get(parameter.name)), parameter.type)
            fitting = coerce(value, parameter.type) if parameter.type else value
            if fitting is None and value is not None:
                self.run.warn(f"{node.name}: argument {parameter.name!r} does not fit")
                self.run.leave()
                return None
            inner.given[id(parameter)] = fitting
        made = {decision.name: inner.value(decision) for decision in node.outputs}
        self.values.update(inner.values)
        self.run.leave()
        result = next(iter(made.values())) if len(made) == 1 else made
        return self.checked(result, node.type, node.name)


def _along(inputs: Mapping[str, object], path: tuple[str, ...]) -> object:
    found: object = inputs
    for step in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found
