"""N67 and X22: who has nobody is asked for somebody, or for the reason, before submission closes."""

from __future__ import annotations

from sqlalchemy import select

from service.models import Candidate, Reminder, TaskStatus, Unit, UserTask
from service.programmes.nomination import starting
from service.programmes.round import coverage
from service.workflow.context import Context
from service.workflow.task import user_tasks
from tests.programmes.story import Story


def asked(ctx: Context) -> dict[str, int]:
    """Return the open tasks of units with nobody, by the unit's code."""
    query = select(Candidate.group_key, UserTask.id).join(UserTask, UserTask.id == Candidate.user_task_id)
    query = query.where(UserTask.element_id == "cover_gap", UserTask.status == TaskStatus.OPEN)
    return {row[0].partition("@")[2]: row[1] for row in ctx.session.execute(query)}


def test_x22_units_with_nobody_are_asked_fifteen_days_before_the_close(period_2021: Story) -> None:
    period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    period_2021.pass_until("2021-07-16 23:00")
    with period_2021.wiring.reading() as ctx:
        assert asked(ctx) == {}

    period_2021.pass_until("2021-07-17 00:00")

    with period_2021.wiring.reading() as ctx:
        units = asked(ctx)
    assert (len(units), "sxjg-01" in units, "sxjg-02" in units, "keqiao-lx-01" in units) == (
        139, False, True, False,
    )  # fmt: skip


def test_x22_unit_with_nobody_gives_its_reason_and_the_others_are_reminded(period_2021: Story) -> None:
    period_2021.pass_until("2021-07-17 00:00")
    with period_2021.acting("sxjg-02-renshi") as ctx:
        task = asked(ctx)["sxjg-02"]
        user_tasks.complete(ctx, task, "none", {"reason": "单位没有35周岁以下青年。"})

    period_2021.pass_until("2021-07-27 10:00")

    with period_2021.wiring.reading() as ctx:
        reminded = set(ctx.session.scalars(select(Reminder.user_task_id)))
        left = asked(ctx)
    assert (len(left), task in reminded, set(left.values()) <= reminded) == (139, False, True)


def test_n67_draft_covers_nobody_until_it_is_handed_in(period_2021: Story) -> None:
    with period_2021.acting("sxjg-01-tuan") as ctx:
        entry = period_2021.entry(ctx)
        unit = ctx.session.scalars(select(Unit).where(Unit.code == "sxjg-01")).one()
        starting.start(ctx, entry, unit=unit, category="organ", source="unit", name="演示-草稿")
    period_2021.nominate("sxjg-02", "organ", by="sxjg-02-tuan")

    with period_2021.wiring.reading() as ctx:
        gaps = coverage.list_uncovered(ctx, period_2021.entry(ctx))

    assert ("sxjg-01" in gaps, "sxjg-02" in gaps) == (True, False)


def test_x22_unit_that_promised_somebody_is_asked_again_while_nobody_came(period_2021: Story) -> None:
    period_2021.pass_until("2021-07-17 00:00")
    for login in ("sxjg-01-renshi", "sxjg-02-renshi"):
        with period_2021.acting(login) as ctx:
            user_tasks.complete(ctx, asked(ctx)[login.removesuffix("-renshi")], "nominate", {})
    period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    period_2021.pass_until("2021-07-19 23:00")
    with period_2021.wiring.reading() as ctx:
        before = asked(ctx)

    period_2021.pass_until("2021-07-20 01:00")

    with period_2021.wiring.reading() as ctx:
        after = asked(ctx)
    assert ("sxjg-01" in before, "sxjg-02" in before) == (False, False)
    assert ("sxjg-01" in after, "sxjg-02" in after) == (False, True)


def test_x22_asking_ends_with_submission(period_2021: Story) -> None:
    period_2021.pass_until("2021-08-01 00:00")

    with period_2021.wiring.reading() as ctx:
        assert asked(ctx) == {}
