"""Living through a period of the selection: who is filed, shown, and what follows upon the title."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.models import Award, FollowUp, Instance, TaskStatus, UserTask
from service.programmes.award import awards
from service.scheduler import starts
from service.workflow.context import Context
from service.workflow.task import user_tasks
from tests.programmes.story import Story

ORGANISER = "sxtuanshiwei"
TICKS = {"loyal": True, "upright": True, "diligent": True}
ENTERPRISE = {"staffing": "两新领域从业（无编制）", "sector_kind": "新经济组织"}


def hand_in(story: Story, unit: str, category: str, **more: Any) -> int:
    """Nominate somebody and carry him to the organiser's desk."""
    more.setdefault("by", f"{unit}-tuan")
    nominee = story.nominate(unit, category, **more)
    for _ in range(5):
        [step] = story.waits_at(nominee)
        if step == "file_nomination":
            return nominee
        answers = {"text": "同意。"} | (TICKS if step == "workplace_opinion" else {})
        if step == "recommender_opinion":
            answers = {"reason": "同意推荐。", "over_reason": "尚未报送人数。"}
        story.complete(nominee, step, "approve", **answers)
    raise AssertionError(story.waits_at(nominee))


def file(story: Story, *nominees: int) -> None:
    """File candidates with the organiser, and let submission close."""
    for nominee in nominees:
        story.complete(nominee, "file_nomination", "file", by=ORGANISER, text="予以备案。")
    story.pass_until("2021-08-02 10:00")


def entitle(story: Story, unit: str = "sxgz-1-2", **more: Any) -> int:
    """Carry one nomination to its title; the award's id."""
    nominee = hand_in(story, unit, "enterprise", source="self", by="houxuanren", **more)
    file(story, nominee)
    story.confirm("confirm_display", by=ORGANISER)
    begin(story)
    with story.wiring.reading() as ctx:
        return ctx.session.scalars(select(Award.id).where(Award.nomination_id == nominee)).one()


def begin(story: Story) -> None:
    """Begin what waits to be begun, by timers too."""
    while starts.begin_by_timers(story.wiring) or starts.begin_by_events(story.wiring):
        pass


def jump(story: Story, moment: str) -> None:
    """Move the clock to a moment years away at once: timers fire, nobody is reminded on the way."""
    story.clock.move_to(datetime.fromisoformat(moment).replace(tzinfo=story.pack.programme.zone))
    story.work_off()
    begin(story)


def waits_at(story: Story, key: str) -> list[str]:
    """Return the steps at which a process waits, by the beginning of its key: ``award:1:mentoring``."""
    with story.wiring.reading() as ctx:
        return [task.element_id for task in _open_tasks(ctx, key)]


def complete(story: Story, key: str, outcome: str, *, by: str, **answers: Any) -> None:
    """Complete the only open task of a process as somebody."""
    with story.acting(by) as ctx:
        [task] = _open_tasks(ctx, key)
        user_tasks.complete(ctx, task.id, outcome, answers)
    story.work_off()


def ledger(story: Story, award_id: int) -> list[tuple[str, str, str]]:
    """Return track, item and result of a title's ledger in the order it was written."""
    with story.wiring.reading() as ctx:
        query = select(FollowUp).where(FollowUp.award_id == award_id).order_by(FollowUp.id)
        return [(entry.track, entry.item, entry.result) for entry in ctx.session.scalars(query)]


def ledger_texts(story: Story, award_id: int, item: str) -> list[str]:
    """Return what the entries of an item say, in the order they were written."""
    with story.wiring.reading() as ctx:
        query = select(FollowUp.text).where(FollowUp.award_id == award_id, FollowUp.item == item)
        return list(ctx.session.scalars(query.order_by(FollowUp.id)))


def read(ctx: Context, award_id: int) -> Award:
    """Return a title with its units."""
    return ctx.session.get_one(Award, award_id, options=awards.WITH_UNITS)


def _open_tasks(ctx: Context, key: str) -> list[UserTask]:
    query = (
        select(UserTask)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.business_key.startswith(key), UserTask.status == TaskStatus.OPEN)
    )
    return list(ctx.session.scalars(query.order_by(UserTask.id)))
