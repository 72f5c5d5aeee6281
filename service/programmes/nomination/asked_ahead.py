"""Questions about a nomination that are asked of all those read ahead with it, once a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from service.models import Nomination
from service.workflow import memory
from service.workflow.context import Context

Answer = TypeVar("Answer")

#: where a transaction remembers the numbers of the nominations that were read ahead
READ_AHEAD = "nominations_read_ahead"


def note(ctx: Context, nominations: Iterable[Nomination]) -> None:
    """Note nominations that were read ahead: the steps to come will ask the same of each."""
    memory.of(ctx.session).setdefault(READ_AHEAD, set()).update(nomination.id for nomination in nominations)


def ask(
    ctx: Context,
    question: str,
    nomination_id: int,
    find: Callable[[Sequence[int]], Mapping[int, Answer]],
    otherwise: Answer,
) -> Answer:
    """Return what ``find`` says of a nomination, or ``otherwise`` where it says nothing.

    What was found of those read ahead is kept: whoever changes it later in the transaction says ``forget``.
    """
    remembered = memory.of(ctx.session)
    ahead: set[int] = remembered.get(READ_AHEAD, set())
    if nomination_id not in ahead:
        return find([nomination_id]).get(nomination_id, otherwise)
    known: dict[int, Answer] = remembered.setdefault(question, {})
    if nomination_id not in known:
        missing = [nomination_id] if known else sorted(ahead)  # one that is asked again has changed
        found = find(missing)
        known.update({number: found.get(number, otherwise) for number in missing})
    return known[nomination_id]


def forget(ctx: Context, question: str, nomination_id: int) -> None:
    """Forget what was found of a nomination: it has changed."""
    memory.of(ctx.session).get(question, {}).pop(nomination_id, None)
