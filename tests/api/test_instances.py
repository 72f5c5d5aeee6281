"""Instances, incidents, units, the calendar, notices and the description over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.api.caller import Caller

Call = Callable[[str], Caller]


def test_standing_shows_where_the_token_is(call: Call) -> None:
    gongan = call("gongan")
    instance_id = gongan.todo("consult_police")[0]["instance_id"]

    standing = gongan.get(f"/instances/{instance_id}/standing").get_json()

    assert standing["active"] == ["consult_industry", "consult_police"]
    assert {"fill_in_form", "check_eligibility", "recommender_opinion"} <= set(standing["completed"])


def test_history_is_a_chain(call: Call) -> None:
    tuanzhibu = call("tuanzhibu")
    instance_id = tuanzhibu.todo("workplace_league_opinion")[0]["instance_id"]

    events = tuanzhibu.get(f"/instances/{instance_id}/history").get_json()

    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["kind"] == "instance.started"
    assert len({event["hash"] for event in events}) == len(events)


def test_units_are_a_tree(call: Call) -> None:
    found = call("wujin").get("/units?below=liyang").get_json()

    assert [unit["path"] for unit in found] == [
        "/cz/liyang/",
        "/cz/liyang/liyang-nanshan/",
        "/cz/liyang/liyang-qingfeng/",
    ]


def test_calendar_day_is_entered_and_removed(call: Call) -> None:
    admin = call("admin")
    admin.put("/calendar/days/2024-05-11", {"working": True, "source": "国办发明电〔2023〕7号"})

    entered = admin.get("/calendar/2024").get_json()["days"]
    admin.delete("/calendar/days/2024-05-11")

    assert [(day["day"], day["working"]) for day in entered] == [("2024-05-11", True)]
    assert admin.get("/calendar/2024").get_json()["days"] == []
    assert admin.put("/calendar/days/2024-02-30", {"working": True, "source": "x"}).status_code == 404


def test_notices_need_no_token(client: FlaskClient) -> None:
    assert client.get("/api/v1/notices").get_json() == []
    assert client.get("/api/v1/notices/none").get_json()["code"] == "not-found"


def test_description_needs_no_token(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    page = client.get("/api/v1/docs")

    assert described["openapi"] == "3.0.3"
    complete = described["paths"]["/api/v1/user-tasks/{task_id}/complete"]["post"]
    assert {"$ref": "#/components/parameters/IDEMPOTENCY_KEY"} in complete["parameters"]
    assert page.status_code == 200
    for path in described["paths"]:
        assert path in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
