"""What a round's way from the joint review to the announcement costs: the same for 3 nominations and for 30.

A step about one nomination, a signature and an objection stay within the budget of any completion. A step of
the round touches everybody, in as many statements whoever many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from service.app import App
from service.clock import MovableClock
from service.programmes import wiring
from service.programmes.account import pack_units
from service.programmes.demo import demonstration, made_up
from service.programmes.demo.demo_file import read_demo
from service.programmes.round import rounds
from service.schema import upgrade
from service.wire import Runtime, wire
from tests import postgresql
from tests.api.caller import Caller
from tests.api.conftest import NOW, PROGRAMME, app_of, settings_of, token_of
from tests.api.test_sql_budget import BUDGET, counted
from tests.programmes.round.test_quotas import set_places
from tests.programmes.story import DEPARTMENTS, LEAGUE, ORGANISER, POINTS, Story
from tests.web.browser import Browser

REVIEWER = "huishen"
#: counts who is not done yet, and enters the next stage and tells all, or offers the list to each department
OF_THE_ROUND = 20
#: besides, writes the list of everybody out and begins or ends its notice
PUBLISHING = 25
BOUNDS = {
    "open_joint_review": OF_THE_ROUND,
    "submit_list": OF_THE_ROUND,
    "publish_candidates": PUBLISHING,
    "confirm_awards": PUBLISHING,
}
#: deciding many on one page: these once, and for each the place it takes and who holds it, so that of two
#: reviewers who race for the last place one gets it
OF_A_BATCH, A_PLACE = 12, 2

Open = Callable[[], "Doors"]


@dataclass
class Doors:
    """A round in which somebody completes tasks by the API or on the pages, and what that cost."""

    service: Runtime
    app: App
    story: Story
    by_page: bool = False
    spent: dict[str, list[int]] = field(default_factory=dict)  #: statements of each completion, by step
    _callers: dict[str, Caller] = field(default_factory=dict)

    def call(self, login: str) -> Caller:
        """Return somebody at the API."""
        if login not in self._callers:
            self._callers[login] = Caller(self.app.test_client(), token_of(self.service, login))
        return self._callers[login]

    def complete(self, login: str, element_id: str, outcome: str, **answers: str) -> None:
        """Complete the first task that somebody has at a step, and note what it cost."""
        task = self.call(login).todo(element_id)[0]
        form = self.call(login).get(f"/user-tasks/{task['id']}/work").get_json()["form"]
        self._send(login, task, outcome, made_up.answer(form or {}, {}) | answers)
        self.story.work_off()

    def decide(self, login: str, element_id: str, outcome: str) -> int:
        """Decide everybody who waits at a step on one page; returns how many."""
        chosen = [{"id": task["id"], "outcome": outcome} for task in self.call(login).todo(element_id)]
        with counted(self.service.engine) as seen:
            done = self.call(login).post("/user-tasks/decisions", {"decisions": chosen})
        assert done.status_code == 200, done.text
        self._note("batch", seen)
        return len(chosen)

    def _send(self, login: str, task: Mapping[str, Any], outcome: str, answers: Mapping[str, Any]) -> None:
        caller, body = self.call(login), {"outcome": outcome, "answers": answers}
        browser = Browser(self.app, login) if self.by_page else None  # days pass: nobody stays logged in
        if browser is not None:
            assert browser.token  # the page was there before the answers are sent
        with counted(self.service.engine) as seen:
            if browser is not None:
                status = browser.complete(task["id"], outcome, answers).status
            else:
                status = caller.post(f"/user-tasks/{task['id']}/complete", body).status_code
        assert status in (200, 302)
        self._note(task["element_id"], seen)

    def _note(self, step: str, seen: list[str]) -> None:
        assert seen.count("COMMIT") == 1
        self.spent.setdefault(step, []).append(len(seen) - 1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Open rounds of 2024, each on a database of its own, with nobody nominated yet."""
    with ExitStack() as stack:

        def open_one() -> Doors:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            server = request.param == "postgresql" and request.getfixturevalue("postgresql_server")
            url = stack.enter_context(postgresql.a_database(server)) if server else ""
            clock = MovableClock(NOW)
            service = wire(settings_of(folder, url), clock=clock, durable=False)
            stack.callback(service.engine.dispose)
            upgrade(service.engine)
            with service.wiring.transaction() as ctx:
                pack = wiring.get_pack(ctx, PROGRAMME)
                units = pack_units.load(ctx, pack.units)
                demonstration.create_accounts(ctx, read_demo(pack.demo), units)
                entry = rounds.open_round(ctx, pack, label="2024")
            story = Story(wiring=service.wiring, clock=clock, pack=pack, round_id=entry.id)
            return Doors(service=service, app=app_of(service), story=story)

        yield open_one


def live(doors: Doors, nominees: int) -> dict[str, list[int]]:
    """Live a round from the opening of the joint review to the announcement; returns what each step cost."""
    story = doors.story
    set_places(story, nominees)
    all_of_them = [story.nominate() for _ in range(nominees)]
    for nominee in all_of_them:
        story.carry(nominee, "")
    story.pass_until("2024-03-26 10:00")
    doors.complete(ORGANISER, "open_joint_review", "confirm")
    doors.complete(REVIEWER, "joint_review", "select")
    decided = doors.decide(REVIEWER, "joint_review", "select")
    doors.spent["batch"] = [cost - A_PLACE * decided for cost in doors.spent["batch"]]
    story.pass_until("2024-04-01 09:00")
    doors.complete(ORGANISER, "submit_list", "confirm")
    for login in DEPARTMENTS:
        doors.complete(login, "countersign", "approve")
    doors.complete(ORGANISER, "publish_candidates", "confirm")
    story.object_to(all_of_them[0])
    doors.complete(ORGANISER, "register", "accept", points=POINTS)
    doors.complete(LEAGUE, "unit_statement", "waive")
    doors.complete(ORGANISER, "investigate", "rejected")
    story.pass_until("2024-04-10 09:00")
    doors.complete(ORGANISER, "confirm_awards", "confirm")
    assert {story.status(nominee) for nominee in all_of_them} == {"awarded"}
    return doors.spent


def over_budget(spent: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Return the steps that cost more than they may."""
    return {step: costs for step, costs in spent.items() if max(costs) > BOUNDS.get(step, BUDGET)}


def test_every_step_to_the_announcement_stays_within_its_budget_on_the_pages(opened: Open) -> None:
    doors = opened()
    doors.by_page = True

    spent = live(doors, 3)

    assert over_budget(spent) == {}


def test_every_step_to_the_announcement_costs_the_same_however_many_stand(opened: Open) -> None:
    few = live(opened(), 3)

    many = live(opened(), 30)

    assert few == many
    assert over_budget(few) == {}
    assert few["batch"] == [OF_A_BATCH]
