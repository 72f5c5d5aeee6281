"""Added signers, comments and acting for a colleague over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.clock import MovableClock
from tests.api.caller import Caller

Call = Callable[[str], Caller]
STEP = "workplace_league_opinion"
APPROVE = {"outcome": "approve", "answers": {"text": "情况属实，同意推荐。"}}
BEFORE = {"to": ["dangzhibu"], "place": "before", "question": "请核对事迹。"}
LEAVE = {
    "delegate": "dangzhibu",
    "starts_at": "2024-03-15T00:00:00+08:00",
    "ends_at": "2024-03-18T00:00:00+08:00",
    "reason": "出差",
}


def ask(call: Call, **changed: Any) -> tuple[int, int]:
    """Ask the party branch to sign the league's opinion; returns the task and the signer."""
    league = call("tuanzhibu")
    task = league.todo(STEP)[0]["id"]
    reply = league.post(f"/user-tasks/{task}/signers", {**BEFORE, **changed})
    assert reply.status_code == 201, reply.text
    return task, reply.get_json()[0]["id"]


def test_a_task_waits_for_who_signs_before(call: Call) -> None:
    task, signer = ask(call)
    league, party = call("tuanzhibu"), call("dangzhibu")

    waiting = party.get("/signers").get_json()["items"]
    early = league.post(f"/user-tasks/{task}/complete", APPROVE)
    signed = party.post(f"/signers/{signer}/answer", {"agrees": True, "text": "属实"})
    done = league.post(f"/user-tasks/{task}/complete", APPROVE)

    assert [(row["id"], row["user_task_id"], row["question"]) for row in waiting] == [
        (signer, task, "请核对事迹。")
    ]
    assert (early.status_code, early.get_json()["code"]) == (409, "unsigned")
    assert (signed.status_code, signed.get_json()["agrees"], signed.get_json()["answer"]) == (
        200,
        True,
        "属实",
    )
    assert done.get_json()["status"] == "completed"
    assert party.get("/signers").get_json()["items"] == []


def test_a_decision_waits_for_who_signs_after_it_and_comes_back_when_he_does_not(call: Call) -> None:
    task, signer = ask(call, place="after")
    league, party = call("tuanzhibu"), call("dangzhibu")

    held = league.post(f"/user-tasks/{task}/complete", APPROVE).get_json()
    silent = party.post(f"/signers/{signer}/answer", {"agrees": False})
    refused = party.post(f"/signers/{signer}/answer", {"agrees": False, "text": "日期有误"})

    assert held["status"] == "open"
    assert (silent.status_code, list(silent.get_json()["errors"])) == (422, ["text"])
    assert refused.get_json()["agrees"] is False
    assert league.get(f"/user-tasks/{task}").get_json()["status"] == "open"
    assert league.get(f"/user-tasks/{task}/draft").get_json()["answers"]["text"] == APPROVE["answers"]["text"]  # type: ignore[index]


def test_a_signer_is_taken_back_once(call: Call) -> None:
    task, signer = ask(call)
    league = call("tuanzhibu")

    first, second = league.delete(f"/signers/{signer}"), league.delete(f"/signers/{signer}")

    assert (first.status_code, first.data, second.status_code) == (204, b"", 409)
    assert league.post(f"/user-tasks/{task}/complete", APPROVE).status_code == 200


def test_asking_names_unknown_people_and_heeds_the_version(call: Call) -> None:
    league = call("tuanzhibu")
    task = league.todo(STEP)[0]["id"]
    path = f"/user-tasks/{task}/signers"

    unknown = league.post(path, {**BEFORE, "to": ["nobody"]})
    stale = league.post(path, BEFORE, headers={"If-Match": '"usertask-0-0"'})
    once = [league.post(path, BEFORE, headers={"Idempotency-Key": "ask"}) for _ in range(2)]

    assert unknown.get_json()["errors"] == {"to": "请核对用户名"}
    assert (stale.status_code, stale.mimetype) == (412, "application/problem+json")
    assert [reply.status_code for reply in once] == [201, 201]
    assert once[0].get_json() == once[1].get_json()
    assert len(league.get(path).get_json()) == 1


def test_comments_are_read_by_whoever_sees_the_task(call: Call) -> None:
    league = call("tuanzhibu")
    task = league.todo(STEP)[0]["id"]

    said = league.post(f"/user-tasks/{task}/comments", {"text": "请留意出生日期。"})
    empty = league.post(f"/user-tasks/{task}/comments", {"text": "  "})
    heard = call("shiwei").get(f"/user-tasks/{task}/comments").get_json()

    assert said.status_code == 201
    assert heard == [said.get_json()]
    assert (heard[0]["step"], heard[0]["name"]) == ("所在单位团组织意见", "演示-青锋团支部")
    assert list(empty.get_json()["errors"]) == ["text"]


def test_a_delegate_does_the_tasks_until_it_ends(call: Call, clock: MovableClock) -> None:
    league, party = call("tuanzhibu"), call("dangzhibu")

    begun = league.post("/delegations", LEAVE)
    task = party.todo(STEP)[0]["id"]
    done = party.post(f"/user-tasks/{task}/complete", APPROVE)
    listed = party.get("/delegations").get_json()
    ended = league.post(f"/delegations/{begun.get_json()['id']}/end", {})

    assert (begun.status_code, begun.get_json()["principal"]) == (201, "tuanzhibu")
    assert done.status_code == 200
    assert [(row["principal"], row["delegate"]) for row in listed] == [("tuanzhibu", "dangzhibu")]
    assert ended.status_code == 200
    clock.move(minutes=1)
    assert party.todo(STEP) == []
    assert league.post(f"/delegations/{begun.get_json()['id']}/end", {}).status_code == 409


def test_a_delegation_is_refused_in_words(call: Call) -> None:
    league = call("tuanzhibu")
    league.post("/delegations", LEAVE)

    twice = league.post("/delegations", LEAVE)
    backwards = league.post("/delegations", {**LEAVE, "ends_at": LEAVE["starts_at"]})
    stranger = league.post("/delegations", {**LEAVE, "delegate": "wujin"})
    other = league.post("/delegations", {**LEAVE, "principal": "wujin"})

    assert (twice.status_code, twice.get_json()["detail"]) == (
        409,
        "这段时间已经有人代理，请先结束原来的代理。",
    )
    assert list(backwards.get_json()["errors"]) == ["ends"]
    assert list(stranger.get_json()["errors"]) == ["delegate"]
    assert other.status_code == 403


def test_whether_somebody_elsewhere_has_an_account_is_not_told(call: Call) -> None:
    """Of a log-in name of another unit and one nobody has, the same is said."""
    league = call("tuanzhibu")

    def ask_for(field: str, login: str) -> tuple[int, str]:
        reply = league.post("/delegations", {**LEAVE, field: login})
        return reply.status_code, reply.get_json()["detail"].replace(login, "…")

    assert ask_for("delegate", "wujin") == ask_for("delegate", "nobody")
    assert ask_for("principal", "wujin") == ask_for("principal", "nobody")
