"""Gateways. A join counts the tokens that wait at it, by the flow they came along; it needs no history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from service.engine.nodes.node import Flow, Node

if TYPE_CHECKING:
    from service.engine.token import Token


class ExclusiveGateway(Node):
    """Passes each token on along the first flow whose condition holds, else the default."""

    def choose(self, token: Token) -> list[Flow]:
        """Return one flow."""
        for flow in self.outgoing:
            if not flow.is_default and self.may_take(token, flow):
                return [flow]
        return self._some([flow for flow in self.outgoing if flow.is_default])


class _Join(Node):
    """A gateway that may hold tokens back. A held token has not entered it yet."""

    def _update_hook(self, my_task: Token) -> bool:
        if not self.holds_back(my_task):
            return super()._update_hook(my_task)
        my_task._set_state(TaskState.WAITING)
        my_task.internal_data["held"] = True
        self.arrived(my_task)
        return False

    def _on_cancel(self, my_task: Token) -> None:
        if "held" not in my_task.internal_data:
            super()._on_cancel(my_task)

    def holds_back(self, token: Token) -> bool:
        """Whether a token must wait for others; not where there is only one way in."""
        return len(self.incoming) > 1 and "joined" not in token.internal_data

    def arrived(self, token: Token) -> None:
        """Look whether the join can fire now."""

    def held(self, scope: Any) -> dict[str, list[Token]]:
        """Return the tokens waiting here by the flow they came along, oldest first."""
        waiting: dict[str, list[Token]] = {}
        for token in scope.tokens():
            if token.task_spec is self and "held" in token.internal_data:
                waiting.setdefault(token.internal_data.get("flow", ""), []).append(token)
        return waiting

    def merge(self, scope: Any, waiting: dict[str, list[Token]]) -> None:
        """Consume one token of each flow and let one go on; excess tokens stay for the next round."""
        consumed = sorted((tokens[0] for tokens in waiting.values()), key=lambda token: int(token.id))
        joined = scope.place(self, joined=True)
        for token in consumed:
            joined.data = {**joined.data, **token.data}
        for token in consumed:
            scope._remove_task(token.id)
        joined.enter()


class ParallelGateway(_Join):
    """Waits for a token on every incoming flow, then passes one on along every outgoing flow."""

    def arrived(self, token: Token) -> None:
        """Fire as soon as every flow has a token."""
        waiting = self.held(token.workflow)
        if len(waiting) == len(self.incoming):
            self.merge(token.workflow, waiting)

    def choose(self, token: Token) -> list[Flow]:  # noqa: ARG002  # nothing to ask it
        """Return every flow: conditions mean nothing here."""
        return list(self.outgoing)


class InclusiveGateway(_Join):
    """Waits until no token elsewhere can still come along a flow that has none, then chooses."""

    def fire_if_complete(self, scope: Any) -> bool:
        """Fire when BPMN's rule says so: asked when nothing else can run. True if it fired."""
        waiting = self.held(scope)
        if not waiting:
            return False
        missing = {flow.id for flow in self.incoming} - set(waiting)
        others = [
            t for t in scope.tokens() if not t.is_armed and t.task_spec is not self and t.attached_to is None
        ]
        for token in others:
            reach = reachable_into(self, token.task_spec)
            if reach & missing and not reach - missing:
                return False
        self.merge(scope, waiting)
        return True


def reachable_into(gateway: Node, start: Node) -> set[str]:
    """Return the incoming flows of a gateway that a token at ``start`` can still arrive by."""
    arrivals: set[str] = set()
    seen, todo = {start.name}, [start]
    while todo:
        node = todo.pop()
        exits = [*node.outgoing, *(flow for b in getattr(node, "boundaries", ()) for flow in b.outgoing)]
        for flow in exits:
            if flow.target == gateway.name:
                arrivals.add(flow.id)
            elif flow.target not in seen:
                seen.add(flow.target)
                todo.append(node.process.task_specs[flow.target])
    return arrivals


class EventBasedGateway(Node):
    """Lets the events behind it listen; the first one wins and the others go."""

    def enter(self, token: Token) -> bool:
        """Start the race."""
        token._set_state(TaskState.STARTED)
        scope = token.workflow
        runners = [
            scope.place(scope.spec.task_specs[flow.target], parent=token, origin=token, flow=flow.id)
            for flow in self.outgoing
        ]
        for runner in runners:
            if runner.alive:
                runner.enter()
        return False

    def won(self, token: Token, winner: Token) -> None:
        """End the race: everybody but the winner leaves, and the gateway is done."""
        scope, top = token.workflow, token.workflow.top_workflow
        winner.detach()
        for loser in token.children:
            loser.cancel()
        token._set_state(TaskState.COMPLETED)
        top.record(token, "completed")
        scope._remove_task(token.id)
