"""``xuanshu rehearse --scenario`` prints the steps with their dates and ends with a code that tells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.config import PREFIX

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = "longcheng-craftsmen"
REFUSED = 2


@pytest.fixture
def processes(tmp_path: Path) -> Path:
    """A folder with one programme and two short scenarios, of which the second goes wrong."""
    place = tmp_path / "processes"
    shutil.copytree(ROOT / "processes" / PROGRAMME, place / PROGRAMME)
    scenarios = place / PROGRAMME / "scenarios"
    shutil.rmtree(scenarios)
    scenarios.mkdir()
    (scenarios / "good-way.yaml").write_text(
        "says: 到期自动截止\nstory:\n  - wait_until: 2024-12-10 24:00\n  - expect: {stage: 资格审查}\n",
        "utf-8",
    )
    (scenarios / "x10-late.yaml").write_text("says: 不截止\nstory:\n  - expect: {stage: 已公布}\n", "utf-8")
    return place


def rehearse(processes: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    environment |= {f"{PREFIX}PROCESSES_DIR": str(processes), f"{PREFIX}DATA_DIR": str(processes.parent)}
    return subprocess.run(
        [sys.executable, "-m", "service.cli", "rehearse", PROGRAMME, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_steps_are_printed_with_their_dates(processes: Path) -> None:
    ended = rehearse(processes, "--scenario", "good-way")

    assert (ended.returncode, ended.stdout) == (
        0,
        "good-way  到期自动截止\n"
        "  2024-12-11  00:00  定时“12月10日24:00”到点\n"
        "              00:00  时间到\n"
        "              00:00  核对：届次处在“资格审查”\n"
        "  ✓ 2 步都如所期\n",
    )


def test_all_are_played_and_the_code_tells_that_one_went_wrong(processes: Path) -> None:
    ended = rehearse(processes, "--scenario", "all")

    assert (ended.returncode, ended.stderr) == (1, "没有如所期：x10-late\n")
    assert ended.stdout.splitlines()[-2:] == [
        "x10-late  不截止",
        "  ✗ x10-late.yaml 第 3 行，第 1 步 expect：期望届次处在“已公布”，实际是“申报推荐”",
    ]


def test_unknown_name_lists_the_known_ones(processes: Path) -> None:
    ended = rehearse(processes, "--scenario", "x99")

    assert (ended.returncode, ended.stdout, ended.stderr) == (
        REFUSED, "", f"“{PROGRAMME}”没有场景“x99”。有：good-way、x10-late。\n",
    )  # fmt: skip
