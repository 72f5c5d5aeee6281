"""A shorthand for small diagrams, so that a test shows what it is about.

    start s
    user review groups=reviewer@organiser
    xor decided
    sub S {
      ...
    }
    boundary late on review timer PT5S non-interrupting
    s -> review -> decided
    decided -> done ? =outcome = "approve"
    decided -> review *

One node a line: kind, id, then words. ``->`` draws flows; ``?`` gives the last one its condition and
``*`` makes it the default.
"""

from __future__ import annotations

import re
import shlex
from html import escape
from itertools import pairwise
from zlib import crc32

KINDS = {
    "start": "startEvent", "end": "endEvent", "throw": "intermediateThrowEvent",
    "catch": "intermediateCatchEvent", "boundary": "boundaryEvent",
    "task": "task", "user": "userTask", "manual": "manualTask", "service": "serviceTask",
    "send": "sendTask", "receive": "receiveTask", "script": "scriptTask", "rule": "businessRuleTask",
    "call": "callActivity", "sub": "subProcess", "esp": "subProcess", "xor": "exclusiveGateway",
    "and": "parallelGateway", "or": "inclusiveGateway", "race": "eventBasedGateway",
}  # fmt: skip
EVENTS = (
    "timer",
    "cycle",
    "date",
    "message",
    "signal",
    "error",
    "escalation",
    "condition",
    "link",
    "terminate",
)
EXTENSIONS = {  # tag: our word for each attribute; without the first word there is no tag
    "assignmentDefinition": {"groups": "candidateGroups", "assignee": "assignee"},
    "formDefinition": {"form": "formId"},
    "taskSchedule": {"due": "dueDate", "follow": "followUpDate"},
    "priorityDefinition": {"priority": "priority"},
    "taskDefinition": {"topic": "type", "retries": "retries"},
    "script": {"script": "expression", "result": "resultVariable"},
    "calledDecision": {"decision": "decisionId", "result": "resultVariable"},
    "calledElement": {"process": "processId", "propagate": "propagateAllChildVariables"},
}
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions">'
)


