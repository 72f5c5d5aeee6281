"""``zeebe:ioMapping``: what an element takes in under its own names, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.engine.expressions import Text
from service.engine.records import Variables

if TYPE_CHECKING:
    from service.engine.token import Token

Pairs = tuple[tuple[Text, str], ...]  #: FEEL source and the variable that takes its value


@dataclass(frozen=True, kw_only=True)
class Mappings:
    """The mappings of one element. With outputs, nothing else of what it wrote leaves it."""

    inputs: Pairs = ()
    outputs: Pairs = ()

    def __bool__(self) -> bool:
        return bool(self.inputs or self.outputs)

    def take_in(self, token: Token) -> None:
        """Give a token variables of its own, each input seeing those before it."""
        if self:
            token.internal_data["mapped"] = {}
            for source, name in self.inputs:
                value = token.workflow.script_engine.value(token, source)
                token.internal_data["mapped"] = {**token.internal_data["mapped"], name: value}

    def hand_back(self, token: Token) -> None:
        """Drop a finished token's own variables, and write its outputs around it."""
        if self:
            result = evaluate(self.outputs, token)
            token.internal_data.pop("mapped", None)
            token.write(result)

    def filter(self, token: Token, payload: Variables) -> Variables:
        """Return what of an event's payload is written: all of it without outputs."""
        return evaluate(self.outputs, token, payload) if self.outputs else payload


def evaluate(pairs: Pairs, token: Token, context: Variables | None = None) -> Variables:
    """Evaluate sources where a token stands."""
    return {name: token.workflow.script_engine.value(token, source, context) for source, name in pairs}
