"""A loaded model and its front door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from service.feel.convert import from_json
from service.feel.dmn.errors import Problem, UnknownElement
from service.feel.dmn.evaluation import Evaluation, Result
from service.feel.dmn.graph import Decision, DecisionService, GraphNode, InputData, Knowledge
from service.feel.dmn.tables import Table
from service.feel.errors import CallsTooDeep
from service.feel.frame import Run
from service.feel.limits import DEFAULT, Limits
from service.feel.types import FeelType
from service.feel.values import Function

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Model:
    """A DMN model. Immutable once loaded; may be shared between threads."""

    def __init__(
        self,
        name: str,
        namespace: str,
        nodes: list[GraphNode],
        types: Mapping[str, FeelType],
        problems: list[Problem],
        tables: list[Table],
    ) -> None:
        self.name = name
        self.namespace = namespace
        self.nodes = nodes
        self.types = types
        self.problems = tuple(problems)  #: faults tolerated by ``load(..., strict=False)``
        self.tables = tuple(tables)
        self.limits: Limits = DEFAULT
        self._by_id = {node.id: node for node in nodes}
        self._by_name: dict[str, GraphNode] = {}
        for node in nodes:
            self._by_name.setdefault(node.name, node)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions in the order of the file."""
        return tuple(node for node in self.nodes if isinstance(node, Decision))

    @property
    def inputs(self) -> tuple[InputData, ...]:
        """The input data in the order of the file."""
        return tuple(node for node in self.nodes if isinstance(node, InputData))

    def node(self, name_or_id: str) -> GraphNode:
        """The node of that id or name. ``UnknownElement`` where there is none."""
        found = self._by_id.get(name_or_id) or self._by_name.get(" ".join(name_or_id.split()))
        if found is None:
            raise UnknownElement(f"the model has nothing named {name_or_id!r}")
        return found

    def evaluate(
        self,
        name_or_id: str,
        inputs: Mapping[str, object] = _NOTHING,
        *,
        functions: Mapping[str, Callable[..., object]] = _NOTHING,  # type: ignore[assignment]
        now: datetime | None = None,
        zone: ZoneInfo | None = None,
    ) -> Result:
        """Decide. Also runs a decision service, or a business knowledge model with ``inputs`` as arguments.

        ``inputs`` by name as plain data; text is read as a date or duration where the model's type says so.
        A fault in the data gives null and a warning. Raises ``EvaluationError`` past a limit.
        """
        node = self.node(name_or_id)
        run = Run(functions, now, zone, self.limits)
        run.notes = []
        evaluation = Evaluation(run, inputs)
        try:
            value = _value(evaluation, node, inputs)
        except RecursionError as error:
            raise CallsTooDeep("evaluation-too-deep") from error
        return Result(value, evaluation.values, tuple(run.notes), tuple(run.warnings or ()))  # type: ignore[arg-type]


def _value(evaluation: Evaluation, node: GraphNode, inputs: Mapping[str, object]) -> object:
    if isinstance(node, DecisionService):
        return evaluation.serve(node, inputs)
    value = evaluation.value(node)
    if isinstance(node, Knowledge) and isinstance(value, Function):
        arguments = {name: from_json(inputs[name]) for name in value.parameters if name in inputs}
        return value.apply_named(evaluation.run, arguments)
    return value
