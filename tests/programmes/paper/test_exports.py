"""Who takes papers in full: whoever fills in and signs for a workplace, whatever its pack calls him."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest
from sqlalchemy import select

from service.errors import Forbidden
from service.models import Nomination, Unit
from service.programmes.nomination import workplaces
from service.programmes.pack.packs import Pack, load_pack
from service.programmes.paper import forms, rosters, scans, workplace_rosters
from tests.programmes.conftest import PROGRAMME, ROOT, SELECTION
from tests.programmes.paper.test_scans import PDF
from tests.programmes.publication.changed_pack import open_story
from tests.programmes.review.panel_story import PROGRAMME as CRAFTSMEN
from tests.programmes.review.panel_story import PanelStory
from tests.programmes.story import Story

#: the Changzhou pack, with other names for those who act for a workplace
RENAMED = {"league": "personnel", "head": "party_branch"}


@pytest.mark.parametrize(
    ("key", "label", "expected"),
    [
        (PROGRAMME, "2024", {"league", "head"}),
        (CRAFTSMEN, "2024", {"applicant", "secrecy"}),
        (SELECTION, "2021", {"league", "head"}),
    ],
)
def test_roles_of_a_workplace_are_those_its_diagram_lets_fill_and_sign(
    packs: Mapping[str, Pack], database_url: str, tmp_path: Path, key: str, label: str, expected: set[str]
) -> None:
    with open_story(database_url, packs[key], tmp_path, label) as story, story.wiring.reading() as ctx:
        assert workplaces.roles_of(ctx, story.entry(ctx)) == expected


def test_a_workplace_of_the_craftsmen_prints_in_full_and_uploads_its_scan(
    packs: Mapping[str, Pack], database_url: str, tmp_path: Path
) -> None:
    with open_story(database_url, packs[CRAFTSMEN], tmp_path) as opened:
        story = PanelStory(**vars(opened))
        applied = story.apply("wujin-1")

        assert stamp(story, applied, "jiceng", "recommendation")


def test_a_workplace_of_a_pack_with_other_names_prints_in_full_and_uploads_its_scan(
    database_url: str, tmp_path: Path
) -> None:
    with open_story(database_url, renamed(tmp_path), tmp_path) as story:
        nominee = story.nominate(to="consult_police")

        assert stamp(story, nominee, "tuanzhibu", "recommendation")
        assert not prints_in_full(story, nominee, "admin", "recommendation")


def stamp(story: Story, nomination_id: int, login: str, paper: str) -> bool:
    """Print a form, upload its scan, and say whether it was printed in full."""
    is_full = prints_in_full(story, nomination_id, login, paper)
    with story.acting(login) as ctx:
        nomination = ctx.session.get_one(Nomination, nomination_id)
        [version] = forms.list_versions(ctx, nomination)
        scans.attach(ctx, version, "盖章.pdf", PDF)
    return is_full


def prints_in_full(story: Story, nomination_id: int, login: str, paper: str) -> bool:
    with story.acting(login) as ctx:
        nomination = ctx.session.get_one(Nomination, nomination_id)
        document = docx.Document(io.BytesIO(forms.print_form(ctx, nomination, paper)))
        text = "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
        return (nomination.phone or "?") in text


def renamed(folder: Path) -> Pack:
    """Return the Changzhou pack with other names for its roles, in diagram, settings and demonstration."""
    shutil.copytree(ROOT / "processes" / PROGRAMME, folder / "processes" / PROGRAMME)
    shutil.copytree(ROOT / "forms" / PROGRAMME, folder / "forms" / PROGRAMME)
    for file in (folder / "processes" / PROGRAMME).rglob("*"):
        if file.suffix in (".toml", ".bpmn"):
            text = file.read_text()
            for old, new in RENAMED.items():
                text = text.replace(f"{old}@", f"{new}@").replace(f'"{old}"', f'"{new}"')
                text = text.replace(f"[roles.{old}]", f"[roles.{new}]")
            file.write_text(text)
    return load_pack(folder / "processes", folder / "forms", PROGRAMME)


def test_a_workplace_prints_no_roster_where_the_programme_does_not_ask_it(round_2024: Story) -> None:
    round_2024.nominate()

    with round_2024.acting("tuanzhibu") as ctx:
        here = ctx.session.scalars(select(Unit).where(Unit.code == "liyang-qingfeng")).one()
        assert workplace_rosters.list_own(ctx, round_2024.entry(ctx)) == []
        with pytest.raises(Forbidden):
            rosters.print_roster(ctx, round_2024.entry(ctx), here)
