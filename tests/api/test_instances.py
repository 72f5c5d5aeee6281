"""Instances, incidents, units, the calendar, notices and the description over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

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


SATURDAY = "/calendar/days/2024-05-11"
WORKED = {"working": True, "source": "国办发明电〔2023〕7号"}


def match(reply: TestResponse) -> dict[str, str]:
    return {"If-Match": reply.headers["ETag"]}


def test_calendar_day_is_entered_and_removed(call: Call) -> None:
    admin = call("admin")
    put = admin.put(SATURDAY, WORKED, headers=match(admin.get("/calendar/2024")))

    entered = admin.get("/calendar/2024").get_json()["days"]
    removed = admin.delete(SATURDAY, headers=match(put))

    assert put.get_json() == {"day": "2024-05-11", **WORKED}
    assert [(day["day"], day["working"]) for day in entered] == [("2024-05-11", True)]
    assert (removed.status_code, admin.get("/calendar/2024").get_json()["days"]) == (204, [])
    assert removed.headers["ETag"] == admin.get("/calendar/2024").headers["ETag"]
    assert admin.put("/calendar/days/2024-02-30", WORKED, headers={"If-Match": "*"}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/calendar/2024", {"source": "国办发明电〔2023〕7号"}),
        ("PUT", SATURDAY, {"working": False, "source": "自行安排"}),
        ("DELETE", SATURDAY, None),
    ],
)
def test_calendar_is_written_over_what_was_read_only(
    call: Call, method: str, path: str, body: dict[str, object] | None
) -> None:
    admin, other = call("admin"), call("admin")
    read = admin.get("/calendar/2024")
    other.put(SATURDAY, WORKED, headers=match(read))

    missing = admin.send(method, path, json=body)
    stale = admin.send(method, path, json=body, headers=match(read))
    unchanged = admin.get("/calendar/2024", headers={"If-None-Match": read.headers["ETag"]})

    assert (missing.status_code, stale.status_code, unchanged.status_code) == (428, 412, 200)
    assert unchanged.get_json() == {
        "year": 2024,
        "complete": False,
        "days": [{"day": "2024-05-11", **WORKED}],
    }
    again = admin.send(method, path, json=body, headers=match(unchanged))
    assert again.status_code == (204 if method == "DELETE" else 200)


def test_calendar_year_says_by_what_it_is_complete_in_its_tag(call: Call) -> None:
    admin = call("admin")
    first = admin.put("/calendar/2027", {"source": "甲"}, headers=match(admin.get("/calendar/2027")))

    second = admin.put("/calendar/2027", {"source": "乙"}, headers=match(first))
    late = admin.put("/calendar/2027", {"source": "丙"}, headers=match(first))

    assert (first.get_json(), second.get_json()) == ({"year": 2027, "complete": True, "days": []},) * 2
    assert late.status_code == 412


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
