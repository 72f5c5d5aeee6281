"""A scenario is played step by step; the first that does not go as it should is told and ends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.clock import MovableClock
from service.rehearsal.scenario import library
from service.rehearsal.scenario.play import DEEDS, LONG_AGO, Transcript, play
from service.rehearsal.scenario.vocabulary import STEPS
from service.scheduler.wiring import Wiring
from tests.packs.scenarios import prepare, wire_pack

PROGRAMME = "changzhou-good-youth"


def play_text(text: str, database_url: str, folder: Path) -> Transcript:
    place = folder / PROGRAMME / "scenarios"
    place.mkdir(parents=True)
    (place / "story.yaml").write_text(f"says: 一句话\n{text}", encoding="utf-8")
    clock = MovableClock(LONG_AGO)
    wiring: Wiring
    prepare(PROGRAMME, database_url, folder)
    with wire_pack(PROGRAMME, database_url, folder, clock) as wiring:
        return play(wiring, clock, library.load(folder, PROGRAMME, "story"), PROGRAMME)


def test_every_word_that_is_done_can_be_done() -> None:
    assert set(STEPS) == {*DEEDS, "wait_until", "expect"}


def test_what_happens_is_told_with_its_moment(database_url: str, tmp_path: Path) -> None:
    told = play_text("story:\n  - wait_until: 2024-03-25 24:00", database_url, tmp_path)

    assert told.problems == []
    assert [f"{at:%m-%d %H:%M} {sentence}" for at, sentence in told.events] == [
        "03-26 00:00 定时“3月25日24:00”到点",
        "03-26 00:00 时间到",
    ]


@pytest.mark.parametrize(
    ("story", "problem"),
    [
        ("  - expect: {stage: 联合会审}", "第 1 步 expect：期望届次处在“联合会审”，实际是“申报推荐”"),
        ("  - wait_until: 2020-01-01", "第 1 步 wait_until：时间不能倒流：现在已是 2024-03-15 09:00"),
        ("  - leaves: 查无此人", "第 1 步 leaves：没有叫“查无此人”的账号，也没有这样的岗位。"),
        (
            "  - complete: 开启联合会审",
            "第 1 步 complete：届次没有待办的“开启联合会审”，现在待办的是：没有任务。",
        ),
        ("  - carry: 甲乙", "第 1 步 carry：“甲乙”还没有申报。"),
        (
            "  - nominate: 甲乙\n    category: 体育类",
            "第 1 步 nominate：没有叫“体育类”的类别，有：生产管理类、综合服务类、科研创新类、技术技能类、"
            "安全生产类、乡村振兴类。",
        ),
        (
            "  - nominate: 甲乙\n    who: 演示-公安协查",
            "第 1 步 nominate：没有办成：您只能为本单位及下属单位发起申报。",
        ),
        (
            "  - nominate: 甲乙\n    refused: 只能为本单位",
            "第 1 步 nominate：期望被拒绝，理由含“只能为本单位”，实际办成了："
            "演示-青锋团支部发起单位推荐：甲乙（青锋精密机械有限公司（演示））",
        ),
        (
            "  - nominate: 甲乙\n    who: gongan\n    refused: 太晚了",
            "第 1 步 nominate：期望被拒绝，理由含“太晚了”，实际理由是“您只能为本单位及下属单位发起申报。”",
        ),
        ("  - redraw: {洗车: 擦车}", "第 1 步 redraw：流程图里没有叫“洗车”的用户任务。"),
    ],
)
def test_step_that_goes_wrong_ends_it_with_a_sentence(
    story: str, problem: str, database_url: str, tmp_path: Path
) -> None:
    told = play_text(f"story:\n{story}", database_url, tmp_path)

    assert told.problems == [f"story.yaml 第 3 行，{problem}"]


def test_all_that_is_not_as_expected_is_told(database_url: str, tmp_path: Path) -> None:
    expected = (
        "{people: {甲乙: {status: 候选人, waits_at: [], nudges: 3}}, awarded: 1, listed: [甲乙], rounds: 2}"
    )

    told = play_text(f"story:\n  - nominate: 甲乙\n  - expect: {expected}", database_url, tmp_path)

    assert told.problems == [
        "story.yaml 第 4 行，第 2 步 expect：期望甲乙的状态是“候选人”，实际是“填报中”；"
        "期望甲乙的待办环节是空，实际是“填写推荐表”；期望甲乙的催办数是 3 ，实际是 0 ；"
        "期望公示名单是“甲乙”，实际是空；期望 1 人获得称号，实际 0 人；期望共有 2 个届次，实际 1 个"
    ]


def test_round_that_cannot_be_opened_is_told(database_url: str, tmp_path: Path) -> None:
    told = play_text("round: {year: 2099}\nstory: []", database_url, tmp_path)

    [problem] = told.problems
    assert problem.startswith("story.yaml：届次开不起来：没有 2099 年的放假调休安排，无法推算工作日。")


def test_switch_the_programme_has_not_is_told(database_url: str, tmp_path: Path) -> None:
    told = play_text("switches: {notices: 是}\nstory: []", database_url, tmp_path)

    known = "self_nomination_needs_unit、honours_of_departments_count、allow_correction、self_registration"
    assert told.problems == [f"story.yaml：没有叫“notices”的开关，有：{known}。"]
