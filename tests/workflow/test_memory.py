"""What a transaction remembers: until it ends, or a savepoint of it is given up."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.models import Stream
from service.scheduler.wiring import Wiring
from service.workflow import memory
from service.workflow.task import submissions, user_tasks
from tests.workflow.plant import Plant, acting, only_open, start


@pytest.fixture
def remembering(session: Session) -> Session:
    session.execute(select(Stream.name))
    memory.of(session)["answer"] = 42
    return session


def test_a_flush_and_a_savepoint_that_is_kept_forget_nothing(remembering: Session) -> None:
    with remembering.begin_nested():
        remembering.add(Stream(name="a", seq=0, head=""))
        remembering.flush()

    assert memory.of(remembering) == {"answer": 42}


def test_a_savepoint_that_is_given_up_forgets_all(remembering: Session) -> None:
    remembering.begin_nested().rollback()

    assert memory.of(remembering) == {}


def test_a_rollback_forgets_all(remembering: Session) -> None:
    remembering.rollback()

    assert memory.of(remembering) == {}


def test_a_commit_forgets_all(remembering: Session) -> None:
    remembering.commit()

    assert memory.of(remembering) == {}


def test_answers_that_were_given_up_are_not_found(wiring: Wiring, committed_plant: Plant) -> None:
    with wiring.transaction() as ctx:
        instance = start(ctx, committed_plant)
        task = only_open(ctx, instance)
        trial = ctx.session.begin_nested()
        user_tasks.complete(acting(ctx, committed_plant.alice), task.id, "submit", {"days": 1})
        given = submissions.find_newest(ctx, instance.id, [task.element_id])
        trial.rollback()

        assert (given, submissions.find_newest(ctx, instance.id, [task.element_id])) == ({"days": 1}, None)
