"""Small DMN models, written where they are tested."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def a_model(body: str) -> bytes:
    """A model around some DRG elements."""
    return f'<definitions xmlns="{NAMESPACE}" id="m" name="m" namespace="test">{body}</definitions>'.encode()


def an_input(name: str, kind: str) -> str:
    """An input datum; its id is its name."""
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def a_decision(
    name: str, logic: str, *, needs: Sequence[str] = (), knows: Sequence[str] = (), kind: str = "Any"
) -> str:
    """A decision that requires inputs (``needs``), decisions (``#`` before the id) and knowledge."""
    required = "".join(map(_requirement, needs))
    known = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{each}"/></knowledgeRequirement>' for each in knows
    )
    variable = f'<variable name="{name}" typeRef="{kind}"/>'
    return f'<decision id="{name}" name="{name}">{variable}{required}{known}{logic}</decision>'


def _requirement(target: str) -> str:
    kind = "Decision" if target.startswith("#") else "Input"
    return f'<informationRequirement><required{kind} href="#{target.lstrip("#")}"/></informationRequirement>'


def a_literal(text: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def a_table(
    policy: str,
    inputs: Sequence[tuple[str, str]],
    rules: Sequence[Sequence[str]],
    *,
    outputs: Sequence[str] = ("result",),
    values: str = "",
    default: str = "",
    notes: Sequence[str] = (),
) -> str:
    """A table; each rule is its input cells, then its output cells, then its annotations."""
    columns = "".join(
        f'<input id="c{i}"><inputExpression typeRef="{kind}"><text>{text}</text></inputExpression></input>'
        for i, (text, kind) in enumerate(inputs)
    )
    order = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    spare = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    results = "".join(f'<output name="{name}">{order}{spare}</output>' for name in outputs)
    annotations = "".join(f'<annotation name="{name}"/>' for name in notes)
    rows = "".join(_rule(i, rule, len(inputs), len(outputs)) for i, rule in enumerate(rules, start=1))
    attributes = f'hitPolicy="{policy.partition("+")[0]}"'
    if "+" in policy:
        attributes += f' aggregation="{policy.partition("+")[2]}"'
    return f'<decisionTable id="t" {attributes}>{columns}{results}{annotations}{rows}</decisionTable>'


def _rule(index: int, rule: Sequence[str], inputs: int, outputs: int) -> str:
    cells = [escape(cell) for cell in rule]
    made = [
        f"<inputEntry id='r{index}i{i}'><text>{cell}</text></inputEntry>"
        for i, cell in enumerate(cells[:inputs])
    ]
    made += [f"<outputEntry><text>{cell}</text></outputEntry>" for cell in cells[inputs : inputs + outputs]]
    made += [f"<annotationEntry><text>{cell}</text></annotationEntry>" for cell in cells[inputs + outputs :]]
    return f'<rule id="r{index}">{"".join(made)}</rule>'


def a_table_model(
    policy: str, inputs: Sequence[tuple[str, str]], rules: Sequence[Sequence[str]], **more: object
) -> bytes:
    """A model of one decision ``D`` that is a table over inputs."""
    table = a_table(policy, inputs, rules, **more)  # type: ignore[arg-type]
    data = "".join(an_input(name, kind) for name, kind in inputs)
    return a_model(data + a_decision("D", table, needs=[name for name, _ in inputs]))
