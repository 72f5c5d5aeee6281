"""What of an instance can be carried over, what is left behind, and what forbids it: in the old diagram."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from service.engine.instance import Instance
from service.engine.migration.places import Place, is_same_kind, repeats
from service.engine.migration.redraw import Redraw
from service.engine.nodes.activity import Activity
from service.engine.nodes.events import BoundaryEvent, CatchEvent
from service.engine.nodes.gateways import EventBasedGateway
from service.engine.nodes.node import Node
from service.engine.nodes.subprocesses import CallActivity, EventSubProcess
from service.engine.nodes.user_tasks import UserTask
from service.engine.records import Instruction, Remark, Variables
from service.engine.token import Token

MODES: Final = {"": "只办一次", "parallel": "并行多实例", "sequential": "顺序多实例", "loop": "循环"}
MOVE_INSTEAD: Final = "保持原来的画法，或选择“改到”：原来的一步关闭，从所选的一步重新开始"


@dataclass(frozen=True, kw_only=True)
class Move:
    """A token that leaves its element for another one of its scope."""

    host: str | None  #: key of the activity its scope is in; None for the process itself
    target: str
    data: Variables  #: what its branch wrote


@dataclass(kw_only=True)
class Examined:
    """What the plan means for one instance."""

    remarks: list[Remark] = field(default_factory=list)
    leaving: list[Token] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    nodes: dict[str, Node] = field(
        default_factory=dict
    )  #: of the old diagram, by the key of what stands there

    standing: set[str] = field(
        default_factory=set
    )  #: elements of the old diagram that are not merely listened to

    @property
    def is_blocked(self) -> bool:
        """Whether something forbids it."""
        return any(remark.level == "blocked" for remark in self.remarks)

    def block(self, rule: str, node: Node, message: str, fix: str) -> None:
        """Note what forbids it."""
        self.remarks.append(
            Remark(
                level="blocked", rule=rule, element_id=node.name, message=f"{node.label}{message}", fix=fix
            )
        )

    def warn(self, rule: str, node: Node, message: str, fix: str = "") -> None:
        """Note what somebody should know."""
        self.remarks.append(
            Remark(level="warn", rule=rule, element_id=node.name, message=f"{node.label}{message}", fix=fix)
        )


def examine(redraw: Redraw, instance: Instance) -> Examined:
    """Look at every token of an instance, all of them awake."""
    examined = Examined()
    for scope in instance.scopes():
        for token in scope.tokens():
            examined.nodes[token.id] = token.task_spec
            if not token.is_armed:
                examined.standing.add(token.task_spec.name)
            if _goes_with_another(token, examined.leaving):
                continue
            if token.is_armed:
                _examine_listening(redraw, token, examined)
            elif token.attached_to is None:
                _examine_free(redraw, token, examined)
            elif isinstance(token.attached_to.task_spec, EventBasedGateway):
                _examine_runner(redraw, token, examined)
    return examined


def _goes_with_another(token: Token, leaving: list[Token]) -> bool:
    """Whether the activity a token belongs to, or one around it, is left."""
    outside = token.outside
    while outside is not None:
        if outside in leaving:
            return True
        outside = outside.outside
    return False


def _examine_free(redraw: Redraw, token: Token, examined: Examined) -> None:
    node, instruction = token.task_spec, redraw.plan.get(token.task_spec.name)
    if instruction is None:
        fix = "在方案里写明它对应新图的哪一步、改到哪一步，或取消它"
        examined.block("no-instruction", node, "正在进行，方案没有写明它在新图里怎么办", fix)
    elif instruction.action == "cancel":
        _leave(redraw, token, examined)
    elif instruction.target not in redraw.new:
        fix = "从新图里另选一步"
        examined.block("no-target", node, f"在方案里对应「{instruction.target}」，新图里没有它", fix)
    elif instruction.action == "move":
        _move(redraw, token, redraw.new[instruction.target], examined)
    else:
        _map(redraw, token, redraw.new[instruction.target], examined)


def _leave(redraw: Redraw, token: Token, examined: Examined) -> None:
    staying = [t for t in token.workflow.tokens() if not t.is_armed and t.attached_to is None]
    if all(_is_cancelled(redraw.plan.get(t.task_spec.name)) for t in staying):
        fix = "选择“改到”，让流程从另一步继续"
        examined.block(
            "nothing-left", token.task_spec, "取消以后，它所在的范围里没有别的在办，流程无法继续", fix
        )
    examined.leaving.append(token)
    examined.warn("cancelled", token.task_spec, "按方案取消")


def _is_cancelled(instruction: Instruction | None) -> bool:
    return instruction is not None and instruction.action == "cancel"


def _move(redraw: Redraw, token: Token, place: Place, examined: Examined) -> None:
    node, new = token.task_spec, place.node
    if place.scope.name != redraw.scope_name(token.workflow.spec):
        fix = "改到与它同一范围（流程或子流程）里的一步"
        examined.block("nesting", node, f"不能改到{new.label}：两者不在同一范围", fix)
        return
    if not can_move_to(new):
        fix = "改到用户任务、捕获事件或接收任务"
        examined.block("no-wait", node, f"不能改到{new.label}：它不停留", fix)
        return
    host = token.workflow.host
    examined.leaving.append(token)
    examined.moves.append(Move(host=None if host is None else host.id, target=new.name, data=token.data))
    examined.warn("moved", node, f"关闭，改从{new.label}继续")


def can_move_to(node: Node) -> bool:
    """Whether a token can be put on a node: one that waits for somebody outside."""
    if isinstance(node, CatchEvent):
        return not any(
            isinstance(node.process.task_specs[flow.source], EventBasedGateway) for flow in node.incoming
        )
    return isinstance(node, UserTask)


def _map(redraw: Redraw, token: Token, place: Place, examined: Examined) -> None:
    old, new = token.task_spec, place.node
    if not is_same_kind(old, new):
        examined.block("type", old, f"与新图里的{new.label}类型不同，不能直接对应", MOVE_INSTEAD)
    elif place.scope.name != redraw.scope_name(token.workflow.spec):
        examined.block("nesting", old, "在新图里换了所在的子流程，不能直接对应", MOVE_INSTEAD)
    elif repeats(old) != repeats(new):
        modes = f"{MODES[repeats(old)]} → {MODES[repeats(new)]}"
        examined.block("repetition", old, f"的重复方式变了（{modes}），办到一半的不能直接对应", MOVE_INSTEAD)
    elif isinstance(old, CallActivity) and isinstance(new, CallActivity) and old.called != new.called:
        examined.block("called", old, "调用的流程换了，办到一半的不能直接对应", MOVE_INSTEAD)
    elif isinstance(old, Activity) and has_scope(old) and bool(old.mappings) != bool(new.mappings):
        examined.block("mappings", old, "的输入输出映射有了或没了，办到一半的不能直接对应", MOVE_INSTEAD)
    elif "held" in token.internal_data:
        _examine_held(redraw, token, new, examined)
    if repeats(old) and _collection(old) != _collection(new):
        examined.warn("collection", old, "的份数按开始时的名单，不随新图改变")


def has_scope(node: Node) -> bool:
    """Whether a scope is open inside a token that stands at a node."""
    return node.type in ("subProcess", "transaction", "callActivity")


def _collection(node: Node) -> list[str]:
    loop = getattr(node, "loop", None)
    texts = (getattr(loop, name, None) for name in ("input_collection", "cardinality"))
    return [text.source for text in texts if text is not None]


def _examine_held(redraw: Redraw, token: Token, new: Node, examined: Examined) -> None:
    flow = redraw.flow_into(token.task_spec, new, token.internal_data.get("flow", ""))
    if flow is None:
        message = "前已有分支办完等着汇聚，新图里找不到这条来路"
        examined.block("join", token.task_spec, message, "在新图里保留这条分支到汇聚网关的流转")


def _examine_listening(redraw: Redraw, token: Token, examined: Examined) -> None:
    """Let go of a boundary event or event sub-process that the new diagram does not have there."""
    node, place = token.task_spec, redraw.find(token.task_spec)
    if place is None or not _still_listens(redraw, token, place):
        examined.leaving.append(token)
        examined.warn("listener-gone", node, "在新图里没有了，不再等待")


def _still_listens(redraw: Redraw, token: Token, place: Place) -> bool:
    host, old, new = token.attached_to, token.task_spec, place.node
    if type(old) is not type(new) or type(_event(old)) is not type(_event(new)):
        return False
    if host is None:
        return bool(place.scope.name == redraw.scope_name(token.workflow.spec))
    at = redraw.find(host.task_spec)
    boundaries: tuple[Node, ...] = () if at is None else getattr(at.node, "boundaries", ())
    return any(one.name == new.name for one in boundaries)


def _event(node: Node) -> object:
    return node.event_definition if isinstance(node, BoundaryEvent | EventSubProcess) else None


def _examine_runner(redraw: Redraw, token: Token, examined: Examined) -> None:
    """Let go of an event behind an event-based gateway that is not behind it any more."""
    node, place, gateway = token.task_spec, redraw.find(token.task_spec), token.attached_to
    at = None if gateway is None else redraw.find(gateway.task_spec)
    if at is None:
        return  # the gateway's own instruction says what becomes of all of them
    behind = place is not None and any(flow.target == place.node.name for flow in at.node.outgoing)
    if place is None or not behind or not is_same_kind(node, place.node):
        examined.leaving.append(token)
        examined.warn("listener-gone", node, "在新图里没有了，不再等待")
