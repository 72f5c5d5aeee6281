"""Local topics of the review: drawing and seating experts, ranking, voting, and what the list says."""

from __future__ import annotations

from collections.abc import Mapping

from service.engine.records import OpenServiceTask, Variables
from service.models import Instance
from service.programmes.review import ballots, draws, seats, standings, ties
from service.programmes.round import rounds
from service.programmes.topics.subject import nomination_of
from service.workflow.context import Context, Topic


def draw_panel(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``panel.draw``: draw the experts of the header ``role`` by the variable ``seed``; keeps the seed."""
    entry = rounds.of_instance(ctx, instance)
    seed = str(task.variables.get("seed") or "")
    return {"seed": draws.draw(ctx, entry, task.headers["role"], seed).seed}


def seat_panel(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``panel.seat``: sets ``experts``, the groups of those who are to score the nomination.

    With the header ``again`` = ``true`` whoever sits there already scores at a further sitting.
    """
    again = task.headers.get("again") == "true"
    return {"experts": list(seats.take(ctx, nomination_of(ctx, instance), again=again))}


def rank_panel(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``panel.rank``: rank everybody scored and propose the first of each category; sets ``ranked``.

    The header ``sittings`` names those that count, ``first`` how many of each category are proposed.
    """
    sittings = [key.strip() for key in task.headers.get("sittings", "").split(",") if key.strip()]
    first = int(task.headers.get("first") or 0)
    return {"ranked": standings.rank(ctx, rounds.of_instance(ctx, instance), sittings=sittings, first=first)}


def propose_list(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``list.propose``: put everybody still in the running on the list, unscored; sets ``listed``."""
    return {"listed": standings.propose(ctx, rounds.of_instance(ctx, instance))}


def open_ballot(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``ballot.open``: open a secret ballot on the proposed list; sets ``voters``, their groups.

    The header ``role`` names who votes; without it those who have scored do.
    """
    _, voters = ballots.open_ballot(ctx, rounds.of_instance(ctx, instance), task.headers.get("role") or "")
    return {"voters": list(voters)}


def count_ballot(ctx: Context, instance: Instance, task: OpenServiceTask) -> Variables:
    """``ballot.count``: close the ballot; sets ``fallen``, how many came off the list.

    With the header ``rank`` = ``votes`` the others are ranked by their votes, as far as there are places;
    equal votes at the last place are left to the next meeting.
    """
    by_votes = task.headers.get("rank") == "votes"
    return {"fallen": ballots.count(ctx, rounds.of_instance(ctx, instance), by_votes=by_votes)}


def read_list(ctx: Context, instance: Instance, _task: OpenServiceTask) -> Variables:
    """``list.read``: sets ``proposed``: whether the nomination is on the list the meeting settled."""
    return {"proposed": ties.is_proposed(ctx, nomination_of(ctx, instance))}


TOPICS: Mapping[str, Topic] = {
    "panel.draw": draw_panel,
    "panel.seat": seat_panel,
    "panel.rank": rank_panel,
    "list.propose": propose_list,
    "ballot.open": open_ballot,
    "ballot.count": count_ballot,
    "list.read": read_list,
}
