"""Who signs a task besides whoever has it, as its page shows them: signers, countersigners, comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.models import Comment, HeldDecision, Signer, SignerPlace, UserTask
from service.workflow.context import Context
from service.workflow.task import comments, countersigning, signers
from service.workflow.task.countersigning import Tally


@dataclass(frozen=True, kw_only=True)
class Together:
    """Who signs a task besides whoever has it, and what is said about it."""

    signers: Sequence[Signer]
    held: HeldDecision | None  #: a decision that waits for signers
    to_answer: Sequence[Signer]  #: of the signers, those the actor may answer for now
    tally: Tally | None
    comments: Sequence[tuple[Comment, str]]


def read(ctx: Context, task: UserTask) -> Together:
    """Gather who signs a task with others, and the comments on its instance."""
    found = signers.list_of(ctx, task) if task.has_signers else []
    held = signers.find_held(ctx, task) if task.has_signers else None
    return Together(
        signers=found,
        held=held,
        to_answer=[
            signer
            for signer in found
            if signer.answered_at is None
            and signer.user_id in ctx.actor.may_act_as
            and (signer.place == SignerPlace.BEFORE or held is not None)
        ],
        tally=countersigning.tally(ctx, task),
        comments=comments.list_of(ctx, task.instance),
    )