class _Sketch:
    def __init__(self) -> None:
        self.globals: dict[str, str] = {}
        self.defaults: dict[str, str] = {}
        self.flows = 0

    def scope(self, lines: list[str]) -> str:
        nodes: list[str] = []
        flows: list[str] = []
        while lines:
            line = lines.pop(0).strip()
            if line == "}":
                break
            if not line or line.startswith("#"):
                continue
            if re.search(r"\s->\s", line):
                flows.append(self.path(line))
            else:
                nodes.append(self.node(line, lines))
        return "".join(nodes + flows)

    def path(self, line: str) -> str:
        default = line.endswith(" *")
        line, _, condition = line.removesuffix(" *").partition(" ? ")
        stops = [stop.strip() for stop in line.split("->")]
        drawn = []
        for source, target in pairwise(stops):
            self.flows += 1
            inner = ""
            if condition and target == stops[-1]:
                inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
            if default and target == stops[-1]:
                self.defaults[source] = f"f{self.flows}"
            flow = f'id="f{self.flows}" sourceRef="{source}" targetRef="{target}"'
            drawn.append(f"<bpmn:sequenceFlow {flow}>{inner}</bpmn:sequenceFlow>")
        return "".join(drawn)

    def node(self, line: str, lines: list[str]) -> str:
        words = shlex.split(line)
        kind, name, rest = words[0], words[1], words[2:]
        options = dict(word.split("=", 1) for word in rest if re.match(r"[a-z_]+=", word))
        attributes = [f'id="{name}" name="{name}" @{name}@']
        inner = self.extensions(kind, options)
        if kind == "boundary":
            cancels = "false" if "non-interrupting" in rest else "true"
            attributes.append(f'attachedToRef="{rest[rest.index("on") + 1]}" cancelActivity="{cancels}"')
        if kind == "esp":
            attributes.append('triggeredByEvent="true"')
        if kind == "start" and "non-interrupting" in rest:
            attributes.append('isInterrupting="false"')
        if kind in ("send", "receive") and "message" in rest:
            attributes.append(
                f'messageRef="{self.reference("message", rest[rest.index("message") + 1], options)}"'
            )
        else:
            inner += self.event(rest, options)
        inner += self.loop(rest, options)
        if line.endswith("{"):
            inner += self.scope(lines)
        tag = KINDS[kind]
        return f"<bpmn:{tag} {' '.join(attributes)}>{inner}</bpmn:{tag}>"

    def extensions(self, kind: str, options: dict[str, str]) -> str:
        made = [self.extension(tag, options, words) for tag, words in EXTENSIONS.items()]
        for word, outer, inner in (
            ("header", "taskHeaders", "header"),
            ("property", "properties", "property"),
        ):
            if word in options:
                key, value = options[word].split(":")
                pair = self.xml(**{"key" if word == "header" else "name": key, "value": value})
                made.append(f"<zeebe:{outer}><zeebe:{inner} {pair}/></zeebe:{outer}>")
        mapped = ""
        for word, tag in (("carry", "input"), ("give", "output")):
            if word in options:
                target, source = options[word].split(":", 1)
                mapped += f"<zeebe:{tag} {self.xml(source=source, target=target)}/>"
        made.append(f"<zeebe:ioMapping>{mapped}</zeebe:ioMapping>" if mapped else "")
        written = "".join(made)
        return f"<bpmn:extensionElements>{written}</bpmn:extensionElements>" if written else ""

    def extension(self, tag: str, options: dict[str, str], words: dict[str, str]) -> str:
        pairs = {name: options.get(word) for word, name in words.items()}
        if next(iter(pairs.values())) is None and (tag != "assignmentDefinition" or not any(pairs.values())):
            return ""
        return f"<zeebe:{tag} {self.xml(**pairs)}/>"

    def event(self, rest: list[str], options: dict[str, str]) -> str:
        for kind in EVENTS:
            if kind in rest:
                following = rest[rest.index(kind) + 1 :]
                return self.definition(kind, following[0] if following else "", options)
        return ""

    def definition(self, kind: str, value: str, options: dict[str, str]) -> str:
        if kind == "terminate":
            return "<bpmn:terminateEventDefinition/>"
        if kind == "link":
            return f'<bpmn:linkEventDefinition name="{value}"/>'
        if kind == "condition":
            inner = f"<bpmn:condition>{escape(value)}</bpmn:condition>"
            return f"<bpmn:conditionalEventDefinition>{inner}</bpmn:conditionalEventDefinition>"
        if kind in ("timer", "cycle", "date"):
            tag = {"timer": "timeDuration", "cycle": "timeCycle", "date": "timeDate"}[kind]
            inner = f"<bpmn:{tag}>{escape(value)}</bpmn:{tag}>"
            return f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"
        reference = self.reference(kind, value, options) if value else None
        return f"<bpmn:{kind}EventDefinition {self.xml(**{kind + 'Ref': reference})}/>"

    def reference(self, kind: str, name: str, options: dict[str, str]) -> str:
        identifier = f"{kind}_{name}" + (f"_{crc32(options['key'].encode())}" if "key" in options else "")
        code = f'{kind}Code="{name}"' if kind in ("error", "escalation") else ""
        inner = ""
        if "key" in options:
            inner = f"<zeebe:subscription {self.xml(correlationKey=options['key'])}/>"
            inner = f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"
        self.globals[identifier] = (
            f'<bpmn:{kind} id="{identifier}" name="{name}" {code}>{inner}</bpmn:{kind}>'
        )
        return identifier

    def loop(self, rest: list[str], options: dict[str, str]) -> str:
        if "loop" in rest:
            inner = (
                f"<bpmn:loopCondition>{escape(options['while'])}</bpmn:loopCondition>"
                if "while" in options
                else ""
            )
            maximum = f'loopMaximum="{options["max"]}"' if "max" in options else ""
            return f"<bpmn:standardLoopCharacteristics {maximum}>{inner}</bpmn:standardLoopCharacteristics>"
        if "parallel" not in rest and "sequential" not in rest:
            return ""
        pair = self.xml(
            inputCollection=options.get("over"),
            inputElement=options.get("item"),
            outputCollection=options.get("into"),
            outputElement=options.get("output"),
        )
        inner = f"<bpmn:extensionElements><zeebe:loopCharacteristics {pair}/></bpmn:extensionElements>"
        if "times" in options:
            inner += f"<bpmn:loopCardinality>{options['times']}</bpmn:loopCardinality>"
        if "until" in options:
            inner += f"<bpmn:completionCondition>{escape(options['until'])}</bpmn:completionCondition>"
        tag = "multiInstanceLoopCharacteristics"
        sequential = "true" if "sequential" in rest else "false"
        return f'<bpmn:{tag} isSequential="{sequential}">{inner}</bpmn:{tag}>'

    @staticmethod
    def xml(**pairs: str | None) -> str:
        return " ".join(f'{name}="{escape(value)}"' for name, value in pairs.items() if value is not None)


def draw(**processes: str) -> bytes:
    """Return the XML of a diagram with these processes, each in shorthand."""
    sketch = _Sketch()
    bodies = {name: sketch.scope(text.splitlines()) for name, text in processes.items()}
    xml = HEAD + "".join(sketch.globals.values())
    for name, body in bodies.items():
        xml += f'<bpmn:process id="{name}" isExecutable="true">{body}</bpmn:process>'
    xml += "</bpmn:definitions>"
    marks = re.compile(r"@(\w+)@")
    xml = marks.sub(lambda m: f'default="{sketch.defaults[m[1]]}"' if m[1] in sketch.defaults else "", xml)
    return xml.encode()
