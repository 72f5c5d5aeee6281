"""A programme is tried out in years whose holidays nobody has announced: the round's own, and a title's."""

from __future__ import annotations

import shutil
from pathlib import Path

from click.testing import CliRunner

from service.cli import cli
from service.config import PREFIX, Settings
from service.rehearsal.rehearse import rehearse
from service.rehearsal.scenario.play import play_all

ROOT = Path(__file__).parents[2]
KEY = "longcheng-craftsmen"


def _moved(tmp_path: Path, *, years: int) -> Settings:
    """Return settings of a programme whose notice is so many years younger."""
    settings = Settings(processes_dir=tmp_path / "processes", forms_dir=ROOT / "forms", data_dir=tmp_path)
    shutil.copytree(ROOT / "processes" / KEY, settings.processes_dir / KEY)
    said = {
        "programme.toml": {"printed": 2024, "year": 2024, "period_from": 2025, "period_until": 2026},
        "demo.toml": {"start": 2024},
    }
    for name, keys in said.items():
        file = settings.processes_dir / KEY / name
        text = file.read_text("utf-8")
        for key, year in keys.items():
            assert text.count(f"{key} = {year}") == 1
            text = text.replace(f"{key} = {year}", f"{key} = {year + years}")
        file.write_text(text, "utf-8")
    return settings


def test_a_year_nobody_has_announced_is_taken_as_monday_to_friday_and_said(tmp_path: Path) -> None:
    report = rehearse(_moved(tmp_path, years=2), KEY, number=1)

    assert report.problems == []
    assert report.awards == {"龙城工匠培育对象": 1}
    assert report.guessed == (2027, 2028, 2029)
    assert [line for line in report.lines() if "没有公布" in line] == [
        f"{year} 年的放假安排还没有公布，演练按周一至周五推算" for year in (2027, 2028, 2029)
    ]


def test_so_is_the_year_of_the_round_itself_in_a_rehearsal(tmp_path: Path) -> None:
    report = rehearse(_moved(tmp_path, years=3), KEY, number=1)

    assert report.problems == []
    assert report.guessed == (2027, 2028, 2029, 2030)
    assert "申报结果  授予称号 1" in list(report.lines())


def test_so_it_is_in_a_scenario_and_in_a_demonstration(tmp_path: Path) -> None:
    settings = _moved(tmp_path, years=3)
    scenarios = settings.processes_dir / KEY / "scenarios"
    shutil.rmtree(scenarios)
    scenarios.mkdir()
    (scenarios / "good-way.yaml").write_text(
        "says: 开始申报\nstory:\n  - expect: {stage: 申报推荐}\n", "utf-8"
    )
    environment = {f"{PREFIX}PROCESSES_DIR": str(settings.processes_dir), f"{PREFIX}DATA_DIR": str(tmp_path)}

    played = play_all(settings, KEY, "good-way", lambda line: None)
    shown = CliRunner().invoke(cli, ["demonstrate", KEY, "--only-set-up"], env=environment)

    assert [transcript.problems for transcript in played] == [[]]
    assert shown.exit_code == 0, shown.output
