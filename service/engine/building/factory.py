"""From one drawn flow node to the node that runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from service.engine import attributes
from service.engine.attributes import TaskDefinition
from service.engine.building.definitions import Definitions
from service.engine.findings import Findings
from service.engine.instance import ProcessSpec
from service.engine.nodes.activity import AbstractTask, Activity
from service.engine.nodes.events import (
    BoundaryEvent,
    CatchEvent,
    EndEvent,
    PassThrough,
    StartEvent,
    ThrowEvent,
    waits,
)
from service.engine.nodes.gateways import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from service.engine.nodes.mappings import Mappings, Pairs
from service.engine.nodes.multi_instance import MultiInstance, StandardLoop
from service.engine.nodes.node import Drawn, Node
from service.engine.nodes.service_tasks import ScriptTask, ServiceTask
from service.engine.nodes.subprocesses import CallActivity, EventSubProcess, SubProcess
from service.engine.nodes.user_tasks import Assignment, UserTask
from service.engine.xml import Element, children, flow_nodes, label, local

DECISION_TOPIC: Final = (
    "decision.evaluate"  #: what a business rule task asks for; the headers say which decision
)

#: what Camunda 7 calls the counts of a multi-instance, and BPMN's own names for them
CAMUNDA_7_COUNTS: Final[Mapping[str, str]] = {
    "nrOfInstances": "numberOfInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
}

GATEWAYS: Final[Mapping[str, type[Node]]] = {
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
    "inclusiveGateway": InclusiveGateway,
    "eventBasedGateway": EventBasedGateway,
}


class Factory:
    """Makes the nodes of one diagram; what cannot be made is a finding and None."""

    def __init__(self, definitions: Definitions, findings: Findings, process_ids: frozenset[str]) -> None:
        self.definitions = definitions
        self.findings = findings
        self.process_ids = process_ids
        self._makers: dict[str, Callable[[ProcessSpec, Element, Drawn], Node | None]] = {
            "startEvent": self._start_event,
            "task": self._abstract_task,
            "userTask": self._user_task,
            "manualTask": self._user_task,
            "serviceTask": self._service_task,
            "sendTask": self._send_task,
            "receiveTask": self._receive_task,
            "scriptTask": self._script_task,
            "businessRuleTask": self._business_rule_task,
            "callActivity": self._call_activity,
            "subProcess": self._sub_process,
            "transaction": self._sub_process,
            "intermediateCatchEvent": self._catch_event,
            "intermediateThrowEvent": self._throw_event,
            "endEvent": self._throw_event,
            "boundaryEvent": self._boundary_event,
        }

    def make(self, process: ProcessSpec, element: Element) -> Node | None:
        """Make the node for an element, with its loop."""
        kind = local(element)
        drawn = Drawn(
            id=element.get("id"), type=kind, name=(element.get("name") or "").strip(), label=label(element)
        )
        if kind in GATEWAYS:
            node: Node | None = GATEWAYS[kind](process, drawn)
        else:
            maker = self._makers.get(kind)
            node = None if maker is None else maker(process, element, drawn)
        loop = attributes.loop(element)
        if loop is not None and node is not None:
            self._set_loop(node, element, loop)
        if node is not None:
            self._set_mappings(node, element)
        return node

    def _start_event(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node:
        return StartEvent(process, drawn, self.definitions.of(element))

    def _abstract_task(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node:
        fix = "要有人办理就改成用户任务，要系统办理就改成服务任务"
        self.findings.warning(element, "abstract-task", "没有类型，流程不停留，直接通过", fix)
        return AbstractTask(process, drawn)

    def _user_task(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node:
        written = attributes.user_task(element)
        if drawn.type == "userTask" and written.assignee is None and written.candidate_groups is None:
            fix = "在属性面板里填写办理人或候选组"
            self.findings.warning(element, "nobody", "没有写明由谁办理", fix)
        texts = {name: self.findings.text(element, value, name) for name, value in vars(written).items()}
        return UserTask(process, drawn, Assignment(**texts))

    def _service_task(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        definition = attributes.task_definition(element)
        if definition is None:
            fix = "在属性面板的“任务定义”里填写类型（主题），或改成普通任务"
            self.findings.error(element, "no-topic", "没有写明主题", fix)
            return None
        task = ServiceTask(process, drawn, definition)
        if definition.topic.startswith("="):
            task.topic = self.findings.expression(element, definition.topic, "主题")
        if definition.retries.startswith("="):
            task.retries = self.findings.expression(element, definition.retries, "重试次数")
        elif not definition.retries.isdecimal() or int(definition.retries) < 1:
            message = f"的重试次数「{definition.retries}」不是正整数"
            self.findings.error(element, "retries", message, "写成一共试几次，例如 3，或以等号开头的表达式")
        return task

    def _send_task(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        if element.get("messageRef") is None:
            return self._service_task(process, element, drawn)
        return ThrowEvent(process, drawn, self.definitions.message(element))

    def _receive_task(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        if element.get("messageRef") is None:
            self.findings.error(element, "no-message", "没有写明等待哪个消息", "在属性面板里选择消息")
            return None
        if element.get("instantiate") == "true":
            return StartEvent(process, drawn, self.definitions.message(element))
        return CatchEvent(process, drawn, self.definitions.message(element))

    def _script_task(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        script = attributes.script(element)
        if script is None and attributes.task_definition(element) is not None:
            return self._service_task(process, element, drawn)
        if script is None or children(element, "script"):
            fix = "在属性面板里选择 FEEL 表达式，写明表达式和结果变量"
            self.findings.error(element, "script", "没有 FEEL 表达式；程序脚本不能执行", fix)
            return None
        expression = self.findings.expression(element, script.expression, "脚本")
        name = self.findings.variable(element, script.result_variable, "结果变量")
        return None if expression is None or name is None else ScriptTask(process, drawn, expression, name)

    def _business_rule_task(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        called = attributes.decision(element)
        if called is None:
            return self._service_task(process, element, drawn)
        decision, result = called
        self.findings.variable(element, result, "结果变量")
        headers = {"decision": decision, "resultVariable": result}
        return ServiceTask(process, drawn, TaskDefinition(topic=DECISION_TOPIC, headers=headers))

    def _call_activity(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        called = attributes.called_process(element)
        if called not in self.process_ids:
            message = f"调用的流程「{called}」不在这个流程图里" if called else "没有写明调用哪个流程"
            self.findings.error(element, "called-process", message, "选择本图中的一个流程")
            return None
        return CallActivity(process, drawn, called, propagates_all=attributes.propagates_all(element))

    def _sub_process(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        if element.get("triggeredByEvent") != "true":
            return SubProcess(process, drawn)
        starts = [node for node in flow_nodes(element) if local(node) == "startEvent"]
        definition = self.definitions.of(starts[0]) if len(starts) == 1 else None
        if starts and self.findings.has(starts[0].get("id")):
            return None  # what is wrong with its start event has been said
        if definition is None or not waits(definition):
            fix = "只留一个带消息、信号、定时、条件、错误或升级的开始事件"
            self.findings.error(
                element, "event-subprocess", "作为事件子流程，须有且只有一个带事件的开始事件", fix
            )
            return None
        interrupting = starts[0].get("isInterrupting") != "false"
        return EventSubProcess(
            process, drawn, definition, start=starts[0].get("id"), interrupting=interrupting
        )

    def _catch_event(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        if element.get("link") == "true":
            return PassThrough(process, drawn)
        definition = self.definitions.of(element)
        if definition is not None and not waits(definition):
            fix = "选择定时、消息、信号或条件"
            self.findings.error(element, "no-event", "没有写明等待什么事件", fix)
            return None
        return CatchEvent(process, drawn, definition)

    def _throw_event(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node:
        made = EndEvent if drawn.type == "endEvent" else ThrowEvent
        return made(process, drawn, self.definitions.of(element))

    def _boundary_event(self, process: ProcessSpec, element: Element, drawn: Drawn) -> Node | None:
        definition = self.definitions.of(element)
        if self.findings.has(element.get("id")):
            return None  # what is wrong with it has been said
        if definition is None or not waits(definition):
            self.findings.error(
                element, "no-event", "没有写明等待什么事件", "选择定时、消息、信号、错误或升级"
            )
            return None
        return BoundaryEvent(
            process, drawn, definition, interrupting=element.get("cancelActivity") != "false"
        )

    def _set_loop(self, node: Node, element: Element, loop: attributes.LoopAttributes) -> None:
        if not isinstance(node, Activity):
            self.findings.error(element, "loop", "不能多实例执行", "把它放进多实例子流程里")
        elif loop.standard:
            node.loop = self._standard_loop(element, loop)
        elif loop.input_collection is None and loop.cardinality is None:
            fix = "填写输入集合，例如 =reviewers"
            self.findings.error(element, "loop", "是多实例，却没有写明对哪些对象重复", fix)
        else:
            node.loop = self._multi_instance(element, loop)

    def _standard_loop(self, element: Element, loop: attributes.LoopAttributes) -> StandardLoop:
        if loop.loop_condition is None and loop.loop_maximum is None:
            self.findings.warning(
                element, "loop", "是循环任务，却没有条件和次数，只执行一次", "填写循环条件或次数"
            )
        maximum = loop.loop_maximum or ""
        return StandardLoop(
            condition=self.findings.expression(element, loop.loop_condition, "循环条件"),
            maximum=int(maximum) if maximum.isdigit() else None,
            test_before=loop.test_before,
        )

    def _multi_instance(self, element: Element, loop: attributes.LoopAttributes) -> MultiInstance:
        read: dict[str, Any] = {
            "input_collection": self.findings.expression(element, loop.input_collection, "输入集合"),
            "output_element": self.findings.expression(element, loop.output_element, "输出元素"),
            "completion_condition": self.findings.expression(element, loop.completion_condition, "完成条件"),
            "cardinality": self.findings.text(element, loop.cardinality, "次数"),
        }
        condition = read["completion_condition"]
        if condition is not None and condition.expression is not None:
            for name in sorted(CAMUNDA_7_COUNTS.keys() & condition.expression.names_used):
                fix = f"写成 {CAMUNDA_7_COUNTS[name]}"
                self.findings.error(element, "loop", f"的完成条件用了 Camunda 7 的变量 {name}", fix)
        return MultiInstance(
            sequential=loop.sequential,
            input_element=self.findings.variable(element, loop.input_element, "输入元素"),
            output_collection=self.findings.variable(element, loop.output_collection, "输出集合"),
            **read,
        )

    def _set_mappings(self, node: Node, element: Element) -> None:
        written = attributes.mappings(element)
        takes_in = isinstance(node, Activity | ThrowEvent)
        hands_back = isinstance(node, Activity | CatchEvent | BoundaryEvent)
        if (written.inputs and not takes_in) or (written.outputs and not hands_back):
            self.findings.error(element, "mapping", "的输入输出映射在这里没有意义", "删去映射")
        inputs, outputs = self._pairs(element, written.inputs), self._pairs(element, written.outputs)
        node.mappings = Mappings(inputs=inputs, outputs=outputs)

    def _pairs(self, element: Element, written: tuple[tuple[str, str], ...]) -> Pairs:
        read = []
        for source, target in written:
            text = self.findings.text(element, source, "映射")
            name = self.findings.variable(element, target, "映射的变量")
            if text is not None and name is not None:
                read.append((text, name))
        return tuple(read)
