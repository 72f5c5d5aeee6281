"""The pages of a review: an expert's sheets, the ballot, the list and its meetings, and who may see what."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from service.app import App, create_app
from service.clock import MovableClock
from service.errors import Conflict
from service.models import Unit
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.pack.packs import Pack
from service.programmes.review import standings, ties
from service.programmes.round import rounds
from service.schema import upgrade
from service.wire import Service, wire
from tests.programmes.review.panel_story import PROGRAMME, PanelStory
from tests.web.browser import Browser, count_statements
from tests.web.conftest import settings_of

START = datetime.fromisoformat("2024-11-18T09:00:00+08:00")
SCORING = datetime.fromisoformat("2024-12-11T10:00:00+08:00")


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which three nominations wait for their experts, never changed."""
    folder = tmp_path_factory.mktemp("review")
    service = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(START), durable=False)
    upgrade(service.engine)
    _story(service, opening=True).begin_scoring()
    service.engine.dispose()
    return folder


@pytest.fixture
def service(drawn: Path, tmp_path: Path) -> Iterator[Service]:
    folder = tmp_path / "data"
    shutil.copytree(drawn, folder)
    service = wire(settings_of(folder, is_demonstration=False), clock=MovableClock(SCORING), durable=False)
    yield service
    service.engine.dispose()


@pytest.fixture
def story(service: Service) -> PanelStory:
    return _story(service)


