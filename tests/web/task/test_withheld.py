"""Whoever took his consent to provision back: those outside his chain are told so instead of his papers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.clock import MovableClock
from service.models import Attachment, Consent, Nomination, User, UserTask
from service.programmes.privacy import consents
from service.wire import Runtime
from service.workflow.person import actors
from tests.web.browser import Browser

Browse = Callable[..., Browser]

TOLD = "申报材料不再展示"
POST = "青锋精密机械有限公司 工艺工程师"


@pytest.fixture
def task(task_at: Callable[..., int]) -> int:
    """What the police are asked about somebody."""
    return task_at("consult_police")


@pytest.fixture
def nominee(service: Runtime, task: int) -> int:
    with service.wiring.transaction() as ctx:
        instance = ctx.session.get_one(UserTask, task).instance_id
        found = ctx.session.scalars(select(Nomination).where(Nomination.instance_id == instance)).one()
        found.workplace_and_post = POST
        return found.id


@pytest.fixture
def withdrawn(service: Runtime, nominee: int) -> int:
    take_back(service, nominee)
    return nominee


def take_back(service: Runtime, nominee: int) -> None:
    with service.wiring.transaction() as system:
        organiser = system.session.scalars(select(User).where(User.login == "shiwei")).one()
        ctx = replace(system, actor=actors.actor_of(system, organiser))
        query = select(Consent.id).where(Consent.nomination_id == nominee, Consent.kind == "provision")
        consents.withdraw(ctx, ctx.session.scalars(query).one(), "本人书面要求")


def test_a_consulted_body_is_told_whom_to_ask_instead_of_being_shown_the_papers(
    browse: Browse, service: Runtime, nominee: int, task: int
) -> None:
    before = browse("gongan").get(f"/tasks/{task}")

    take_back(service, nominee)

    after = browse("gongan").get(f"/tasks/{task}")
    assert (TOLD in before.text, TOLD in after.text) == (False, True)
    assert "有疑问请联系 共青团常州市委（0000-0000001）" in after.text
    papers = r'data-readonly|"/reveals/|"opinion-text"|核验申报条件'
    assert (before.all(papers) != [], after.all(papers)) == (True, [])
    assert after.all("data-schema") != []  # the answer may still be entered


def test_how_his_process_went_is_not_told_any_more_but_where_it_stands(
    browse: Browse, service: Runtime, nominee: int
) -> None:
    with service.wiring.reading() as ctx:
        path = f"/instances/{ctx.session.get_one(Nomination, nominee).instance_id}"
    before = browse("gongan").get(path)

    take_back(service, nominee)

    after = {login: browse(login).get(path) for login in ("gongan", "shiwei")}
    assert "核验申报条件" in before.text
    assert [(page.status, "核验申报条件" in page.text) for page in after.values()] == [
        (200, False),
        (200, True),
    ]
    assert "申报材料不再展示。请联系主办单位。" in after["gongan"].text


def test_the_organiser_goes_on_reading(browse: Browse, withdrawn: int, task: int) -> None:
    pages = [browse("shiwei").get(path) for path in (f"/tasks/{task}", f"/nominations/{withdrawn}")]

    assert [(page.status, TOLD in page.text) for page in pages] == [(200, False), (200, False)]


def test_no_file_of_his_is_given_to_a_consulted_body(browse: Browse, service: Runtime, nominee: int) -> None:
    with service.wiring.reading() as ctx:
        query = select(Attachment.id).where(Attachment.nomination_id == nominee).order_by(Attachment.id)
        photo = ctx.session.scalars(query).first()
    ways = (f"/attachments/{photo}?inline=1", f"/attachments/{photo}/thumbnail", f"/attachments/{photo}")
    before = [browse("gongan").get(way).status for way in ways]

    take_back(service, nominee)

    refused = [browse("gongan").get(way) for way in ways]
    assert before == [200, 200, 200]
    assert [page.status for page in refused] == [409, 409, 409]
    assert "请联系主办单位" in refused[0].text
    assert [browse("shiwei").get(way).status for way in ways] == [200, 200, 200]


def test_a_batch_shows_of_him_only_the_name(
    browse: Browse, service: Runtime, nominee: int, task: int
) -> None:
    with service.wiring.reading() as ctx:
        person = ctx.session.get_one(Nomination, nominee)
        name, category = person.name, person.category
    address = f"/batches/1/consult_police?key={category}"
    before = browse("gongan").get(address)

    take_back(service, nominee)

    after = browse("gongan").get(address)
    assert (POST in before.text, name in before.text) == (True, True)
    assert (POST in after.text, name in after.text) == (False, True)
    assert "本人已撤回向其他单位提供的同意" in after.text


def test_the_step_goes_on_with_an_answer_from_before(
    browse: Browse, clock: MovableClock, withdrawn: int, task: int
) -> None:
    clock.move(days=1)
    day = clock() - timedelta(days=1)
    answer = {"result": "未发现问题"}

    late = browse("gongan").complete(task, "clear", {**answer, "date": f"{clock():%Y-%m-%d}"})
    early = browse("gongan").complete(task, "clear", {**answer, "date": f"{day:%Y-%m-%d}"})

    assert (late.status, "已撤回向其他单位提供个人信息的同意" in late.text) == (409, True)
    assert early.status == 302


def test_who_answered_reads_his_own_answer_and_no_other(
    browse: Browse, service: Runtime, nominee: int, task: int, task_at: Callable[..., int]
) -> None:
    other = task_at("consult_industry")
    answer = {"date": "2024-03-15", "paper_number": "", "result": "未发现问题，同意推荐"}
    assert browse("gongan").complete(task, "clear", answer).status == 302
    assert browse("hangye").complete(other, "clear", answer).status == 302
    police = browse("gongan")
    said = "未发现问题，同意推荐"
    before = [said in police.get(f"/tasks/{one}").text for one in (task, other)]

    take_back(service, nominee)

    after = [said in police.get(f"/tasks/{one}").text for one in (task, other)]
    number = police.post(f"/reveals/nomination/{nominee}/phone", {"reason": "核对身份"})
    assert (before, after) == ([True, True], [True, False])
    assert (number.status, "请联系主办单位" in number.text) == (409, True)


@pytest.mark.parametrize("how", ["consent", "withdrawal"])
def test_what_is_done_names_nobody_who_is_gone_but_to_his_own_chain(
    browse: Browse, service: Runtime, nominee: int, task: int, how: str
) -> None:
    with service.wiring.reading() as ctx:
        name = ctx.session.get_one(Nomination, nominee).name
    answer = {"date": "2024-03-15", "paper_number": "", "result": "未发现问题，同意推荐"}
    police, organiser = browse("gongan"), browse("shiwei")
    assert police.complete(task, "clear", answer).status == 302
    titles = {"/?tab=done": r'<td class="title"><a[^>]*>([^<]+)<', f"/tasks/{task}": r"<title>([^<]+)<"}
    before = [name in police.get(page).all(title)[0] for page, title in titles.items()]

    if how == "consent":
        take_back(service, nominee)
    else:
        assert organiser.post(f"/nominations/{nominee}/withdraw", {"reason": "本人书面申请。"}).status == 302

    after = [police.get(page).all(title)[0] for page, title in titles.items()]
    word = {"consent": "（已撤回同意） ·", "withdrawal": "（已退出） ·"}[how]
    assert before == [True, True]
    assert [(name in title, word in title) for title in after] == [(False, True), (False, True)]
    assert name in organiser.get(f"/tasks/{task}").all(r"<title>([^<]+)<")[0]


def test_whoever_still_has_something_to_do_is_told_of_whom(
    browse: Browse, service: Runtime, withdrawn: int, task: int
) -> None:
    with service.wiring.reading() as ctx:
        name = ctx.session.get_one(Nomination, withdrawn).name

    assert name in browse("gongan").get("/").text
    assert name in browse("gongan").get(f"/tasks/{task}").text
