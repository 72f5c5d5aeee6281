"""The pages of tasks in processes of a title: who signs reads what was agreed on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from service.app import create_app
from service.clock import MovableClock
from service.models import Award, HistoryEvent, Instance, Nomination, TaskStatus, User, UserTask
from service.programmes.award import awards
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.domain import Programmes
from service.programmes.privacy import disclosures
from service.scheduler import starts
from service.wire import Runtime
from service.workflow.person import tokens
from tests.web.browser import Browser

Browse = Callable[..., Browser]

AGREEMENT = {
    "mentor_post": "总工程师",
    "day": "2024-03-15",
    "ended_on": "2024-07-31",
    "goals": "独立承担一个标段。",
    "duties": "每月至少见面一次。",
    "holder_on_behalf_reason": "本人没有账号。",
}


@pytest.fixture
def title(service: Runtime, clock: MovableClock) -> str:
    """A title of the selection by ratio with its processes begun; the beginning of their keys."""
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack, now = domain.packs["thousand-good-youth"], clock()
    clock.move_to(read_demo(pack.demo).start)
    with service.wiring.transaction() as ctx:
        entry = demonstration.set_up(ctx, pack)
        of_round = select(Nomination).where(Nomination.round_id == entry.id).order_by(Nomination.id)
        granted = awards.grant(ctx, ctx.session.scalars(of_round.limit(1)).one()).id
    clock.move_to(now)
    while starts.begin_by_events(service.wiring):
        pass
    return f"award:{granted}:"


def open_task(service: Runtime, key: str) -> int:
    """Return the only open task of a process."""
    query = select(UserTask.id).join(Instance, Instance.id == UserTask.instance_id)
    of_process = query.where(Instance.business_key == key, UserTask.status == TaskStatus.OPEN)
    with service.wiring.reading() as ctx:
        return ctx.session.scalars(of_process).one()


def chosen(service: Runtime) -> dict[str, str]:
    """Return the answer by which the demonstration's mentor is chosen."""
    with service.wiring.reading() as ctx:
        number = ctx.session.scalars(select(User.id).where(User.login == "daoshi")).one()
    return {"mentor": f"user:{number}"}


def number_of(service: Runtime, key: str) -> int:
    """Return the number of a process."""
    with service.wiring.reading() as ctx:
        return ctx.session.scalars(select(Instance.id).where(Instance.business_key == key)).one()


def ask_api(service: Runtime, login: str, path: str) -> str:
    """Return what the API tells somebody."""
    with service.wiring.transaction() as ctx:
        user = ctx.session.scalars(select(User).where(User.login == login)).one()
        token = tokens.issue_token(ctx, user, "test")
    answered = create_app(service).test_client().get(path, headers={"Authorization": f"Bearer {token}"})
    assert answered.status_code == 200
    return answered.get_data(as_text=True)


def test_003_d_whoever_signs_reads_the_agreement_on_the_task(
    browse: Browse, title: str, service: Runtime
) -> None:
    key = f"{title}mentoring"
    drafting = open_task(service, key)
    assert "这个流程还没有写入台账。" in browse("xiangmu-tuan").get(f"/tasks/{drafting}").text

    drafted = browse("xiangmu-tuan").complete(drafting, "submit", AGREEMENT | chosen(service))
    signing = browse("daoshi").get(f"/tasks/{open_task(service, key)}")

    assert (drafted.status, signing.status) == (302, 200)
    for said in ("导师：演示-项目公司导师", "培养目标：独立承担一个标段。", "2024年3月15日 — 2024年7月31日"):
        assert said in signing.text


def test_003_d_agreement_is_taken_from_the_titles_page_and_noted(
    browse: Browse, title: str, service: Runtime
) -> None:
    award_id = int(title.split(":")[1])
    drafting = open_task(service, f"{title}mentoring")
    browse("xiangmu-tuan").complete(drafting, "submit", AGREEMENT | chosen(service))
    path, asked = f"/awards/{award_id}/papers/mentor_agreement.docx", {"receiver": "导师", "purpose": "盖章"}
    organiser = browse("sxtuanshiwei")

    assert "师徒协议" in organiser.get(f"/awards/{award_id}").text
    given = organiser.post(path, asked).response
    without = organiser.post(path, {})
    foreign = browse("liyang").post(path, asked)

    assert (given.status_code, given.data[:2]) == (200, b"PK")
    assert (without.status, foreign.status) == (422, 404)
    with service.wiring.reading() as ctx:
        noted = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == "exports")).one()
        assert (noted.details["paper"], noted.details["award"]) == ("mentor_agreement", award_id)
        holder = ctx.session.get_one(Award, award_id).nomination
        others = ctx.session.scalars(select(Nomination).where(Nomination.id != holder.id)).all()
        shown = [[row.title for row in disclosures.list_of(ctx, one)] for one in (holder, *others)]
        assert shown == [["师徒协议"], *([] for _ in others)]


def test_003_f_needs_are_kept_from_the_workplace(browse: Browse, title: str, service: Runtime) -> None:
    key = f"{title}services"
    browse("xiangmu-tuan").complete(open_task(service, key), "submit", {"needs": ["租房置业"]})

    serving = open_task(service, key)
    served = browse("guozi").get(f"/tasks/{serving}")
    browse("guozi").complete(serving, "done", {"text": "已申请人才公寓。"})
    updating = browse("xiangmu-tuan").get(f"/tasks/{open_task(service, key)}")

    assert "现实需求：租房置业" in served.text
    assert (updating.status, "租房置业" in updating.text, "人才公寓" in updating.text) == (200, False, False)


def test_steps_of_a_private_track_are_kept_from_the_workplace(
    browse: Browse, title: str, service: Runtime
) -> None:
    key = f"{title}services"
    surveyed = open_task(service, key)
    browse("xiangmu-tuan").complete(surveyed, "submit", {"needs": ["租房置业"]})
    served = open_task(service, key)
    browse("guozi").complete(served, "done", {"text": "已申请人才公寓。"})
    shown = f"/instances/{number_of(service, key)}"

    seen = {
        login: [browse(login).get(path).status for path in (f"/tasks/{surveyed}", f"/tasks/{served}", shown)]
        for login in ("xiangmu-dang", "xiangmu-tuan", "guozi", "sxtuanshiwei")
    }
    pages = {login: browse(login).get(shown).text for login in seen}

    assert seen == {
        "xiangmu-dang": [404, 404, 200],
        "xiangmu-tuan": [200, 404, 200],
        "guozi": [200, 200, 200],
        "sxtuanshiwei": [200, 200, 200],
    }
    told = {login: ("登记需求" in text, "对接服务" in text) for login, text in pages.items()}
    assert told == {
        "xiangmu-dang": (False, False),
        "xiangmu-tuan": (False, False),
        "guozi": (True, True),
        "sxtuanshiwei": (True, True),
    }


def test_api_tells_of_a_private_track_what_the_page_does(
    browse: Browse, title: str, service: Runtime
) -> None:
    key = f"{title}services"
    browse("xiangmu-tuan").complete(open_task(service, key), "submit", {"needs": ["租房置业"]})
    path = f"/api/v1/instances/{number_of(service, key)}"

    told = {
        login: [ask_api(service, login, f"{path}/{part}") for part in ("history", "standing")]
        for login in ("xiangmu-dang", "guozi")
    }

    found = {
        login: [("survey_needs" in text, "serve" in text) for text in texts] for login, texts in told.items()
    }
    assert found == {
        "xiangmu-dang": [(False, False), (False, False)],
        "guozi": [(True, False), (True, True)],
    }
