"""A draft that is withdrawn is removed at once, and nobody else's words with it (X12, 个人信息保护法 §47)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from service.errors import Conflict
from service.models import (
    Attachment,
    Base,
    Draft,
    Nomination,
    Notification,
    OutboxMessage,
    OutboxStatus,
    User,
    UserTask,
)
from service.programmes.removal import removals
from service.programmes.removal.removals import NAMELESS
from service.programmes.round import withdrawals
from service.workflow import history
from service.workflow.instance import reminders
from service.workflow.task import user_tasks
from tests.programmes.story import LEAGUE, Story

pytestmark = pytest.mark.usefixtures("both_databases")

SECRET = "只写在草稿里的事迹"


def withdraw(story: Story, nomination_id: int) -> None:
    with story.acting(LEAGUE) as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, nomination_id), "本人不再参加")


def test_nothing_is_left_of_a_withdrawn_draft(round_2024: Story) -> None:
    kept = round_2024.nominate()
    withdrawn = round_2024.start()
    round_2024.attach(withdrawn)
    with round_2024.acting(LEAGUE) as ctx:
        task = round_2024.task_id(withdrawn, "fill_in_form")
        user_tasks.save_draft(ctx, task, {"name": "演示-某", "deeds": SECRET})

    withdraw(round_2024, withdrawn)

    assert found(round_2024, SECRET) == []
    assert (round_2024.read(withdrawn).name, round_2024.status(withdrawn)) == (NAMELESS, "withdrawn")
    assert round_2024.read(kept).id_number is not None
    with round_2024.wiring.reading() as ctx:
        assert ctx.session.scalars(select(Draft.user_task_id)).all() == []
        assert set(ctx.session.scalars(select(Attachment.nomination_id))) == {kept}
        assert list(history.verify(ctx.session)) == []


@pytest.mark.parametrize("name", ["演示-甲", "演示-甲乙", "请尽快办理", "。", "综合管理"])
def test_whoever_is_withdrawn_takes_his_own_messages_and_no_others(round_2024: Story, name: str) -> None:
    story = with_mail(round_2024)
    remind(story, story.start(name="演示-甲乙"))
    before = told(story)
    withdrawn = story.start(name=name)
    remind(story, withdrawn)

    withdraw(story, withdrawn)

    assert len(before) == 2
    assert told(story) == before


@pytest.mark.parametrize("name", ["演示-甲", "甲乙", "请尽快办理", "。", "生产管理类"])
def test_messages_of_before_are_known_by_the_name_and_the_workplace(round_2024: Story, name: str) -> None:
    story = with_mail(round_2024)
    remind(story, story.start(name="演示-甲乙"))
    before = told(story)
    withdrawn = story.start(name=name)
    remind(story, withdrawn)
    with story.wiring.transaction() as ctx:
        ctx.session.execute(update(Notification).values(instance_id=None, user_task_id=None))
        ctx.session.execute(update(OutboxMessage).values(instance_id=None))

    withdraw(story, withdrawn)

    assert told(story) == before


def test_it_is_removed_once(round_2024: Story) -> None:
    withdrawn = round_2024.start()
    withdraw(round_2024, withdrawn)

    with round_2024.acting(LEAGUE) as ctx:
        again = removals.purge_now(ctx, ctx.session.get_one(Nomination, withdrawn))

    assert not again


def test_a_title_keeps_what_it_stands_on(round_2024: Story) -> None:
    awarded = round_2024.nominate()
    round_2024.to_notice()
    round_2024.to_announcement()

    with round_2024.wiring.transaction() as ctx, pytest.raises(Conflict, match="称号名册"):
        removals.purge_now(ctx, ctx.session.get_one(Nomination, awarded))

    assert round_2024.read(awarded).id_number is not None


def with_mail(story: Story) -> Story:
    house = replace(story.wiring.house, channels=frozenset({"mail"}))
    story = replace(story, wiring=replace(story.wiring, house=house))
    with story.acting(LEAGUE) as ctx:
        ctx.session.execute(update(User).values(email="demo@example.invalid"))
    return story


def remind(story: Story, nomination_id: int) -> None:
    """Remind whoever fills in a nomination, and let the mail go out."""
    task_id = story.task_id(nomination_id, "fill_in_form")
    with story.acting(LEAGUE) as ctx:
        reminders.nudge_by_hand(ctx, ctx.session.get_one(UserTask, task_id))
        ctx.session.flush()
        ctx.session.execute(update(OutboxMessage).values(status=OutboxStatus.SENT))


def told(story: Story) -> list[str]:
    with story.wiring.reading() as ctx:
        queries = (select(Notification.text), select(OutboxMessage.body))
        return sorted(text for query in queries for text in ctx.session.scalars(query))


def found(story: Story, secret: str) -> list[str]:
    """Look for a text in every column of every table, encrypted ones too."""
    with story.wiring.reading() as ctx:
        return [
            table.name
            for table in Base.metadata.sorted_tables
            for row in ctx.session.execute(select(table)).mappings()
            if secret in " ".join(str(value) for value in row.values())
        ]
