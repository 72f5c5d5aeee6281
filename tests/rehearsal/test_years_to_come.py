"""A rehearsal lives through years whose holidays nobody has announced: a title outlasts every calendar."""

from __future__ import annotations

import shutil
from pathlib import Path

from service.config import Settings
from service.rehearsal.rehearse import rehearse

ROOT = Path(__file__).parents[2]
KEY = "longcheng-craftsmen"
TWO_YEARS_LATER = {
    "programme.toml": {
        "printed = 2024": "printed = 2026",
        "year = 2024": "year = 2026",
        "period_from = 2025": "period_from = 2027",
        "period_until = 2026": "period_until = 2028",
    },
    "demo.toml": {"start = 2024": "start = 2026"},
}


def test_a_year_nobody_has_announced_is_taken_as_monday_to_friday_and_said(tmp_path: Path) -> None:
    settings = Settings(processes_dir=tmp_path / "processes", forms_dir=ROOT / "forms", data_dir=tmp_path)
    shutil.copytree(ROOT / "processes" / KEY, settings.processes_dir / KEY)
    for name, words in TWO_YEARS_LATER.items():
        file = settings.processes_dir / KEY / name
        text = file.read_text("utf-8")
        for now, later in words.items():
            assert text.count(now) == 1
            text = text.replace(now, later)
        file.write_text(text, "utf-8")

    report = rehearse(settings, KEY, number=1)

    assert report.problems == []
    assert report.awards == {"龙城工匠培育对象": 1}
    assert report.guessed == (2027, 2028, 2029)
    assert [line for line in report.lines() if "没有公布" in line] == [
        f"{year} 年的放假安排还没有公布，演练按周一至周五推算" for year in (2027, 2028, 2029)
    ]
