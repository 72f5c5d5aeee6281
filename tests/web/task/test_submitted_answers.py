"""What was filled in at a step that is done: read by whoever may read the task, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import Candidate, HistoryEvent, Nomination, NominationStatus, Round, User, UserTask
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.publication import notices, objections
from service.wire import Runtime
from service.workflow.context import Context
from service.workflow.person import actors
from tests.web.browser import Browser

Browse = Callable[..., Browser]

REPORT = {"name": "钱一一", "contact": "13900005678", "facts": "所填获奖情况与实际不符，未获该奖。"}
FOUND = {"findings": "调阅获奖文件，并与发证单位电话核实。", "conclusion": "获奖属实，只是年份写错。"}
POINTS = "请说明获奖的年份。"
PLAN = {"summary": "面向三个镇选培二十名。", "issued_on": "2021-06-01", "joint_meeting": True}


@pytest.fixture
def settled(service: Runtime, browse: Browse, task_at: Callable[..., int]) -> int:
    """An objection that was looked into and found untrue; the task at which that was written down."""
    with service.wiring.transaction() as ctx:
        candidate = ctx.session.scalars(select(Nomination).where(Nomination.id_number.is_not(None))).first()
        assert candidate is not None
        candidate.status = NominationStatus.SELECTED
        ctx.session.flush()
        notice = notices.open_candidates(ctx, ctx.session.get_one(Round, candidate.round_id))
        notice.closes_at = ctx.now + timedelta(days=7)
        objections.lodge(ctx, notice, candidate.id, REPORT)
    organiser = browse("shiwei")
    organiser.complete(
        task_at("register"), "accept", {"channel": "网上", "conclusion": "材料齐全", "points": POINTS}
    )
    task = task_at("investigate")
    assert organiser.complete(task, "rejected", FOUND).status == 302
    return task


def test_the_findings_of_an_objection_are_read_by_a_logged_click(
    browse: Browse, settled: int, ctx: Context
) -> None:
    organiser = browse("shiwei")

    page = organiser.get(f"/tasks/{settled}")
    [address] = page.all(r'action="(/reveals/task/\d+/findings)"')
    shown = organiser.post(address, {"reason": "回复反映人"})

    assert "本环节填写的内容" in page.text
    assert FOUND["conclusion"] in page.text
    assert FOUND["findings"] not in page.text
    assert FOUND["findings"] in shown.text
    kept = select(HistoryEvent.details).where(HistoryEvent.kind == "value.revealed")
    assert [one["of"] for one in ctx.session.scalars(kept)] == [f"task:{settled}"]


def test_nobody_else_reads_what_was_found(browse: Browse, settled: int) -> None:
    for login in ("liyang", "xiaoming"):
        assert browse(login).get(f"/tasks/{settled}").status == 404
        assert browse(login).post(f"/reveals/task/{settled}/findings", {"reason": "好奇"}).status == 404


def test_a_plan_that_was_filed_is_found_and_read(
    browse: Browse, service: Runtime, clock: MovableClock
) -> None:
    open_selection(service, clock)
    plan = plan_of(service, "recommender@yuecheng")
    author, organiser = browse("yuecheng"), browse("sxtuanshiwei")

    with service.wiring.transaction() as ctx:
        acting = replace(ctx, actor=actors.actor_of(ctx, _user(ctx, "yuecheng")))
        demonstration.attach_task_files(acting, ctx.session.get_one(UserTask, plan))
    done = author.complete(plan, "file", PLAN)
    page = organiser.get(f"/tasks/{plan}")

    assert done.status == 302
    assert page.all(r'<p class="text-prewrap mb-2">([^<]+)') == [PLAN["summary"], "是"]
    assert PLAN["summary"] in author.get(f"/tasks/{plan}").text
    assert browse("keqiao").get(f"/tasks/{plan}").status == 404
    board = organiser.get("/rounds/2")
    assert f"/tasks/{plan}" in board.all(r'id="done".*?(/tasks/\d+)')
    [waiting] = board.all(r'<a href="([^"]+)">等 7 处办理。')
    assert len(organiser.get(waiting).all(r'data-href="/tasks/(\d+)"')) == 7
    assert organiser.get("/rounds/2/tasks").all(r'data-href="/tasks/(\d+)"') == [str(plan)]
    assert author.get("/rounds/2/tasks").status == 403


def test_the_record_is_not_shown_twice(browse: Browse, service: Runtime) -> None:
    query = select(UserTask.id).where(UserTask.element_id == "fill_in_form", UserTask.status == "completed")
    with service.wiring.reading() as ctx:
        task = ctx.session.scalars(query).first()

    page = browse("shiwei").get(f"/tasks/{task}")

    assert page.status == 200
    assert "本环节填写的内容" not in page.text


def open_selection(service: Runtime, clock: MovableClock) -> None:
    """Open the period of the selection by ratio beside the round, on its own first day."""
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack, now = domain.packs["thousand-good-youth"], clock()
    clock.move_to(read_demo(pack.demo).start)
    with service.wiring.transaction() as ctx:
        demonstration.set_up(ctx, pack)
    clock.move_to(now)


def plan_of(service: Runtime, group: str) -> int:
    """Return the task at which a district files its plan."""
    query = select(UserTask.id).join(Candidate, Candidate.user_task_id == UserTask.id)
    with service.wiring.reading() as ctx:
        return ctx.session.scalars(
            query.where(UserTask.element_id == "file_plan", Candidate.group_key == group)
        ).one()


def _user(ctx: Context, login: str) -> User:
    return ctx.session.scalars(select(User).where(User.login == login)).one()
