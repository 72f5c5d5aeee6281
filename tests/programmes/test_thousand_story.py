"""The selection of a thousand: self-nomination, the Saturday deadline, plans, and a list without a notice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Invalid
from service.models import Award, AwardStatus, Candidate, NoticeKind, Reminder, TaskStatus, UserTask
from service.programmes.award import awards, register
from service.scheduler import starts
from service.workflow import notifications
from service.workflow.task import user_tasks
from tests.programmes.story import Story

TICKS = {"loyal": True, "upright": True, "diligent": True}
ORGANISER = "sxtuanshiwei"


def test_x08_self_nomination_goes_by_the_workplace_to_the_recommender_above(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxgz-1-2", "enterprise", source="self", by="houxuanren")

    with period_2021.wiring.reading() as ctx:
        task = period_2021.task_id(nominee, "workplace_opinion")
        offered = list(ctx.session.scalars(select(Candidate.group_key).where(Candidate.user_task_id == task)))
    assert offered == ["head@sxgz-1-2"]
    assert period_2021.read(nominee).recommender.code == "sxgz"


def test_x10_x11_saturday_deadline_is_kept_and_closes_what_is_unfinished(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")

    period_2021.pass_until("2021-07-31 23:59")
    assert period_2021.waits_at(nominee) == ["workplace_opinion"]
    period_2021.pass_until("2021-08-01 00:00")

    assert (period_2021.waits_at(nominee), period_2021.status(nominee)) == ([], "overdue")


def test_plans_are_asked_of_every_recommender_and_reminded_until_filed(period_2021: Story) -> None:
    with period_2021.wiring.reading() as ctx:
        query = select(UserTask.id).where(UserTask.element_id == "file_plan")
        plans = list(ctx.session.scalars(query.where(UserTask.status == TaskStatus.OPEN)))
        groups = select(Candidate.group_key).where(Candidate.user_task_id.in_(plans))
        offered = sorted(ctx.session.scalars(groups))

    period_2021.pass_until("2021-06-21 10:00")

    recommenders = period_2021.pack.programme.quota.recommenders
    assert offered == sorted(f"recommender@{code}" for code in recommenders)
    with period_2021.wiring.reading() as ctx:
        assert set(ctx.session.scalars(select(Reminder.user_task_id))) == set(plans)


def test_every_recommender_shows_its_own_by_the_end_of_july_and_holds_up_nobody(period_2021: Story) -> None:
    zone = period_2021.pack.programme.zone
    query = select(UserTask).where(UserTask.element_id == "show_own", UserTask.status == TaskStatus.OPEN)
    with period_2021.wiring.reading() as ctx:
        tasks = list(ctx.session.scalars(query))
        shown = {
            (task.follow_up_date.astimezone(zone).isoformat(), task.due_date.astimezone(zone).isoformat())
            for task in tasks
            if task.follow_up_date and task.due_date
        }
        mine = tasks[0].id
        login = notifications.list_responsible(ctx, tasks[0])[0].login

    with period_2021.acting(login) as ctx, pytest.raises(Invalid):
        user_tasks.complete(ctx, mine, "shown", {})
    with period_2021.acting(login) as ctx:
        user_tasks.complete(ctx, mine, "none", {})
    period_2021.pass_until("2021-08-02 10:00")

    assert len(tasks) == len(period_2021.pack.programme.quota.recommenders)
    assert shown == {("2021-07-17T00:00:00+08:00", "2021-08-01T00:00:00+08:00")}
    with period_2021.wiring.reading() as ctx:
        reminded = select(Reminder.user_task_id).where(Reminder.user_task_id.in_(task.id for task in tasks))
        assert set(ctx.session.scalars(reminded)) == {task.id for task in tasks} - {mine}
    period_2021.confirm("confirm_display", by=ORGANISER)


def to_display(story: Story) -> int:
    """Nominate one, file him and show the list."""
    nominee = story.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    story.complete(nominee, "workplace_opinion", "approve", text="同意。", **TICKS)
    story.complete(
        nominee, "recommender_opinion", "approve", reason="同意推荐。", over_reason="尚未报送人数。"
    )
    story.complete(nominee, "file_nomination", "file", by=ORGANISER, text="予以备案。")
    story.pass_until("2021-08-02 10:00")
    story.confirm("confirm_display", by=ORGANISER)
    return nominee


def test_list_is_shown_without_a_notice_once_everybody_is_filed(period_2021: Story) -> None:
    nominee = to_display(period_2021)

    assert period_2021.status(nominee) == "awarded"
    assert period_2021.listed(NoticeKind.AWARDS) == [nominee]


def test_n66_a_title_is_over_with_its_period_and_stays_in_the_register(period_2021: Story) -> None:
    to_display(period_2021)
    while starts.begin_by_events(period_2021.wiring):
        pass

    found = []
    for moment in ("2024-07-31 23:59", "2024-08-01 00:00"):
        period_2021.pass_until(moment)
        with period_2021.acting(ORGANISER) as ctx:
            award = ctx.session.scalars(select(Award)).one()
            by_status = register.count_by_status(ctx, register.Filter())
            held = awards.count_by_category(ctx, award.round)
            found.append((award.status, award.status_reason, by_status, held))

    assert found == [
        (AwardStatus.VALID, "", {"valid": 1}, {"organ": 1}),
        (AwardStatus.LAPSED, "本期选培期满（三年一期）", {"lapsed": 1}, {"organ": 1}),
    ]
