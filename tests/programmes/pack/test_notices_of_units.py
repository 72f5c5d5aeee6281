"""[[notices]] of programme.toml: every key is checked, and what is wrong is named with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.programmes.pack.packs import WrongPack, load_pack
from tests.packs.test_fourth import FOURTH, KEY

FILE = f"{KEY}/programme.toml"
KNOWN = "key、level、working_days、count_first_day、channels、receiver、hint、phone、email、address"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('level = "unit"', 'level = "city"', "notices[1].level 应为 unit、recommender 之一，现在是“city”"),
        ('level = "unit"', "", "notices[1].level 缺少，必须填写（missing key）"),
        ("working_days = 3", "working_days = 0", "notices[1].working_days 应不小于 1，现在是 0"),
        ("working_days = 3", "", "notices[1].working_days 缺少，必须填写（missing key）"),
        (
            'key = "recommender"\nlevel',
            'key = "unit"\nlevel',
            "notices[2].key 公示“unit”重复，或超过 40 个字",
        ),
        (
            "count_first_day = true",
            "count_first_day = 1",
            "notices[1].count_first_day 应为true 或 false，现在是 1",
        ),
        (
            "count_first_day = true",
            "count_the_first_day = true",
            "notices[1].count_the_first_day 不是系统认识的设置项（unknown key），请核对拼写或删去；"
            f"这里可写：{KNOWN}",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, before: str, after: str, problem: str) -> None:
    processes = tmp_path / "processes"
    shutil.copytree(FOURTH / "processes", processes)
    file = processes / KEY / "programme.toml"
    head, notices, tail = file.read_text("utf-8").partition("[[notices]]")
    assert tail.count(before) == 1
    file.write_text(head + notices + tail.replace(before, after), "utf-8")

    with pytest.raises(WrongPack) as refused:
        load_pack(processes, FOURTH / "forms", KEY)

    assert refused.value.problems == (f"{FILE}：{problem}",)
