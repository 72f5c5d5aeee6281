"""Who is asked: nobody holds a role, the nominee himself does, or somebody was put in his place (X14)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.errors import Forbidden, Invalid, NotFound
from service.models import Candidate, HistoryEvent, Incident, Membership, Objection, User, UserTask
from service.programmes.account import accounts
from service.programmes.publication import objections
from service.workflow.instance import incidents
from service.workflow.job import retries
from service.workflow.person import people
from service.workflow.task import task_access, user_tasks
from tests.programmes.story import Story, _unit


def grant(story: Story, login: str, role: str, unit: str) -> None:
    with story.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == login)).one()
        people.grant(ctx, user, role, _unit(ctx, unit))


def revoke_all(story: Story, role: str) -> None:
    with story.wiring.transaction() as ctx:
        for membership in ctx.session.scalars(select(Membership).where(Membership.role == role)):
            ctx.session.delete(membership)


def offered_to(story: Story, nominee: int, element_id: str) -> list[str]:
    with story.wiring.reading() as ctx:
        query = select(Candidate.group_key).where(
            Candidate.user_task_id == story.task_id(nominee, element_id)
        )
        return sorted(ctx.session.scalars(query))


def substituted(story: Story) -> list[tuple[str | None, list[str], list[str]]]:
    with story.wiring.reading() as ctx:
        query = select(HistoryEvent).where(HistoryEvent.kind == "task.substituted").order_by(HistoryEvent.id)
        return [(e.element_id, e.details["missing"], e.details["asked"]) for e in ctx.session.scalars(query)]


def test_groups_are_looked_up_by_scope(round_2024: Story) -> None:
    nominee = round_2024.start(source="self")

    with round_2024.acting("xiaoming") as ctx:
        mine = f"user:{ctx.actor.user_id}"
    assert offered_to(round_2024, nominee, "fill_in_form") == ["league@liyang-qingfeng", mine]
    round_2024.hand_in(nominee)
    round_2024.carry(nominee, "recommender_opinion")
    assert offered_to(round_2024, nominee, "recommender_opinion") == ["recommender@liyang"]
    round_2024.carry(nominee, "consult_police")
    assert offered_to(round_2024, nominee, "consult_police") == ["police@cz"]
    assert substituted(round_2024) == []


def test_nobody_in_a_role_asks_the_unit_administrator_then_the_one_above(round_2024: Story) -> None:
    revoke_all(round_2024, "head")
    grant(round_2024, "wujin", "unit_admin", "liyang")

    first = round_2024.nominate(to="workplace_opinion")
    assert offered_to(round_2024, first, "workplace_opinion") == ["unit_admin@liyang"]
    grant(round_2024, "liyang", "unit_admin", "liyang-qingfeng")
    second = round_2024.nominate(to="workplace_opinion")
    assert offered_to(round_2024, second, "workplace_opinion") == ["unit_admin@liyang-qingfeng"]
    third = round_2024.nominate("wujin-gehu", to="workplace_opinion")
    assert offered_to(round_2024, third, "workplace_opinion") == ["unit_admin@cz"]

    assert substituted(round_2024) == [
        ("workplace_opinion", ["head@unit"], ["unit_admin@liyang"]),
        ("workplace_opinion", ["head@unit"], ["unit_admin@liyang-qingfeng"]),
        ("workplace_opinion", ["head@unit"], ["unit_admin@cz"]),
    ]


def test_nobody_at_all_is_an_incident_until_somebody_is_granted_the_role(round_2024: Story) -> None:
    revoke_all(round_2024, "head")
    revoke_all(round_2024, "unit_admin")

    nominee = round_2024.nominate(to="workplace_opinion")

    assert round_2024.waits_at(nominee) == ["workplace_opinion"]
    assert offered_to(round_2024, nominee, "workplace_opinion") == []
    with round_2024.wiring.reading() as ctx:
        incident = ctx.session.scalars(select(Incident)).one()
        assert (incident.kind, incident.element_id) == ("nobody-resolved", "workplace_opinion")
        assert "head@unit" in incident.message
    with round_2024.wiring.transaction() as ctx:
        assert not retries.retry(ctx, incident.id)
    grant(round_2024, "dangzhibu", "head", "liyang-qingfeng")
    with round_2024.wiring.transaction() as ctx:
        assert retries.retry(ctx, incident.id)
        assert incidents.list_open(ctx) == []
    round_2024.complete(nominee, "workplace_opinion", "approve", by="dangzhibu", text="同意。")
    assert round_2024.waits_at(nominee) == ["recommender_opinion"]


def test_somebody_who_left_is_nobody(round_2024: Story) -> None:
    with round_2024.acting("admin") as ctx:
        user = ctx.session.scalars(select(User).where(User.login == "dangzhibu")).one()
        assert accounts.set_active(ctx, user, active=False) == ["head@liyang-qingfeng"]

    nominee = round_2024.nominate(to="workplace_opinion")

    assert offered_to(round_2024, nominee, "workplace_opinion") == ["unit_admin@cz"]


def test_nominee_gives_no_opinion_on_himself_though_he_holds_the_role(round_2024: Story) -> None:
    grant(round_2024, "xiaoming", "league", "liyang-qingfeng")
    nominee = round_2024.nominate(source="self")
    answers = {"text": "同意。"}

    with pytest.raises(Forbidden, match="本人不能对自己的申报签署意见"):
        round_2024.complete(nominee, "workplace_league_opinion", "approve", by="xiaoming", **answers)

    round_2024.complete(nominee, "workplace_league_opinion", "approve", by="tuanzhibu", **answers)
    assert round_2024.waits_at(nominee) == ["workplace_opinion"]


def test_role_that_only_the_nominee_holds_falls_to_somebody_else(round_2024: Story) -> None:
    revoke_all(round_2024, "head")
    grant(round_2024, "xiaoming", "head", "liyang-qingfeng")

    nominee = round_2024.nominate(source="self", to="workplace_opinion")

    assert offered_to(round_2024, nominee, "workplace_opinion") == ["unit_admin@cz"]


def test_nominee_to_whom_his_opinion_was_passed_on_is_refused(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self")
    with round_2024.acting("xiaoming") as ctx:
        xiaoming = ctx.actor.user_id or 0
    task_id = round_2024.task_id(nominee, "workplace_league_opinion")

    with round_2024.acting("tuanzhibu") as ctx, pytest.raises(Invalid, match="本人不能"):
        user_tasks.transfer(ctx, task_id, xiaoming, "出差。")
    with round_2024.wiring.transaction() as ctx:
        user_tasks.get_fresh(ctx, task_id).assignee_id = xiaoming
    with pytest.raises(Forbidden, match="本人不能"):
        round_2024.complete(nominee, "workplace_league_opinion", "approve", by="xiaoming", text="同意。")

    assert round_2024.waits_at(nominee) == ["workplace_league_opinion"]


def test_opinion_of_somebody_it_was_passed_on_to_names_who_gave_it(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    with round_2024.acting("dangzhibu") as ctx:
        colleague = ctx.actor.user_id or 0
    with round_2024.acting("tuanzhibu") as ctx:
        user_tasks.transfer(ctx, round_2024.task_id(nominee, "workplace_league_opinion"), colleague, "休假。")

    with pytest.raises(task_access.AlreadyClaimed):
        round_2024.complete(nominee, "workplace_league_opinion", "approve", by="tuanzhibu", text="同意。")
    round_2024.complete(nominee, "workplace_league_opinion", "approve", by="dangzhibu", text="同意。")

    with round_2024.wiring.reading() as ctx:
        passed = ctx.session.scalars(
            select(HistoryEvent).where(HistoryEvent.kind == "task.transferred")
        ).one()
        task = ctx.session.get_one(UserTask, passed.details["task"])
    assert (passed.actor_name, passed.details["reason"], task.completed_by_id) == (
        "演示-青锋团支部", "休假。", colleague,
    )  # fmt: skip


def test_candidate_who_organises_has_no_part_in_the_case_against_him(round_2024: Story) -> None:
    nominee = round_2024.nominate(source="self")
    round_2024.to_notice()
    grant(round_2024, "xiaoming", "organiser", "cz")
    objection_id = round_2024.object_to(nominee)
    with round_2024.wiring.reading() as ctx:
        instance_id = ctx.session.get_one(Objection, objection_id).instance_id
        task = ctx.session.scalars(select(UserTask).where(UserTask.instance_id == instance_id)).one()

    with round_2024.acting("xiaoming") as ctx:
        with pytest.raises(NotFound):
            task_access.get_visible(ctx, task.id)
        with pytest.raises((Forbidden, NotFound)):
            user_tasks.complete(ctx, task.id, "dismiss", {"channel": "phone", "conclusion": "无事。"})
        assert not ctx.domain.may_see(ctx, ctx.session.get_one(UserTask, task.id).instance)
        assert objections.list_of(ctx, round_2024.entry(ctx)) == []
    round_2024.settle(objection_id, "dismiss")
    with round_2024.acting("shiwei") as ctx:
        assert [row.id for row in objections.list_of(ctx, round_2024.entry(ctx))] == [objection_id]


def test_work_is_neither_passed_on_nor_copied_to_another_district(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    task_id = round_2024.task_id(nominee, "workplace_league_opinion")
    with round_2024.acting("wujin") as ctx:
        stranger = ctx.actor.user_id or 0

    with round_2024.acting("tuanzhibu") as ctx:
        with pytest.raises(Invalid, match="上下级单位"):
            user_tasks.transfer(ctx, task_id, stranger, "代办。")
        with pytest.raises(Invalid, match="上下级单位"):
            user_tasks.copy(ctx, task_id, [stranger])

    with round_2024.acting("wujin") as ctx, pytest.raises(NotFound):
        task_access.get_visible(ctx, task_id)
