"""The example that draws 会签, 票签 and 或签 runs as the guide says (``examples/sign-together.bpmn``)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from service.models import HistoryEvent, Instance, TaskStatus, User, UserTask
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.instance import execution
from service.workflow.person import people
from service.workflow.task import countersigning, task_access, user_tasks
from tests.programmes.story import Story, _unit

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/modelling/examples/sign-together.bpmn"
SIGNERS = ("huishen", "gongan", "hangye")
TITLE = "联合会审结果"


@pytest.fixture
def story(round_2024: Story) -> Story:
    """The round, in which three people sign an instance of the example."""
    with round_2024.wiring.transaction() as ctx:
        for login in SIGNERS[1:]:
            user = ctx.session.scalars(select(User).where(User.login == login)).one()
            people.grant(ctx, user, "reviewer", _unit(ctx, "cz"))
        deployment = deployments.publish(ctx, "sign-together", EXAMPLE.read_bytes(), {})
        execution.start(
            ctx, deployment, "sign_together", business_key="sign:1", title=TITLE, variables={},
            round_id=round_2024.round_id,
        )  # fmt: skip
    return round_2024


def sign(story: Story, **outcomes: str) -> None:
    """Let people give their outcomes at the step that is open for them, one after the other."""
    for login, outcome in outcomes.items():
        with story.acting(login) as ctx:
            (mine,) = (task for task in _open(ctx) if task_access.is_offered(ctx, task))
            user_tasks.complete(ctx, mine.id, outcome, {})


def stands(story: Story) -> list[str]:
    """Return the steps that are open, one for each signature still missing, or where it ended."""
    with story.wiring.reading() as ctx:
        waiting = [task.element_id for task in _open(ctx)]
        if waiting:
            return waiting
        ended = select(HistoryEvent.element_id).join(Instance, Instance.id == HistoryEvent.instance_id)
        ended = ended.where(Instance.title == TITLE, HistoryEvent.kind == "element.completed")
        return [str(ctx.session.scalars(ended.order_by(HistoryEvent.id.desc())).first())]


def _open(ctx: Context) -> list[UserTask]:
    query = select(UserTask).where(UserTask.title == TITLE, UserTask.status == TaskStatus.OPEN)
    return list(ctx.session.scalars(query.order_by(UserTask.id)))


def test_everybody_countersigns_then_two_thirds_vote_then_one_is_enough(story: Story) -> None:
    assert stands(story) == ["departments"] * 3
    sign(story, huishen="approve", gongan="approve")
    assert stands(story) == ["departments"]
    sign(story, hangye="approve")
    assert stands(story) == ["committee"] * 3

    sign(story, huishen="reject", gongan="approve")
    assert stands(story) == ["committee"]
    sign(story, hangye="approve")
    assert stands(story) == ["notify"] * 3

    sign(story, gongan="done")
    assert stands(story) == ["done"]


def test_one_who_does_not_agree_ends_the_countersigning(story: Story) -> None:
    sign(story, huishen="approve", gongan="reject")

    assert stands(story) == ["declined"]


def test_too_few_votes_have_somewhere_to_go(story: Story) -> None:
    sign(story, huishen="approve", gongan="approve", hangye="approve")

    sign(story, huishen="reject", gongan="reject", hangye="approve")

    assert stands(story) == ["not_enough"]


@pytest.mark.parametrize(("before", "kind"), [({}, "all"), (dict.fromkeys(SIGNERS, "approve"), "vote")])
def test_the_page_is_told_which_of_the_three_it_is(story: Story, before: dict[str, str], kind: str) -> None:
    sign(story, **before)

    with story.wiring.reading() as ctx:
        found = countersigning.tally(ctx, _open(ctx)[0])

    assert found is not None
    assert (found.kind, found.done, len(found.signatures)) == (kind, 0, 3)
