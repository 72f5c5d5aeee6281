"""``xuanshu rehearse PROGRAMME``: the whole round of 660, smaller ones of the others, one that stays open."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import cli
from service.config import PREFIX

pytestmark = pytest.mark.xdist_group("whole round")  #: lived through once

ROOT = Path(__file__).parents[2]
KEY = "changzhou-good-youth"
TITLE = "常州市“产业振兴好青年”寻访活动"
CATEGORIES = ("生产管理类", "综合服务类", "科研创新类", "技术技能类", "安全生产类", "乡村振兴类")


def rehearse(folder: Path, *arguments: str, key: str = KEY, **settings: str) -> Result:
    environment = {f"{PREFIX}{name}": value for name, value in {"DATA_DIR": str(folder), **settings}.items()}
    return CliRunner().invoke(cli, ["rehearse", key, *arguments], env=environment)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The command without any option."""
    return rehearse(tmp_path_factory.mktemp("whole"))


def test_whole_round_ends_clean_with_a_hundred_titles_a_category(whole: Result) -> None:
    summary = dict(line.split("  ", 1) for line in whole.output.partition("\n\n")[2].splitlines())

    # 问题 would tell of whoever is beyond a quota or a category, of what is open, of a broken history
    assert (whole.exit_code, list(summary)) == (0, ["申报结果", "授予称号", "合计"])
    assert summary["授予称号"] == "，".join(f"{name} 100" for name in CATEGORIES)
    assert summary["申报结果"] == "授予称号 600，未入选 48，逾期未报 12"
    assert summary["合计"].startswith("600 人获得称号，")


def test_whole_round_nudges_each_once(whole: Result) -> None:
    sent = [sentence for _day, _hour, sentence in timeline(whole) if sentence.startswith("催办提醒")]
    kept = re.findall(r"次办理，(\d+) 次提醒$", whole.output, re.MULTILINE)

    # of each nudge one row is kept (a unique constraint): one that went out twice is told of twice
    assert [sum(count(sentence) for sentence in sent)] == [int(number) for number in kept]
    assert count(sent[0]) > 1


def test_whole_round_tells_when_it_opened_closed_and_was_announced(whole: Result) -> None:
    told = [(f"{day} {hour}", sentence.partition("，")[0]) for day, hour, sentence in timeline(whole)]
    turns = (
        "开始",
        "定时“3月25日24:00”到点",
        "“公示开始”收到信号",
        "定时“公示期满”到点",
        "“评定完成”收到信号",
    )
    milestones = [(at, sentence) for at, sentence in told if sentence.endswith(turns)]

    assert [sentence for _at, sentence in milestones] == [f"{TITLE} 2024 开始", *turns[1:]]
    assert milestones[:2] == [
        ("2024-03-15 09:00", f"{TITLE} 2024 开始"),
        ("2024-03-26 00:00", "定时“3月25日24:00”到点"),
    ]
    # nobody hands in once it has closed
    assert max(at for at, sentence in told if sentence == "办理“填写推荐表”") < milestones[1][0]


@pytest.mark.parametrize(
    ("key", "number", "told"),
    [
        (
            "longcheng-craftsmen",
            40,
            {"申报结果": "授予称号 40", "授予称号": "龙城工匠培育对象 40"},
        ),
        (
            "thousand-good-youth",
            60,
            {
                "申报结果": "授予称号 60",
                "授予称号": "市县两级机关、部门（单位） 30，国有企业（含在绍央企） 30，两新等其他基层领域 0",
                "不足": "通知要求每期 1000 名以上，现有 60 名",
            },
        ),
    ],
)
def test_a_smaller_crowd_of_another_selection_ends_clean(
    key: str, number: int, told: dict[str, str], tmp_path: Path
) -> None:
    ended = rehearse(tmp_path, "--nominations", str(number), key=key)

    parts = [line.split("  ", 1) for line in ended.output.partition("\n\n")[2].splitlines()]
    summary = dict(part for part in parts if len(part) == 2)
    total = summary.pop("合计")
    sent = [sentence for _day, _hour, sentence in timeline(ended) if sentence.startswith("催办提醒")]
    assert (ended.exit_code, summary) == (0, told)
    assert total.startswith(f"{number} 人获得称号，")
    assert total.endswith(f"，{sum(count(sentence) for sentence in sent)} 次提醒")


def test_round_in_which_something_stays_open_ends_with_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "processes" / KEY, tmp_path / "processes" / KEY)
    diagram = tmp_path / "processes" / KEY / f"{KEY}.bpmn"
    drawn, thrown = diagram.read_text(encoding="utf-8"), 'id="throw_announced_event" signalRef="signal_'
    diagram.write_text(drawn.replace(f"{thrown}announced", f"{thrown}submission_opened"), encoding="utf-8")

    ended = rehearse(tmp_path, "--nominations", "6", PROCESSES_DIR=str(tmp_path / "processes"))

    told = [line.partition("：")[0] for line in ended.output.partition("\n\n")[2].splitlines()[3:]]
    assert (ended.exit_code, told) == (1, ["问题  流程没有结束"] * 6)  # they wait for what is never said


def test_more_nominations_than_places_are_refused_before_anything_is_lived_through(tmp_path: Path) -> None:
    ended = rehearse(tmp_path, "--nominations", "661")

    assert (ended.output, str(ended.exception)) == (
        "",
        f"{TITLE}的名额一共 660 个，只够 660 份申报，不能演练 661 份。"
        "请减少 --nominations，或在活动包里增加名额。",
    )


@pytest.mark.parametrize("number", ["0", "-5", "many"])
def test_number_of_nominations_that_cannot_be_meant_is_refused(number: str, tmp_path: Path) -> None:
    ended = rehearse(tmp_path, "--nominations", number)

    assert (ended.exit_code, "'--nominations'" in ended.output) == (2, True)


def count(sentence: str) -> int:
    """Return how many a sentence of the timeline tells of."""
    said = re.search(r"，共 (\d+) 件$", sentence)
    return int(said[1]) if said else 1


def timeline(ended: Result) -> list[tuple[str, str, str]]:
    """Return day, hour and sentence of every line."""
    found, day = [], ""
    for line in ended.output.partition("\n\n")[0].splitlines():
        day = line[:10].strip() or day
        found.append((day, line[12:17], line[19:]))
    return found
