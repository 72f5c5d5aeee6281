"""Deployments over HTTP: reading, checking and publishing diagrams."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.api.caller import Caller

Call = Callable[[str], Caller]
PATH = "/programmes/changzhou-good-youth"
DIAGRAM = Path(__file__).resolve().parents[2] / "processes/changzhou-good-youth/changzhou-good-youth.bpmn"


def test_deployment_is_given_as_asked_for(call: Call) -> None:
    shiwei = call("shiwei")

    described = shiwei.get("/deployments/1")
    drawn = shiwei.get("/deployments/1", headers={"Accept": "application/xml"})
    neither = shiwei.get("/deployments/1", headers={"Accept": "image/png"})

    assert described.get_json()["version"] == 1
    assert (drawn.mimetype, drawn.data) == ("application/xml", DIAGRAM.read_bytes())
    assert neither.status_code == 406


def test_publish_makes_the_next_version(call: Call) -> None:
    admin = call("admin")
    xml = DIAGRAM.read_text(encoding="utf-8").replace("所在单位团组织意见", "所在单位团组织的意见")

    published = admin.post(f"{PATH}/deployments", {"xml": xml, "note": "改名"})
    again = admin.post(f"{PATH}/deployments", {"xml": xml})

    assert (published.status_code, published.get_json()["version"]) == (201, 2)
    assert again.get_json()["version"] == 2
    assert [d["version"] for d in admin.get("/deployments").get_json()] == [2, 1]


def test_text_is_read_as_it_came_whatever_encoding_it_declares(call: Call) -> None:
    admin = call("admin")
    text = DIAGRAM.read_text(encoding="utf-8").replace('encoding="UTF-8"', 'encoding="GB18030"', 1)

    admin.post(f"{PATH}/deployments", {"xml": text})

    drawn = admin.get("/deployments/2", headers={"Accept": "application/xml"}).data.decode("utf-8")
    assert "GB18030" not in drawn
    assert drawn.count("所在单位团组织意见") == text.count("所在单位团组织意见")


def test_diagram_with_problems_is_refused_with_all_of_them(call: Call) -> None:
    admin = call("admin")
    xml = DIAGRAM.read_text(encoding="utf-8").replace(
        'formId="changzhou-good-youth.opinion"', 'formId="none"'
    )

    checked = admin.post(f"{PATH}/checks", {"xml": xml}).get_json()
    refused = admin.post(f"{PATH}/deployments", {"xml": xml})

    assert checked["publishable"] is False
    assert (refused.status_code, refused.get_json()["code"]) == (422, "diagram-refused")
    elements = {problem["element_id"] for problem in refused.get_json()["problems"]}
    assert {"workplace_league_opinion", "workplace_opinion"} <= elements


def test_hostile_diagram_is_refused(call: Call) -> None:
    xml = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'

    refused = call("admin").post(f"{PATH}/deployments", {"xml": xml})

    assert (refused.status_code, "root:" in refused.text) == (422, False)
