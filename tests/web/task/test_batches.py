from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import select

from service.models import Finding, Nomination, TaskStatus, UserTask
from service.wire import Runtime
from tests.web.browser import Browser, Page

Browse = Callable[..., Browser]
CATEGORY = "production_management"
EXAMINED = {"insured": True, "national": True, "conduct": True}
GOOD = {"date": "2024-03-15", "result": "未发现问题"}


def batch_of(page: Page) -> str:
    return page.all(r'href="(/batches/[^"]+)"')[0]


def task_ids(page: Page) -> list[int]:
    return sorted({int(number) for number in page.all(r'name="outcome-(\d+)"')})


def count_open(service: Runtime, numbers: list[int]) -> int:
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


def test_a_batch_is_decided_in_one_go(browse: Browse, task_at: Callable[..., int], service: Runtime) -> None:
    police = ready(browse, task_at)
    address = batch_of(police.get("/"))
    numbers = task_ids(police.get(address))

    page = police.post(address, form(numbers, "clear", GOOD))

    assert len(numbers) == 2
    assert page.status == 302
    assert count_open(service, numbers) == 0
    assert "没有等您办理的事项" in police.get(address).text


def test_a_refused_batch_decides_nothing_and_keeps_the_choices(
    browse: Browse, task_at: Callable[..., int], service: Runtime
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
    browse: Browse, task_at: Callable[..., int], service: Runtime
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


def test_whoever_needs_a_ruling_is_named_and_the_rest_pass_when_pressed_again(
    browse: Browse, task_at: Callable[..., int], service: Runtime
) -> None:
    police = ready(browse, task_at)
    answered = {"gongan": GOOD, "hangye": {**GOOD, "result": "同意"}}
    for login, answers in answered.items():
        reader = police if login == "gongan" else browse(login)
        address = batch_of(reader.get("/"))
        assert reader.post(address, form(task_ids(reader.get(address)), "clear", answers)).status == 302
    organiser = browse("shiwei")
    address = f"/batches/1/qualification_review?key={CATEGORY}"
    numbers = task_ids(organiser.get(address))
    with service.wiring.transaction() as ctx:
        of_task = select(Nomination).join(UserTask, UserTask.instance_id == Nomination.instance_id)
        nominee = ctx.session.scalars(of_task.where(UserTask.id == numbers[0])).one()
        nominee.eligibility, name = "EXCEPTION", nominee.name
        bound = select(Finding).where(Finding.nomination_id == nominee.id, Finding.rule == "N04")
        ctx.session.scalars(bound).one().result = "EXCEPTION"

    refused = organiser.post(address, form(numbers, "pass", EXAMINED))
    still_chosen = [
        int(n) for n in refused.all(r'name="outcome-(\d+)" value="pass" data-outcome="pass" checked')
    ]
    passed = organiser.post(address, form(still_chosen, "pass", EXAMINED))

    assert (refused.status, passed.status, len(numbers)) == (422, 302, 2)
    assert f"{name}不能与其他人一起办理，请单独办理。" in refused.text
    assert f"{name}：请选择主办单位裁定。" in refused.text
    assert refused.all(r'href="(/tasks/\d+)">单独办理</a>') == [f"/tasks/{numbers[0]}"]
    assert still_chosen == numbers[1:]
    assert task_ids(organiser.get(address)) == numbers[:1]
