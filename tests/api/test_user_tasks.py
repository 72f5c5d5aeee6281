"""User tasks over HTTP: lists, claiming, completing, drafts, sending back and who may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import func, select

from service.models import Submission
from service.programmes.domain import Programmes
from service.wire import Runtime
from service.workflow.context import Context
from tests.api.caller import Caller
from tests.api.conftest import PROGRAMME

Call = Callable[[str], Caller]
APPROVE = {"outcome": "approve", "answers": {"text": "情况属实，同意推荐。"}}


def test_todo_lists_what_is_offered(call: Call) -> None:
    items = call("tuanzhibu").todo("workplace_league_opinion")

    assert [item["name"] for item in items] == ["所在单位团组织意见"] * 3
    assert {item["status"] for item in items} == {"open"}


def test_done_lists_what_was_completed(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    task = tuanzhibu.todo("workplace_league_opinion")[0]
    tuanzhibu.post(f"/user-tasks/{task['id']}/complete", APPROVE)

    done = tuanzhibu.get("/user-tasks?list=done&element_id=workplace_league_opinion").get_json()["items"]

    assert [(item["id"], item["outcome"]) for item in done] == [(task["id"], "approve")]


def test_complete_moves_the_nomination_on(call: Call, ctx: Context) -> None:
    tuanzhibu, dangzhibu = call("tuanzhibu"), call("dangzhibu")
    task = tuanzhibu.todo("workplace_league_opinion")[0]

    done = tuanzhibu.post(f"/user-tasks/{task['id']}/complete", APPROVE)

    assert (done.status_code, done.get_json()["outcome"]) == (200, "approve")
    assert [item["instance_id"] for item in dangzhibu.todo("workplace_opinion")] == [task["instance_id"]]
    kept = select(func.count(Submission.id)).where(Submission.user_task_id == task["id"])
    assert ctx.session.scalar(kept) == 1


def test_a_task_that_is_done_tells_what_was_filled_in(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    path = f"/user-tasks/{tuanzhibu.todo('workplace_league_opinion')[0]['id']}"
    before = tuanzhibu.get(path).get_json()["submitted"]

    tuanzhibu.post(f"{path}/complete", APPROVE)

    assert before is None
    assert tuanzhibu.get(path).get_json()["submitted"] == APPROVE["answers"]
    assert call("wujin").get(path).status_code == 404


def test_an_answer_the_programme_calls_sensitive_is_masked_whatever_its_form_says(
    call: Call, service: Runtime
) -> None:
    domain = service.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs[PROGRAMME]
    sensitive = replace(pack.programme, fields={**pack.programme.fields, "text": "SENSITIVE"})
    domain.packs = {PROGRAMME: replace(pack, programme=sensitive)}
    tuanzhibu = call("tuanzhibu")
    path = f"/user-tasks/{tuanzhibu.todo('workplace_league_opinion')[0]['id']}"

    tuanzhibu.post(f"{path}/complete", APPROVE)

    assert tuanzhibu.get(path).get_json()["submitted"] == {"text": "****"}


def test_complete_twice_conflicts_with_a_sentence(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    path = f"/user-tasks/{tuanzhibu.todo('workplace_league_opinion')[0]['id']}/complete"
    tuanzhibu.post(path, APPROVE)

    again = tuanzhibu.post(path, APPROVE)

    assert (again.status_code, again.get_json()["code"]) == (409, "already-done")
    assert "演示-青锋团支部" in again.get_json()["detail"]


def test_complete_names_the_fields_that_are_wrong(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    path = f"/user-tasks/{tuanzhibu.todo('workplace_league_opinion')[0]['id']}/complete"

    refused = tuanzhibu.post(path, {"outcome": "approve", "answers": {}})

    assert refused.status_code == 422
    assert list(refused.get_json()["errors"]) == ["text"]
    assert len(tuanzhibu.todo("workplace_league_opinion")) == 3


def test_complete_refuses_an_outcome_that_is_not_drawn(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    path = f"/user-tasks/{tuanzhibu.todo('workplace_league_opinion')[0]['id']}/complete"

    refused = tuanzhibu.post(path, {"outcome": "grant", "answers": {}})

    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["outcome"])


def test_claim_unclaim_and_transfer(call: Call) -> None:
    liyang = call("liyang")
    path = f"/user-tasks/{liyang.todo('recommender_opinion')[0]['id']}"

    assert liyang.post(f"{path}/claim").get_json()["assignee_id"] is not None
    assert liyang.post(f"{path}/unclaim").get_json()["assignee_id"] is None
    passed = liyang.post(f"{path}/transfer", {"to": "shiwei", "reason": "外出培训"})

    assert passed.status_code == 200
    assert [item["id"] for item in call("shiwei").todo("recommender_opinion")] == [passed.get_json()["id"]]


def test_transfer_to_nobody_is_refused(call: Call) -> None:
    liyang = call("liyang")
    path = f"/user-tasks/{liyang.todo('recommender_opinion')[0]['id']}/transfer"

    refused = liyang.post(path, {"to": "nobody", "reason": "外出培训"})

    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["to"])


def test_task_of_another_unit_does_not_exist(call: Call) -> None:
    task = call("tuanzhibu").todo("workplace_league_opinion")[0]
    stranger = call("wujin")

    found = [
        stranger.get(f"/user-tasks/{task['id']}").status_code,
        stranger.post(f"/user-tasks/{task['id']}/claim").status_code,
        stranger.post(f"/user-tasks/{task['id']}/complete", APPROVE).status_code,
        stranger.get(f"/user-tasks/{task['id']}/work").status_code,
        stranger.get(f"/user-tasks/{task['id']}/draft").status_code,
    ]

    assert found == [404] * 5


def test_task_that_may_be_seen_and_not_done_is_forbidden(call: Call) -> None:
    task = call("tuanzhibu").todo("workplace_league_opinion")[0]

    refused = call("liyang").post(f"/user-tasks/{task['id']}/complete", APPROVE)

    assert refused.status_code == 403


def test_send_back_and_take_back(call: Call) -> None:
    liyang = call("liyang")
    task = liyang.todo("recommender_opinion")[0]
    work = liyang.get(f"/user-tasks/{task['id']}/work").get_json()
    to = work["earlier"][-1]["element_id"]

    back = liyang.post(f"/user-tasks/{task['id']}/send-back", {"to_element": to, "reason": "请补充"})

    assert (back.status_code, back.get_json()["element_id"]) == (200, to)
    assert work["may_complete"] is True


def test_take_back_by_whoever_acted_last(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    task = tuanzhibu.todo("workplace_league_opinion")[0]
    tuanzhibu.post(f"/user-tasks/{task['id']}/complete", APPROVE)

    back = tuanzhibu.post(f"/user-tasks/{task['id']}/take-back")

    assert (back.status_code, back.get_json()["element_id"]) == (200, "workplace_league_opinion")
    assert call("dangzhibu").todo("workplace_opinion") == []


def test_whether_it_may_be_taken_back_is_told_as_it_is_refused(call: Call) -> None:
    tuanzhibu, dangzhibu = call("tuanzhibu"), call("dangzhibu")
    task = tuanzhibu.todo("workplace_league_opinion")[0]
    tuanzhibu.post(f"/user-tasks/{task['id']}/complete", APPROVE)
    before = tuanzhibu.get(f"/user-tasks/{task['id']}/work").get_json()["may_take_back"]
    following = next(
        t for t in dangzhibu.todo("workplace_opinion") if t["instance_id"] == task["instance_id"]
    )
    dangzhibu.post(f"/user-tasks/{following['id']}/claim")

    after = tuanzhibu.get(f"/user-tasks/{task['id']}/work").get_json()["may_take_back"]
    refused = tuanzhibu.post(f"/user-tasks/{task['id']}/take-back")

    assert (before, after, refused.status_code) == (True, False, 409)
    assert "请“所在单位意见”的办理人退回" in refused.get_json()["detail"]


def test_nudge_and_copy(call: Call) -> None:
    task = call("tuanzhibu").todo("workplace_league_opinion")[0]

    nudged = call("liyang").post(f"/user-tasks/{task['id']}/nudge")
    copied = call("liyang").post(f"/user-tasks/{task['id']}/copies", {"to": ["gongan"]})
    refused = call("liyang").post(f"/user-tasks/{task['id']}/copies", {"to": ["wujin"]})

    assert (nudged.get_json(), copied.get_json()) == ({"told": 1}, {"told": 1})
    assert call("gongan").get(f"/user-tasks/{task['id']}").status_code == 200
    assert refused.status_code == 422
    assert call("wujin").get(f"/user-tasks/{task['id']}").status_code == 404


def test_decisions_are_all_or_none(call: Call) -> None:
    gongan = call("gongan")
    ids = [item["id"] for item in gongan.todo("consult_police")]
    answers = {"date": "2024-03-15", "result": "未发现问题"}
    good = {"decisions": [{"id": id_, "outcome": "clear"} for id_ in ids], "answers": answers}
    bad = {**good, "decisions": [*good["decisions"][:-1], {"id": ids[-1], "outcome": "perhaps"}]}

    refused = gongan.post("/user-tasks/decisions", bad)
    left = len(gongan.todo("consult_police"))
    done = gongan.post("/user-tasks/decisions", good)

    assert (refused.status_code, left) == (422, 4)
    assert (done.get_json(), gongan.todo("consult_police")) == ({"completed": 4}, [])
