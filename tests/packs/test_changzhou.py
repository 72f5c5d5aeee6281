"""The Changzhou pack's settings, quotas and units fit one another and the diagram."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

from tests.packs.drawing import BPMN, Drawing

ROOT = Path(__file__).parents[2]
PACK = ROOT / "processes" / "changzhou-good-youth"
DRAWING = Drawing(PACK / "changzhou-good-youth.bpmn")
PROGRAMME = tomllib.loads((PACK / "programme.toml").read_text("utf-8"))
USER_TASKS = {task.get("id"): task for task in DRAWING.all("userTask")}


def read_csv(name: str) -> list[dict[str, str]]:
    with (PACK / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_quotas_add_up_as_annex_1_prints_them() -> None:
    *rows, printed = read_csv("quotas.csv")
    names = [category["name"] for category in PROGRAMME["categories"]]
    columns = {name: sum(int(row[name]) for row in rows) for name in names}

    assert {name: int(printed[name]) for name in names} == columns == dict.fromkeys(names, 110)
    assert [int(row["合计"]) for row in rows] == [sum(int(row[name]) for name in names) for row in rows]
    assert sum(columns.values()) == int(printed["合计"]) == 660


def test_every_unit_with_a_quota_is_a_recommender_in_the_tree() -> None:
    districts = [unit["代码"] for unit in read_csv("units.csv") if unit["级别"] == "区县"]

    assert [row["代码"] for row in read_csv("quotas.csv")[:-1]] == districts


def test_units_have_one_root_and_two_workplaces_each() -> None:
    units = {unit["代码"]: unit for unit in read_csv("units.csv")}
    roots = [code for code, unit in units.items() if not unit["上级"]]
    below = [unit["上级"] for unit in units.values() if unit["级别"] == "单位"]

    assert roots == [PROGRAMME["organiser"]["unit"]]
    assert {unit["上级"] for unit in units.values()} <= {"", *units}
    assert {code: below.count(code) for code in below} == dict.fromkeys(below, 2)


def test_scopes_of_candidate_groups_are_those_of_their_roles() -> None:
    groups = {
        group
        for task in USER_TASKS.values()
        for text in (
            DRAWING.extension(task, "assignmentDefinition", "candidateGroups") or "",
            DRAWING.properties(task).get("escalate-to", ""),
        )
        for group in text.split(",")
        if group and not group.startswith("=")
    }

    used = {(group.split("@")[0], group.split("@")[1]) for group in groups}

    assert used <= {(role, scope) for role, entry in PROGRAMME["roles"].items() for scope in entry["scopes"]}


def test_deadlines_of_the_diagram_are_the_programmes() -> None:
    text = (PACK / "changzhou-good-youth.bpmn").read_text("utf-8").replace("&#34;", '"')

    assert set(re.findall(r'deadline\("([^"]+)"\)', text)) == set(PROGRAMME["deadlines"].values())


def test_notice_window_of_the_diagram_ends_when_the_programme_says() -> None:
    ends = [event.findtext(f".//{BPMN}timeDate") for event in DRAWING.all("intermediateCatchEvent")]

    assert [end for end in ends if end and "notice" in end] == ["=notice.until"]


def test_starts_are_start_events_of_the_nomination() -> None:
    process = next(p for p in DRAWING.all("process") if p.get("id") == "nomination")

    drawn = [event.get("id") for event in process.iterfind(f"{BPMN}startEvent")]

    assert sorted(start["event"] for start in PROGRAMME["starts"]) == sorted(drawn)


def test_processes_are_executable_and_called_as_the_service_knows_them() -> None:
    executable = [p.get("id") for p in DRAWING.all("process") if p.get("isExecutable") == "true"]

    assert executable == ["round", "nomination", "objection", "notice"]
