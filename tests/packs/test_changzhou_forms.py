"""The Changzhou forms follow annex 2 and agree with the programme and the diagram."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.packs.drawing import Drawing

ROOT = Path(__file__).parents[2]
PACK = ROOT / "processes" / "changzhou-good-youth"
FORMS = ROOT / "forms" / "changzhou-good-youth"
DRAWING = Drawing(PACK / "changzhou-good-youth.bpmn")
PROGRAMME = tomllib.loads((PACK / "programme.toml").read_text("utf-8"))
USER_TASKS = {task.get("id"): task for task in DRAWING.all("userTask")}
FORM_FILES = sorted(FORMS.glob("*.form"))


def components(form: Any) -> list[Any]:
    """Return a form's components, those of its lists included."""
    found = []
    for component in form["components"]:
        found += [component, *components(component)] if "components" in component else [component]
    return found


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda path: path.stem)
def test_form_id_is_its_folder_and_stem(path: Path) -> None:
    form = json.loads(path.read_text("utf-8"))

    assert (form["id"], form["type"]) == (f"{FORMS.name}.{path.stem}", "default")


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda path: path.stem)
def test_form_fields_are_spoken_classified_and_named_once(path: Path) -> None:
    found = components(json.loads(path.read_text("utf-8")))
    keys = [component["key"] for component in found if "key" in component]
    fields = [c for c in json.loads(path.read_text("utf-8"))["components"] if "key" in c or "path" in c]

    assert [key for key in keys if not re.fullmatch(r"[a-z][a-z_]*", key)] == []
    assert len(keys) == len(set(keys))
    assert {field["properties"]["class"] for field in fields} <= {"PUBLIC", "INTERNAL", "SENSITIVE"}


def test_every_form_is_used() -> None:
    used = {DRAWING.extension(task, "formDefinition", "formId") for task in USER_TASKS.values()}

    assert used | set(PROGRAMME["forms"].values()) == {f"{FORMS.name}.{path.stem}" for path in FORM_FILES}


def test_recommendation_follows_annex_2() -> None:
    form = json.loads((FORMS / "recommendation.form").read_text("utf-8"))
    fields = {c.get("key") or c.get("path"): c for c in form["components"] if c["type"] != "text"}

    assert list(fields)[:13] == [
        "name", "sex", "ethnicity", "birth_month", "education", "political_status", "phone", "id_number",
        "category", "workplace_and_post", "achievements", "honours", "deeds",
    ]  # fmt: skip
    assert {key: field["properties"]["class"] for key, field in fields.items()} == PROGRAMME["fields"]
    assert {option["value"]: option["label"] for option in fields["category"]["values"]} == {
        category["key"]: category["name"] for category in PROGRAMME["categories"]
    }
    assert [len(fields[key]["values"]) for key in ("ethnicity", "political_status")] == [58, 13]
