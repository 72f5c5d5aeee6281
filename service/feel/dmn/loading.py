"""From a file to a model: nodes first, then their requirements, then their logic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.feel.dmn.boxed import EXPRESSIONS, Scope, compile_boxed, compile_child, typed
from service.feel.dmn.errors import DmnError, Problem
from service.feel.dmn.graph import Decision, DecisionService, GraphNode, InputData, Knowledge, Needed
from service.feel.dmn.items import Items
from service.feel.dmn.model import Model
from service.feel.dmn.tables import Table, compile_table
from service.feel.dmn.xml import Element, parse
from service.feel.lookup import Code
from service.feel.types import FeelType

_NODES = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


def load(
    xml: bytes, *, imports: Iterable[Model] = (), functions: Iterable[str] = (), strict: bool = True
) -> Model:
    """The model of a DMN 1.1 to 1.5 file. ``imports`` are the models it imports, ``functions`` the names of
    the functions ``evaluate`` will be given.

    Raises ``DmnError`` listing every fault. With ``strict=False`` faults in an expression make it null
    instead, and are kept as ``model.problems``; XML that cannot be read still raises.
    """
    loader = _Loader(parse(xml), {model.namespace: model for model in imports}, functions)
    model = loader.load()
    if strict and model.problems:
        raise DmnError(model.problems)
    return model


def load_all(files: Iterable[bytes], *, functions: Iterable[str] = (), strict: bool = True) -> list[Model]:
    """The models of several files that may import each other, in the order given."""
    roots = [parse(xml) for xml in files]
    spaces = {root.get("namespace") for root in roots}
    made: dict[int, Model] = {}
    while len(made) < len(roots):
        available = {model.namespace: model for model in made.values()}
        ready = [
            index
            for index, root in enumerate(roots)
            if index not in made and _wanted(root) & spaces <= available.keys()
        ]
        if not ready:
            raise DmnError([Problem("definitions", "circle")])
        for index in ready:
            made[index] = _Loader(roots[index], available, functions).load()
    models = [made[index] for index in range(len(roots))]
    problems = [problem for model in models for problem in model.problems]
    if strict and problems:
        raise DmnError(problems)
    return models


def _wanted(root: Element) -> set[str | None]:
    """The namespaces a model imports."""
    return {each.get("namespace") for each in root.children("import")}


class _Loader:
    """The state of loading one file."""

    def __init__(self, root: Element, available: Mapping[str, Model], functions: Iterable[str]) -> None:
        self.root = root
        self.functions = frozenset(functions)
        self.problems: list[Problem] = []
        self.imports = self._imports(available)
        types: dict[str, Mapping[str, FeelType]] = {
            prefix: model.types for prefix, model in self.imports.items()
        }
        self.items = Items(root, types, self.problems)
        self.nodes: dict[str, GraphNode] = {}
        self.tables: list[Table] = []

    def _imports(self, available: Mapping[str, Model]) -> dict[str, Model]:
        found: dict[str, Model] = {}
        for element in self.root.children("import"):
            if "DMN" not in (element.get("importType") or "DMN"):
                continue
            model = available.get(element.get("namespace") or "")
            if model is None:
                self.problems.append(Problem(element.id, "model-missing", {"name": element.get("namespace")}))
            else:
                found[element.name] = model
        return found

    def load(self) -> Model:
        """The model."""
        elements = list(self.root.children(*_NODES))
        for element in elements:
            node = self._node(element)
            if node.id in self.nodes:
                self.problems.append(Problem(node.id, "id-twice"))
            self.nodes[node.id] = node
        for element in elements:
            self._require(element, self.nodes[element.id])
        self._refuse_cycles()
        for element in elements:
            self._logic(element, self.nodes[element.id])
        namespace = self.root.get("namespace") or ""
        nodes = list(self.nodes.values())
        return Model(self.root.name, namespace, nodes, self.items.types, self.problems, self.tables)

    def _node(self, element: Element) -> GraphNode:
        """The bare node of an element, with its type."""
        variable = element.child("variable")
        name = variable.name if variable is not None and variable.name else element.name
        wanted = self._type(variable)
        if element.tag == "inputData":
            return InputData(element.id, element.name, wanted)
        if element.tag == "decision":
            label = element.get("label") or element.name
            return Decision(
                element.id,
                element.name,
                label,
                wanted,
                question=element.text("question"),
                description=element.text("description"),
            )
        if element.tag == "businessKnowledgeModel":
            return Knowledge(element.id, name or element.name, wanted)
        return DecisionService(element.id, name or element.name, wanted)

    def _type(self, variable: Element | None) -> FeelType | None:
        reference = variable.get("typeRef") if variable is not None else None
        found = self.items.reference(reference)
        if reference and found is None and variable is not None:
            self.problems.append(Problem(variable.id, "unknown-type", {"name": reference}))
        return found

    def _find(self, element: Element) -> Needed | None:
        """The node an ``href`` points to, of this model or an imported one."""
        namespace, _, wanted = (element.get("href") or "").rpartition("#")
        if not namespace or namespace == self.root.get("namespace"):
            node = self.nodes.get(wanted)
            if node is not None:
                return Needed((node.name,), node)
        for prefix, model in self.imports.items():
            if model.namespace == namespace:
                found = next((each for each in model.nodes if each.id == wanted), None)
                if found is not None:
                    return Needed((prefix, found.name) if prefix else (found.name,), found)
        self.problems.append(Problem(element.id, "unknown-target", {"name": element.get("href")}))
        return None

    def _all(self, element: Element, *tags: str) -> list[GraphNode]:
        return [found.node for each in element.children(*tags) if (found := self._find(each)) is not None]

    def _require(self, element: Element, node: GraphNode) -> None:
        """Connect a node with what it requires."""
        if isinstance(node, DecisionService):
            node.outputs = [
                each for each in self._all(element, "outputDecision") if isinstance(each, Decision)
            ]
            node.encapsulated = [
                each for each in self._all(element, "encapsulatedDecision") if isinstance(each, Decision)
            ]
            given = self._all(element, "inputData") + self._all(element, "inputDecision")
            node.parameters = [each for each in given if isinstance(each, (InputData, Decision))]
            return
        if isinstance(node, InputData):
            return
        for requirement in element.children("informationRequirement", "knowledgeRequirement"):
            target = requirement.child("requiredInput", "requiredDecision", "requiredKnowledge")
            found = self._find(target) if target is not None else None
            if found is not None:
                node.needs.append(found)

    def _refuse_cycles(self) -> None:
        """A decision must not need itself."""
        done: set[str] = set()

        def visit(node: GraphNode, above: tuple[str, ...]) -> None:
            if node.id in above:
                self.problems.append(Problem(node.id, "requires-itself"))
                raise DmnError(self.problems)
            if node.id not in done and isinstance(node, Decision):
                for need in node.needs:
                    visit(need.node, (*above, node.id))
            done.add(node.id)

        for node in self.nodes.values():
            visit(node, ())

    def _scope(self, node: Decision | Knowledge) -> Scope:
        names = {step for need in node.needs for step in need.path}
        return Scope(
            items=self.items,
            names=self.functions | names,
            members=self.items.members | names,
            problems=self.problems,
            owner=node.name,
            variable=node.name,
            tables=self.tables,
        )

    def _logic(self, element: Element, node: GraphNode) -> None:
        """Compile what a node decides by."""
        if isinstance(node, Decision):
            inner = element.child(*EXPRESSIONS)
            if inner is not None:
                node.table, node.code = self._compile(self._scope(node), inner)
                node.text = inner.text("text") if inner.tag == "literalExpression" else ""
        elif isinstance(node, Knowledge):
            logic = element.child("encapsulatedLogic")
            if logic is not None:
                self._knowledge(logic, node)

    def _compile(self, scope: Scope, inner: Element) -> tuple[Table | None, Code]:
        if inner.tag != "decisionTable":
            return None, compile_boxed(scope, inner)
        table = compile_table(scope, inner)
        return table, typed(table.evaluate, self.items.reference(inner.get("typeRef")), inner.id)

    def _knowledge(self, logic: Element, node: Knowledge) -> None:
        parameters = list(logic.children("formalParameter"))
        node.parameters = tuple(each.name for each in parameters)
        node.types = tuple(self._type(each) for each in parameters)
        function = node.type if node.type is not None and node.type.kind == "function" else None
        node.result = function.result if function else node.type
        if (logic.get("kind") or "FEEL") != "FEEL":
            node.code = lambda frame: frame.run.warn(f"{logic.id}: only functions of kind FEEL are supported")
            return
        scope = self._scope(node).knowing(*node.parameters)
        inner = logic.child(*EXPRESSIONS)
        if inner is None:
            node.code = compile_child(scope, logic)
        else:
            node.table, node.code = self._compile(scope, inner)
