from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from service.app import App
from service.clock import MovableClock
from service.models import Round, Stage, TaskCopy, TaskStatus, User, UserTask
from service.wire import Runtime
from service.workflow.task import tasklist
from tests.web.browser import Browser, count_statements

Browse = Callable[..., Browser]
ROW = r'<td class="title"><a[^>]*>([^<]+)</a>'


def test_todo_lists_what_waits_for_the_actor_with_its_deadline(browse: Browse) -> None:
    page = browse("liyang").get("/")

    assert page.status == 200
    assert len(page.all(ROW)) == 2
    assert page.all(r'<span class="due [^"]*"[^>]*>([^<]+)</span>') == ["还剩 10 天 · 3月25日 24:00"] * 2


@pytest.mark.parametrize("path", ["/", "/rounds"])
def test_the_bar_says_on_every_page_how_much_waits(browse: Browse, path: str) -> None:
    assert browse("liyang").get(path).all(r'class="badge bg-red text-red-fg">([^<]+)<') == ["2"]


@pytest.mark.parametrize(
    ("days", "words"),
    [(7, "还剩 3 天"), (9, "还剩 1 天"), (10, "今天截止"), (11, "逾期 1 天")],
)
def test_urgency_counts_calendar_days_until_24_00(
    browse: Browse, clock: MovableClock, days: int, words: str
) -> None:
    clock.move(days=days)

    page = browse("liyang").get("/")

    assert page.all(r'<span class="due [^"]*"[^>]*>([^<·]+) ·') == [words] * 2


def test_filters_narrow_and_survive_paging(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasklist, "PAGE", 1)

    page = browse("tuanzhibu").get("/?text=青锋&step=fill_in_form&due=")

    assert len(page.all(ROW)) == 1
    assert page.all(r'rel="next" href="([^"]+)"') == ["/?text=%E9%9D%92%E9%94%8B&step=fill_in_form&page=2"]


def test_a_filter_that_finds_nothing_offers_to_clear_it(browse: Browse) -> None:
    page = browse("liyang").get("/?text=没有这个人")

    assert "没有符合条件的事项" in page.text
    assert "清除筛选" in page.text


@pytest.mark.parametrize("query", ["?page=abc", "?page=-3", "?due=never", "?tab=x", "?step=" + "x" * 500])
def test_nonsense_in_the_address_narrows_nothing(browse: Browse, query: str) -> None:
    assert browse("liyang").get("/" + query).status == 200


@pytest.mark.parametrize("tab", ["todo", "done", "started", "copies"])
def test_an_empty_list_says_what_to_do(browse: Browse, tab: str) -> None:
    page = browse("danwei").get(f"/?tab={tab}")

    assert page.all(ROW) == []
    assert 'class="empty-title"' in page.html


def test_done_and_copies_show_where_they_belong(
    browse: Browse, task_at: Callable[..., int], user_id_of: Callable[[str], int]
) -> None:
    recommender, task_id = browse("liyang"), task_at("recommender_opinion")
    recommender.post(f"/tasks/{task_id}/copy", {"user_ids": str(user_id_of("shiwei"))})

    recommender.complete(task_id, "approve", {"reason": "事迹突出"})

    done = recommender.get("/?tab=done")
    copied = browse("shiwei").get("/?tab=copies")
    assert "同意推荐" in done.text
    assert len(done.all(ROW)) == len(copied.all(ROW)) == 1


@pytest.mark.parametrize("tab", ["todo", "done", "copies", "started"])
def test_three_rows_cost_as_many_statements_as_one(
    app: App, service: Runtime, browse: Browse, tab: str
) -> None:
    keep_rows(service, 3)
    browser = browse("tuanzhibu")
    browser.get(f"/?tab={tab}")

    with count_statements(service.engine) as for_three:
        three = browser.get(f"/?tab={tab}")
    keep_rows(service, 1)
    with count_statements(service.engine) as for_one:
        one = browser.get(f"/?tab={tab}")

    assert (len(three.all(ROW)), len(one.all(ROW))) == (3, 1)
    assert len(for_three) == len(for_one)


def keep_rows(service: Runtime, number: int) -> None:
    """Leave the league secretary so many rows in every list; what else he had is somebody else's."""
    with service.wiring.transaction() as ctx:
        me, other = (
            ctx.session.scalars(select(User.id).where(User.login == login)).one()
            for login in ("tuanzhibu", "danwei")
        )
        by_status: dict[TaskStatus, list[UserTask]] = {TaskStatus.OPEN: [], TaskStatus.COMPLETED: []}
        for task in ctx.session.scalars(select(UserTask).order_by(UserTask.id)):
            by_status[task.status].append(task)
        ctx.session.execute(delete(TaskCopy))
        for position, task in enumerate(by_status[TaskStatus.OPEN]):
            whose = me if position < number else other
            task.assignee_id = task.instance.started_by_id = whose
            ctx.session.add(TaskCopy(user_task_id=task.id, user_id=whose, copied_at=ctx.now))
        for position, task in enumerate(by_status[TaskStatus.COMPLETED]):
            task.completed_by_id = me if position < number else other


def test_task_before_its_follow_up_date_is_listed_only_on_request(
    browse: Browse, service: Runtime, clock: MovableClock
) -> None:
    with service.wiring.transaction() as ctx:
        todo = select(UserTask).where(UserTask.element_id == "fill_in_form").order_by(UserTask.id)
        later = ctx.session.scalars(todo.where(UserTask.title.contains("青锋"))).first()
        assert later is not None
        later.follow_up_date = clock() + timedelta(days=3)
        title = later.title
    browser = browse("tuanzhibu")

    before, asked = browser.get("/"), browser.get("/?due=later")
    done = browser.get(f"/tasks/{later.id}")
    clock.move(days=3)
    after = browser.get("/")

    assert title not in before.all(ROW)
    assert asked.all(ROW) == [title]
    assert done.status == 200
    assert sorted(after.all(ROW)) == sorted([*before.all(ROW), title])


def test_an_empty_inbox_offers_to_begin_only_to_whom_may_begin_now(browse: Browse, service: Runtime) -> None:
    def is_offered(who: str) -> bool:
        return "发起申报" in browse(who).get("/").text

    open_ = {who: is_offered(who) for who in ("xiaoming", "huishen")}
    with service.wiring.transaction() as ctx:
        ctx.session.execute(update(Round).values(stage=Stage.NOTICE))

    assert (open_, is_offered("xiaoming")) == ({"xiaoming": True, "huishen": False}, False)
