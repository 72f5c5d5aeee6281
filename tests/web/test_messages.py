from __future__ import annotations

from collections.abc import Callable

from service.wire import Runtime
from tests.web.browser import Browser, count_statements

Browse = Callable[..., Browser]
TaskAt = Callable[..., int]


def test_a_nudge_arrives_unread_and_is_marked_read(browse: Browse, task_at: TaskAt) -> None:
    task_id = task_at("recommender_opinion")
    browse("shiwei").post(f"/tasks/{task_id}/nudge")
    reader = browse("liyang")

    before = reader.get("/messages")
    reader.post("/messages/read")
    after = reader.get("/messages")

    assert f'href="/tasks/{task_id}"' in before.html
    assert ("1 条未读" in before.text, "0 条未读" in after.text) == (True, True)


def test_no_messages_say_so(browse: Browse) -> None:
    assert "没有消息" in browse("wujin").get("/messages").text


def test_two_messages_cost_as_many_statements_as_one(
    browse: Browse, task_at: TaskAt, service: Runtime
) -> None:
    organiser, reader = browse("shiwei"), browse("liyang")
    first = task_at("recommender_opinion", "生产管理类")
    second = task_at("recommender_opinion", "综合服务类")
    organiser.post(f"/tasks/{first}/nudge")
    reader.get("/messages")
    with count_statements(service.engine) as for_one:
        reader.get("/messages")

    organiser.post(f"/tasks/{second}/nudge")
    with count_statements(service.engine) as for_two:
        page = reader.get("/messages")

    assert "2 条未读" in page.text
    assert len(for_one) == len(for_two)
