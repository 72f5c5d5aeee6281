"""A programme begun from another is whole at once, and says where the other still speaks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.errors import Conflict, Invalid
from service.programmes.diagram import completeness
from service.programmes.pack import new_pack
from service.programmes.pack.packs import Pack, load_pack

ROOT = Path(__file__).parents[3]
LIKE = "longcheng-craftsmen"
Folders = tuple[Path, Path]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name / LIKE, tmp_path / name / LIKE)
    return tmp_path / "processes", tmp_path / "forms"


@pytest.fixture
def like(folders: Folders) -> Pack:
    return load_pack(*folders, LIKE)


def test_a_new_pack_can_be_run_at_once(folders: Folders, like: Pack) -> None:
    new_pack.begin(*folders, "city-models", like)

    pack = load_pack(*folders, "city-models")

    assert completeness.check(pack) == []
    assert {form_id.partition(".")[0] for form_id in pack.forms} == {"city-models"}
    assert b"longcheng" not in pack.diagram
    assert sorted(path.name for path in (folders[0] / "city-models").iterdir()) == [
        "city-models.bpmn",
        "demo.toml",
        "eligibility.dmn",
        "programme.toml",
        "units.csv",
    ]
    assert load_pack(*folders, LIKE) == like


def test_the_lines_that_name_the_others_people_are_told(folders: Folders, like: Pack) -> None:
    told = new_pack.begin(*folders, "city-models", like)

    lines = {(leftover.file.name, leftover.text) for leftover in told}
    assert ("programme.toml", 'receiver = "常州市总工会劳经部"') in lines
    assert ("programme.toml", 'words = "推荐 100 名工匠进行培育"') in lines
    assert ("units.csv", "zgh,常州市总工会,市,") in lines
    assert (
        "recommender-opinion.form",
        '"text": "“根据申报条件，兼顾行业、性别等，好中选优研究确定推荐人选”。",',
    ) in lines
    assert all(
        leftover.text == leftover.file.read_text("utf-8").splitlines()[leftover.line - 1].strip()
        for leftover in told
    )


def test_nothing_is_written_over(folders: Folders, like: Pack) -> None:
    (folders[1] / "city-models").mkdir()

    with pytest.raises(Conflict, match="已经有"):
        new_pack.begin(*folders, "city-models", like)

    assert not (folders[0] / "city-models").exists()


@pytest.mark.parametrize("key", ["", "City", "../city", "city_models", "-city", "城市", "c" * 41])
def test_a_key_that_cannot_be_a_folder_is_refused(folders: Folders, like: Pack, key: str) -> None:
    with pytest.raises(Invalid, match="不能作活动的标识"):
        new_pack.begin(*folders, key, like)