@pytest.fixture
def two_places(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two may hold the title."""
    packs = _packs(service)
    pack = packs[PROGRAMME]
    programme = pack.programme
    few = replace(programme, award=replace(programme.award, places_per_category=2))
    monkeypatch.setitem(packs, PROGRAMME, replace(pack, programme=few))


@pytest.fixture
def app(service: Service, wall: MovableClock) -> App:
    app = create_app(service)
    app.config["SESSION_CLOCK"] = wall
    return app


def test_a_sheet_brings_what_lists_the_files(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(1)[0]

    page = browse(login).get(f"/scoring/{story.score_task(1, login)}")

    assert page.all(r"(data-upload)") != []
    assert set(page.all(r"dist/(form\.\w+)")) == {"form.css", "form.js"}


def test_an_expert_finds_his_nominations_and_scores_one_after_the_other(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    login = _sits_everywhere(story)
    browser = browse(login)

    duties = browser.get("/scoring/rounds/1")
    first, second = story.score_task(1, login), story.score_task(2, login)
    done = browser.post(f"/scoring/{first}", story.points(7) | {"remark": "技艺扎实"})

    assert (duties.status, duties.text.count("待评分")) == (200, 3)
    assert (done.status, done.location) == (302, f"/scoring/{second}")
    assert "已评 1 份，共 3 份" in browser.get("/scoring/rounds/1").text
    own = browser.get(f"/scoring/{first}")
    assert ("技艺扎实" in own.text, "70.000" in own.text, "提交评分" in own.text) == (True, True, False)


def test_a_refused_sheet_comes_back_with_what_was_given(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    login = story.experts(3)[0]
    task_id = story.score_task(3, login)
    points = story.points(7) | {"lead_duty": 11, "legacy_digital": 2}

    page = browse(login).post(f"/scoring/{task_id}", points | {"remark": "待定"})

    assert page.status == 422
    assert "不能大于 10" in page.text
    assert page.all(r'name="legacy_digital"[^>]*value="(\d+)"') == ["2"]
    assert "待定" in page.html


def test_the_task_of_an_expert_leads_to_his_sheet(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    task_id = story.score_task(3, login)

    page = browse(login).get(f"/tasks/{task_id}")

    assert (page.status, page.location) == (302, f"/scoring/{task_id}")


def test_an_expert_steps_back_with_a_reason(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    browser, address = browse(login), f"/scoring/{story.score_task(3, login)}"

    without = browser.post(f"{address}/recuse", {"reason": " "})
    done = browser.post(f"{address}/recuse", {"reason": "与申报人合作申请过专利"})

    assert (without.status, "请写明回避的原因" in without.text) == (422, True)
    assert (done.status, done.location, browser.get(address).status) == (302, "/", 404)
    assert login not in story.experts(3)


def test_the_nominees_side_is_not_told_who_scores(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    task_id = story.score_task(3, login)
    story.score(3, login)
    name = "演示-专家" + "甲乙丙丁戊己庚辛壬"[int(login[-1]) - 1]
    instance = story.read(3).instance_id
    unit, organiser = browse("liyang-1-gonghui"), browse("laojing")

    told = {
        who: [
            name in browser.get("/nominations/3").text,
            name in browser.get(f"/tasks/{task_id}").text,
            name in str(browser.get(f"/instances/{instance}").text),
        ]
        for who, browser in {"unit": unit, "organiser": organiser}.items()
    }

    assert told["unit"] == [False, False, False]
    assert told["organiser"][0] is True
    assert "评审专家" in unit.get("/nominations/3").text


def test_an_expert_sees_masked_numbers_and_may_not_have_them_shown(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    expert = story.experts(3)[0]
    sheet = browse(expert).get(f"/scoring/{story.score_task(3, expert)}")

    refused = browse(expert).post("/reveals/nomination/3/phone", {"reason": "核对"})

    assert sheet.all(r'action="(/reveals/[^"]+)"') == []
    assert (refused.status, "评审时不能查看证件号码、电话等信息" in refused.text) == (403, True)
    assert browse("laojing").post("/reveals/nomination/3/phone", {"reason": "核对"}).status == 200


def test_a_vote_is_cast_on_the_ballot_and_cannot_be_seen_again(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.meet()
    login = story.voters()[0]
    browser = browse(login)
    with story.acting(login) as ctx:
        address = f"/votes/{story.round_task(ctx, 'cast_ballot')}"

    short = browser.post(address, {"choice-1": "for", "choice-2": "against"})
    done = browser.post(address, {"choice-1": "for", "choice-2": "against", "choice-3": "abstain"})

    assert (short.status, "还有 1 人没有选择" in short.text) == (422, True)
    assert len(short.all(r'value="(?:for|against)" required checked')) == 2
    assert (done.status, browser.get(address).status, browser.post(address, {}).status) == (302, 409, 409)
    task = browser.get(address.replace("votes", "tasks"))
    assert (task.status, "against" in task.html, "弃权" in task.text) == (200, False, False)
    assert "已有 1 人投票" in browse("laojing").get("/rounds/1/panel").text


def test_the_meeting_amends_the_list_on_its_page(browse: Callable[..., Browser], story: PanelStory) -> None:
    story.score_all((6, 8, 7))
    chair = browse("zuzhang")

    without = chair.post("/rounds/1/panel/list", {"nomination": 1, "proposed": "no", "reason": ""})
    done = chair.post("/rounds/1/panel/list", {"nomination": 1, "proposed": "no", "reason": "材料存疑"})
    page = chair.get("/rounds/1/panel")

    assert (without.status, "调整名单须写明理由" in without.text) == (422, True)
    assert (done.status, done.location) == (302, "/rounds/1/panel#n1")
    assert "调出，材料存疑（演示-专家组组长" in page.text
    assert page.text.index("80.000") < page.text.index("70.000") < page.text.index("60.000")
    assert browse("dangzu").post("/rounds/1/panel/list", {"nomination": 1}).status == 409


def test_equal_votes_at_the_last_place_are_shown_and_left_to_the_meeting(
    browse: Callable[..., Browser], story: PanelStory, two_places: None
) -> None:
    story.score_all((6, 8, 7))
    with story.wiring.transaction() as ctx:
        rows = standings.list_of(ctx, story.entry(ctx))
        for row in rows:
            row.proposed = True
        for row in rows[1:]:
            row.tie = ties.AT_THE_CUT
        names = f"{rows[1].nomination.name}、{rows[2].nomination.name}"

    seen = browse("zuzhang").get("/rounds/1/panel").text
    with pytest.raises(Conflict, match="须由会议决定"):
        story.meet()

    assert f"{names}得票相同，名额不够，还没有决定" in seen
    assert "请会议研究，调出 1 人并写明理由" in seen
    assert "等待会议决定调出 1 人" in browse("laojing").get("/rounds/1/panel").text


def test_the_organiser_sees_the_draw_and_asks_one_to_step_back(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    login = story.experts(3)[0]
    with story.acting(login) as ctx:
        user = ctx.actor.user_id
    organiser = browse("laojing")

    page = organiser.get("/rounds/1/panel")
    without = organiser.post("/rounds/1/panel/seats/3/dismiss", {"user": user, "reason": ""})
    done = organiser.post("/rounds/1/panel/seats/3/dismiss", {"user": user, "reason": "被举报有利害关系"})

    assert ("双色球2024141期" in page.text, "重算一致" in page.text) == (True, True)
    assert (without.status, done.status) == (422, 302)
    assert "被举报有利害关系（演示-市总劳经部）" in organiser.get("/rounds/1/panel/seats/3").text
    assert login not in story.experts(3)


def test_the_meetings_may_read_what_they_decide_on(browse: Callable[..., Browser], story: PanelStory) -> None:
    instance = story.read(3).instance_id

    read = [browse(login).get(f"/instances/{instance}").status for login in ("zuzhang", "dangzu", "wujin")]

    assert read == [200, 200, 404]


def test_scores_are_on_the_organisers_page_once_they_are_ranked(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    """Whoever may ask an expert to step back must not see first what he gave."""
    organiser, address = browse("laojing"), "/rounds/1/panel/seats/3"
    for login in story.experts(3):
        story.score(3, login, 8)
    before = organiser.get(address).text
    for number in (1, 2):
        for login in story.experts(number):
            story.score(number, login, 6)

    story.step("close_scoring", "laojing", "confirm", {})
    after = organiser.get(address).text

    assert ("80.000" in before, "要求回避时看不到分数" in before, "要求回避" in before) == (False, True, True)
    assert (after.count("80.000"), "要求回避时看不到分数" in after, "要求回避" in after) == (5, False, False)


def test_an_empty_seat_is_shown_and_filled(browse: Callable[..., Browser], story: PanelStory) -> None:
    login = story.experts(3)[0]
    for expert in story.experts(3):
        story.score(3, expert)
    away = [f"zhuanjia{number}" for number in range(1, 10) if f"zhuanjia{number}" not in story.experts(3)]
    for expert in away:
        story.leave(expert)
    with story.acting(login) as ctx:
        user = ctx.actor.user_id
    organiser, address = browse("laojing"), "/rounds/1/panel/seats/3"

    organiser.post(f"{address}/dismiss", {"user": user, "reason": "被举报有利害关系"})
    page = organiser.get(address)
    without = organiser.post(f"{address}/fill", {})
    story.return_(away[-1])
    done = organiser.post(f"{address}/fill", {})

    assert ("还缺 1 位专家" in page.text, page.html.count(f"{address}/fill")) == (True, 1)
    assert (without.status, "没有可以替补的专家了" in without.text) == (409, True)
    assert (done.status, away[-1] in story.experts(3)) == (302, True)
    assert "还缺" not in organiser.get(address).text


def test_an_expert_who_left_is_marked_where_he_sits(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.leave(story.experts(3)[0])

    assert browse("laojing").get("/rounds/1/panel/seats/3").text.count("账号已停用") == 1


def test_the_organiser_closes_a_ballot_that_somebody_left(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.meet()
    gone, *others = story.voters()
    organiser, address = browse("laojing"), "/rounds/1/panel/ballot/close"
    early = organiser.get("/rounds/1/panel")
    story.leave(gone)
    for login in others:
        story.vote(login)

    without = organiser.post(address, {"reason": ""})
    offered = organiser.get("/rounds/1/panel")
    done = organiser.post(address, {"reason": "一位专家已离任"})

    assert ("不到法定人数" in early.text, address in early.html, address in offered.html) == (
        True,
        False,
        True,
    )
    assert address not in browse("zuzhang").get("/rounds/1/panel").html
    assert (without.status, "请写明结束投票的原因" in without.text) == (422, True)
    assert (done.status, done.location) == (302, "/rounds/1/panel")
    many = len(others)
    assert f"{many} 人投票，共 {many + 1} 人" in organiser.get("/rounds/1/panel").text


def test_a_voter_is_not_asked_about_whom_he_must_step_back_from(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    story.meet()
    login = story.voters()[0]
    with story.wiring.reading() as ctx:
        unit = story.read(3).unit_id
        code = ctx.session.get_one(Unit, unit).code
    story.move(login, code)
    with story.acting(login) as ctx:
        address = f"/votes/{story.round_task(ctx, 'cast_ballot')}"
    browser = browse(login)

    page = browser.get(address)
    done = browser.post(address, {"choice-1": "for", "choice-2": "for"})

    assert sorted(set(page.all(r'name="choice-(\d)"'))) == ["1", "2"]
    assert ("与申报人同一单位，不参加这一项表决" in page.text, done.status) == (True, 302)
    for other in story.voters()[1:]:
        story.vote(other)
    assert "回避 1 人" in browse("laojing").get("/rounds/1/panel").text


def test_the_balance_names_the_industries_of_the_list(
    browse: Callable[..., Browser], story: PanelStory
) -> None:
    story.score_all()
    with story.wiring.reading() as ctx:
        industries = {story.read(number).industry for number in (1, 2, 3)}
        assert ctx.now is not None

    text = browse("zuzhang").get("/rounds/1/panel").text

    assert len(industries) == 1
    assert f"行业 {industries.pop()} 3" in " ".join(text.split())


def test_before_the_draw_the_page_says_what_is_missing(
    drawn: Path, tmp_path: Path, wall: MovableClock
) -> None:
    service = wire(settings_of(tmp_path, is_demonstration=False), clock=MovableClock(START), durable=False)
    upgrade(service.engine)
    _story(service, opening=True)
    app = create_app(service)
    app.config["SESSION_CLOCK"] = wall

    page = Browser(app, "laojing").get("/rounds/1/panel")
    service.engine.dispose()

    assert (page.status, "还没有抽取专家" in page.text) == (200, True)


#: nobody, the nominee's unit, its recommender, an expert of his, the chair, the leading group, the organiser
ROLES = ("", "liyang-1-gonghui", "liyang", "expert", "zuzhang", "dangzu", "laojing")
TABLE = {
    "GET /scoring/rounds/1": (302, 404, 404, 200, 404, 404, 404),
    "GET /scoring/{task}": (302, 404, 404, 200, 404, 404, 404),
    "POST /scoring/{task}": (302, 403, 403, 422, 403, 403, 403),
    "POST /scoring/{task}/recuse": (302, 404, 404, 422, 404, 404, 404),
    "GET /votes/{task}": (302, 403, 403, 409, 403, 403, 403),
    "POST /votes/{task}": (302, 403, 403, 409, 403, 403, 403),
    "GET /rounds/1/panel": (302, 404, 404, 404, 200, 200, 200),
    "POST /rounds/1/panel/list": (302, 404, 404, 404, 409, 409, 409),
    "POST /rounds/1/panel/experts": (302, 404, 404, 404, 403, 403, 409),
    "GET /rounds/1/panel/seats/3": (302, 404, 404, 404, 200, 200, 200),
    "POST /rounds/1/panel/seats/3/dismiss": (302, 404, 404, 404, 404, 404, 422),
    "POST /rounds/1/panel/seats/3/fill": (302, 404, 404, 404, 404, 404, 409),
    "POST /rounds/1/panel/ballot/close": (302, 404, 404, 404, 403, 403, 422),
}


@pytest.mark.parametrize("view", TABLE)
def test_a_view_lets_in_whom_it_should(app: App, story: PanelStory, view: str) -> None:
    expert = story.experts(3)[0]
    method, path = view.format(task=story.score_task(3, expert)).split(" ")

    statuses = tuple(
        _call(Browser(app, expert if login == "expert" else login), method, path) for login in ROLES
    )

    assert statuses == TABLE[view]


def test_pages_cost_the_same_however_many_they_list(
    service: Service, browse: Callable[..., Browser], story: PanelStory
) -> None:
    expert, organiser = _sits_everywhere(story), browse("laojing")
    browser = browse(expert)
    pages = {"/scoring/rounds/1": browser, "/rounds/1/panel": organiser}

    def cost() -> list[int]:
        counts = []
        for path, who in pages.items():
            with count_statements(service.engine) as sent:
                assert who.get(path).status == 200
            counts.append(len(sent))
        return counts

    three = cost()
    for number in (1, 2, 3):
        for login in story.experts(number):
            story.score(number, login)
    assert cost() == three
    story.step("close_scoring", "laojing", "confirm", {})

    assert cost()[1] <= three[1] + 2


def _sits_everywhere(story: PanelStory) -> str:
    first, *others = ({*story.experts(number)} for number in (1, 2, 3))
    return sorted(first.intersection(*others))[0]


def _call(browser: Browser, method: str, path: str) -> int:
    if method == "GET":
        return browser.get(path).status
    return browser.client.open(path, method=method, headers={"X-CSRFToken": browser.token}).status_code


def _packs(service: Service) -> dict[str, Pack]:
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    assert isinstance(domain.packs, dict)
    return domain.packs


def _story(service: Service, *, opening: bool = False) -> PanelStory:
    domain, clock = service.wiring.house.domain, service.wiring.clock
    assert isinstance(domain, Programmes)
    assert isinstance(clock, MovableClock)
    pack = domain.packs[PROGRAMME]
    if opening:
        with service.wiring.transaction() as ctx:
            units = demonstration.load_units(ctx, pack.units)
            demonstration.create_accounts(ctx, read_demo(pack.demo), units)
            rounds.open_round(ctx, pack, label="2024")
    return PanelStory(wiring=service.wiring, clock=clock, pack=pack, round_id=1)
