from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import select

from service.models import TaskStatus, UserTask
from service.wire import Service
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]
GOOD = {"date": "2024-03-15", "result": "未发现问题"}


def batch_of(page: Page) -> str:
    return page.all(r'href="(/batches/[^"]+)"')[0]


def task_ids(page: Page) -> list[int]:
    return sorted({int(number) for number in page.all(r'name="outcome-(\d+)"')})


def count_open(service: Service, numbers: list[int]) -> int:
    query = select(UserTask.id).where(UserTask.id.in_(numbers), UserTask.status == TaskStatus.OPEN)
    with service.wiring.reading() as ctx:
        return len(list(ctx.session.scalars(query)))


def form(numbers: list[int], outcome: str, answers: dict[str, str]) -> dict[str, str]:
    return {"answers": json.dumps(answers), **{f"outcome-{number}": outcome for number in numbers}}


def ready(browse: Browse, task_at: Callable[..., int]) -> Browser:
    """Two nominations of one category wait for the police."""
    waiting = task_at("recommender_opinion", "生产管理类")
    assert browse("liyang").complete(waiting, "approve", {"reason": "同意推荐"}).status == 302
    return browse("gongan")


def test_a_batch_is_decided_in_one_go(browse: Browse, task_at: Callable[..., int], service: Service) -> None:
    police = ready(browse, task_at)
    address = batch_of(police.get("/"))
    numbers = task_ids(police.get(address))

    page = police.post(address, form(numbers, "clear", GOOD))

    assert len(numbers) == 2
    assert page.status == 302
    assert count_open(service, numbers) == 0
    assert "没有等您办理的事项" in police.get(address).text


def test_a_refused_batch_decides_nothing_and_keeps_the_choices(
    browse: Browse, task_at: Callable[..., int], service: Service
) -> None:
    police = ready(browse, task_at)
    address = batch_of(police.get("/"))
    numbers = task_ids(police.get(address))

    page = police.post(address, form(numbers, "clear", {"result": "未发现问题"}))

    assert page.status == 422
    assert "一件也没有办结" in page.text
    assert len(page.all(r'data-outcome="clear" (checked)')) == 2
    assert list(json.loads(page.all(r'data-errors="([^"]*)"')[0])) == ["date"]
    assert count_open(service, numbers) == 2


def test_a_batch_with_somebody_elses_task_decides_nothing(
    browse: Browse, task_at: Callable[..., int], service: Service
) -> None:
    police = ready(browse, task_at)
    address = batch_of(police.get("/"))
    numbers = task_ids(police.get(address))
    foreign = task_at("fill_in_form")

    page = police.post(address, form([*numbers, foreign], "clear", GOOD))

    assert page.status == 404
    assert count_open(service, [*numbers, foreign]) == 3


def test_nothing_chosen_is_said(browse: Browse, task_at: Callable[..., int]) -> None:
    police = ready(browse, task_at)

    page = police.post(batch_of(police.get("/")), {"answers": "{}"})

    assert page.status == 422
    assert "没有选择任何一项" in page.text
