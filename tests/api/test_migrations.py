"""Migrations over HTTP: the plan, its dry run, the order, what became of each instance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.scheduler import migrations as duty
from service.wire import Runtime
from tests.api.caller import Caller

Call = Callable[[str], Caller]
PATH = "/programmes/changzhou-good-youth"
DIAGRAM = Path(__file__).resolve().parents[2] / "processes/changzhou-good-youth/changzhou-good-youth.bpmn"
STEP = "recommender_opinion"
#: 3 wait at the league's opinion, found again by its name, 2 at the recommender's, which is not
REDRAWN = (
    DIAGRAM.read_text(encoding="utf-8")
    .replace("workplace_league_opinion", "league_says")
    .replace(f'"{STEP}"', '"district_says"')
    .replace(f">{STEP}<", ">district_says<")
    .replace('name="推荐单位团组织意见"', 'name="区县意见"')
    .replace("03-25&#34;)", "03-28&#34;)")
)
SAID = {STEP: {"action": "map", "target": "district_says"}}


@pytest.fixture
def admin(call: Call) -> Caller:
    """The administrator, who has published a second version."""
    admin = call("admin")
    admin.post(f"{PATH}/deployments", {"xml": REDRAWN, "note": "改"})
    return admin


def propose(admin: Caller, **changes: Any) -> dict[str, Any]:
    """Return a request by the plan as it is proposed, with a word for the step nothing was found for."""
    plan = admin.get(f"{PATH}/migration-proposal").get_json()["plan"]
    return {"source": 1, "target": 2, "plan": {**plan, **SAID}, **changes}


def tried(admin: Caller, request: dict[str, Any]) -> dict[str, Any]:
    report = admin.post(f"{PATH}/migration-trials", request)
    assert report.status_code == 200, report.text
    answer: dict[str, Any] = report.get_json()
    return answer


def order(admin: Caller, request: dict[str, Any], key: str = "") -> Any:
    asked = {**request, "plan_hash": tried(admin, request)["plan_hash"], "reason": "市里改了安排"}
    return admin.post(f"{PATH}/migrations", asked, headers={"Idempotency-Key": key} if key else {})


def run(service: Runtime) -> None:
    """Let the scheduler do what was ordered, and close the order."""
    while duty.run_once(service.wiring):
        pass


def test_a_plan_is_proposed_for_the_old_version_that_still_runs(admin: Caller) -> None:
    proposal = admin.get(f"{PATH}/migration-proposal").get_json()

    assert {name: proposal[name] for name in ("source", "target", "instances")} == {
        "source": 1,
        "target": 2,
        "instances": 13,
    }
    waiting = {row["element_id"]: (row["open"], row["how"]) for row in proposal["rows"] if row["open"]}
    assert waiting == {
        "submission_closed": (8, "id"),
        "consult_police": (4, "id"),
        "consult_industry": (4, "id"),
        "fill_in_form": (3, "id"),
        "workplace_league_opinion": (3, "name"),
        STEP: (2, ""),
        "submission_deadline": (1, "id"),
    }
    assert proposal["plan"]["workplace_league_opinion"] == {"action": "map", "target": "league_says"}
    assert [row["instruction"] for row in proposal["rows"] if row["element_id"] == STEP] == [None]
    assert [one["may_move"] for one in proposal["choices"] if one["element_id"] == "league_says"] == [True]


def test_a_dry_run_counts_and_names(admin: Caller) -> None:
    request = propose(admin)
    del request["plan"][STEP]

    report = tried(admin, request)
    blocked = admin.post(f"{PATH}/migration-trials?level=blocked", request).get_json()["trials"]

    assert [report[name] for name in ("ok", "warn", "blocked", "passed")] == [5, 6, 2, 0]
    assert Counter(trial["level"] for trial in report["trials"]) == {"ok": 5, "warn": 6, "blocked": 2}
    assert [[remark["rule"] for remark in trial["remarks"]] for trial in blocked] == [["no-instruction"]] * 2
    assert admin.get(f"{PATH}/migrations").get_json() == []


def test_deadlines_counted_anew_are_told(admin: Caller) -> None:
    report = tried(admin, propose(admin, recompute=True))

    moved = [(one["name"], one["before"], one["after"]) for t in report["trials"] for one in t["deadlines"]]
    assert Counter(moved) == {
        ("填写推荐表", "2024-03-25T16:00:00+00:00", "2024-03-28T16:00:00+00:00"): 3,
        ("所在单位团组织意见", "2024-03-25T16:00:00+00:00", "2024-03-28T16:00:00+00:00"): 3,
        ("区县意见", "2024-03-25T16:00:00+00:00", "2024-03-28T16:00:00+00:00"): 2,
    }


def test_an_order_is_worked_off_and_tells_of_each_instance(admin: Caller, service: Runtime) -> None:
    request = propose(admin)
    del request["plan"][STEP]

    ordered = order(admin, request)
    address = ordered.headers["Location"].removeprefix("/api/v1")
    before = admin.get(address).get_json()
    run(service)
    after = admin.get(address).get_json()

    counts = ("pending", "moved", "left")
    assert ordered.status_code == 201
    assert ordered.get_json() == before
    assert [before[name] for name in counts] == [13, 0, 0]
    assert [after[name] for name in counts] == [0, 11, 2]
    assert (before["finished_at"], after["finished_at"]) == (None, "2024-03-15T01:00:00+00:00")
    left = admin.get(f"{address}/items?status=left").get_json()
    assert [item["reason"] for item in left] == [
        f"「推荐单位团组织意见」（{STEP}）正在进行，方案没有写明它在新图里怎么办"
    ] * 2
    moved = admin.get(f"{address}/items?status=moved").get_json()
    assert len(admin.get(f"{address}/items?after={moved[4]['instance_id']}&status=moved").get_json()) == 6
    assert admin.get(f"{PATH}/migrations").get_json() == [after]


def test_the_same_order_sent_again_takes_effect_once(admin: Caller) -> None:
    request = propose(admin)

    first, again = order(admin, request, "a"), order(admin, request, "a")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(admin.get(f"{PATH}/migrations").get_json()) == 1


def test_what_was_not_tried_out_and_what_comes_too_early_is_refused(admin: Caller) -> None:
    request = propose(admin)
    plan_hash = tried(admin, request)["plan_hash"]
    changed = {**request, "recompute": True, "plan_hash": plan_hash, "reason": "改期"}

    untried = admin.post(f"{PATH}/migrations", changed)
    order(admin, request)
    second = order(admin, request)

    assert (untried.status_code, untried.get_json()["code"]) == (409, "conflict")
    assert "请重新试算" in untried.get_json()["detail"]
    assert (second.status_code, "请等它办完" in second.get_json()["detail"]) == (409, True)


def test_an_order_without_a_reason_is_refused(admin: Caller) -> None:
    request = propose(admin)

    plan_hash = tried(admin, request)["plan_hash"]
    refused = admin.post(f"{PATH}/migrations", {**request, "plan_hash": plan_hash, "reason": " "})

    assert (refused.status_code, refused.get_json()["errors"]) == (422, {"reason": "必填"})


def test_stopping_leaves_the_rest(admin: Caller, service: Runtime) -> None:
    order(admin, propose(admin))

    stopped = admin.post(f"{PATH}/migrations/1/stop")
    again = admin.post(f"{PATH}/migrations/1/stop")
    run(service)

    assert [reply.get_json() for reply in (stopped, again)] == [{"left": 13}, {"left": 0}]
    assert admin.get(f"{PATH}/migrations/1").get_json()["left"] == 13


@pytest.mark.parametrize(
    "instruction",
    [{"action": "map"}, {"action": "cancel", "target": "league_says"}, {"action": "delete"}, {}, None],
)
def test_an_instruction_that_says_nothing_is_refused(admin: Caller, instruction: Any) -> None:
    request = {"source": 1, "target": 2, "plan": {STEP: instruction}}

    refused = admin.post(f"{PATH}/migration-trials", request)

    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert any(STEP in field for field in refused.get_json()["errors"])


def test_what_is_not_there_is_told(admin: Caller) -> None:
    nowhere = {"source": 1, "target": 9, "plan": {}}
    same = {"source": 1, "target": 1, "plan": {}}

    replies = [admin.post(f"{PATH}/migration-trials", body) for body in (nowhere, same)]
    gone = admin.get(f"{PATH}/migrations/7")

    assert [reply.status_code for reply in (*replies, gone)] == [404, 409, 404]


def test_where_all_run_the_newest_version_nothing_is_proposed(call: Call) -> None:
    assert call("admin").get(f"{PATH}/migration-proposal").status_code == 404
