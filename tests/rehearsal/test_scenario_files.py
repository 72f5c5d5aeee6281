"""What is wrong with a scenario is told with its file, its line and a sentence, before anything is played."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from service.errors import NotFound
from service.rehearsal.scenario import library
from service.rehearsal.scenario.moments import parse_moment
from service.rehearsal.scenario.source import MAX_BYTES, WrongScenario

GOOD = """\
says: 一句话
proves: [X05]
people:
  赵安然: {born: 1988-12-31}
story:
  - wait_until: 2024-03-25 24:00
    note: 截止
"""


def write(folder: Path, text: str, name: str = "story") -> Path:
    place = folder / "p" / "scenarios"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(WrongScenario) as wrong:
        library.load(write(folder, text), "p", "story")
    return list(wrong.value.problems)


def test_scenario_is_read(tmp_path: Path) -> None:
    read = library.load(write(tmp_path, GOOD), "p", "story")

    assert (read.says, read.proves, read.begins, read.opens) == ("一句话", ("X05",), None, {})
    assert read.people == {"赵安然": {"born": date(1988, 12, 31)}}
    assert [(step.word, step.said, step.line) for step in read.steps] == [
        ("wait_until", {"wait_until": "2024-03-25 24:00", "note": "截止"}, 6)
    ]


def test_switches_of_a_story_are_read(tmp_path: Path) -> None:
    read = library.load(write(tmp_path, f"switches: {{notice: 是, other: 否}}\n{GOOD}"), "p", "story")

    assert read.switches == {"notice": True, "other": False}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "story.yaml：文件是空的。"),
        ("- a", "story.yaml 第 1 行：写法不对，应当是“键: 值”的样子。"),
        ("says: 一句话\nstory: []\nstroy: []", "story.yaml 第 3 行：“stroy”没有这个词。"),
        ("story: []", "story.yaml 第 1 行：“says”没有写。"),
        ("says: 一句话\nswitches: {notice: 大概}\nstory: []", "“notice”应当是“是”或“否”。"),
        ("says: 一句话\nsays: 又一句\nstory: []", "story.yaml 第 2 行：“says”写了两次。"),
        (
            "says: 一句话\nstory:\n  - wait_until: 三月",
            "应当是一天或一刻，例如 2024-03-25 或 2024-03-25 24:00。",
        ),
        (
            "says: 一句话\nstory:\n  - nominate: 甲\n    wehre: x",
            "story.yaml 第 4 行：“wehre”没有这个词。",
        ),
        ("says: 一句话\nstory:\n  - {}", "每一步恰好用一个词说做什么"),
        ("says: 一句话\nstory:\n  - nominate: 甲\n    carry: 甲", "这里同时写了 nominate、carry。"),
        ("says: 一句话\nstory:\n  - 提名甲", "每一步是“词: 值”的样子"),
        (
            "says: 一句话\npeople:\n  甲:\n    born: 昨天\nstory: []",
            "story.yaml 第 4 行：“born”应当是一天，例如 1988-12-31。",
        ),
        ("says: 一句话\nround: {yaer: 2024}\nstory: []", "story.yaml 第 2 行：“yaer”没有这个词。"),
        (
            "says: 一句话\nstory:\n  - expect:\n      people:\n        甲: {stauts: 退出}",
            "story.yaml 第 5 行：“stauts”没有这个词。",
        ),
        ("says: [一句话\nstory: []", "story.yaml 第 2 行：不是正确的 YAML"),
        ("says: &a 一句话\nproves: *a\nstory: []", "story.yaml 第 2 行：不能引用（*），请写全。"),
        ("? [a]\n: b", "story.yaml 第 1 行：这里的键须是一个词。"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    [found] = problems_of(tmp_path, text)

    assert problem in found


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = "story:\n  - nominate: 甲\n    wehre: x\n  - report: {sxjg: 不多}"

    assert problems_of(tmp_path, text) == [
        "story.yaml 第 1 行：“says”没有写。",
        "story.yaml 第 3 行：“wehre”没有这个词。",
        "story.yaml 第 4 行：“sxjg”应当是一个整数。",
    ]


def test_too_long_a_file_and_one_of_another_encoding_are_refused(tmp_path: Path) -> None:
    long = problems_of(tmp_path, f"says: {'长' * MAX_BYTES}")
    (tmp_path / "p/scenarios/story.yaml").write_bytes("says: 一句话".encode("gb18030"))
    with pytest.raises(WrongScenario) as wrong:
        library.load(tmp_path, "p", "story")

    assert long == ["story.yaml：文件超过 200 KB，请拆成几个场景。"]
    assert "须是 UTF-8 编码的文本文件" in wrong.value.problems[0]


def test_unknown_name_lists_those_there_are_with_the_good_way_first(tmp_path: Path) -> None:
    for name in ("x02-b", "good-way", "x01-a"):
        write(tmp_path, GOOD, name)

    with pytest.raises(NotFound) as unknown:
        library.load(tmp_path, "p", "x99")

    assert unknown.value.message == "“p”没有场景“x99”。有：good-way、x01-a、x02-b。"


def test_problems_of_all_scenarios_are_found(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "a")
    write(tmp_path, "story: []", "b")

    assert list(library.find_problems(tmp_path, "p")) == ["b.yaml 第 1 行：“says”没有写。"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-25", datetime(2024, 3, 25)),  # noqa: DTZ001 - the zone is the programme's
        ("2024-03-25 09:30", datetime(2024, 3, 25, 9, 30)),  # noqa: DTZ001
        ("2024-02-29 24:00", datetime(2024, 3, 1)),  # noqa: DTZ001
        ("2024-02-30", None),
        ("2024-03-25 24:01", None),
        ("2024-03-25 25:00", None),
        ("2024-03-25 10:60", None),
        ("明天", None),
    ],
)
def test_moments(text: str, moment: datetime | None) -> None:
    assert parse_moment(text) == moment
