"""Checking what a step says beside its type: the headers its topic cannot do without, the track it writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.engine.records import Element, Problem, ProcessInfo
from service.models import AwardStatus, NominationStatus, Stage
from service.programmes import offered, submitted
from service.programmes.pack.packs import Pack
from service.programmes.round import rounds
from service.workflow.definition import deployments

#: topic to the headers it cannot do without, each with the words it may say; none where it is free
HEADERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "nomination.close": {"status": tuple(NominationStatus)},
    "stage.open": {"stage": tuple(Stage)},
    "stage.require_waiting": {"signal": (), "step": ()},
    "panel.draw": {"role": ()},
    "award.set_status": {"status": tuple(AwardStatus)},
    "award.extend": {"months": ()},
    "award.note": {"track": (), "item": (), "text": ()},
}
FOLLOW_UP = "follow-up"
#: property of a user task whose page shows a list
SHOWS = "shows"
CANDIDATES = "candidates"


def check(element: Element, pack: Pack) -> Iterator[Problem]:
    """Yield what an element says that its topic, or the programme, does not understand."""
    for header, words in HEADERS.get(element.topic or "", {}).items():
        said = element.headers.get(header, "").strip()
        if not said or (words and said not in words):
            yield _problem(
                element,
                f"“{element.called}”的主题 {element.topic} 要写任务参数 {header}，"
                + (f"“{said}”不是它认识的值。" if said else "现在没有写。"),
                "在属性面板的“任务参数”中" + (f"填写：{'、'.join(words)} 之一。" if words else "填写。"),
                "missing-header",
            )
    track = element.properties.get(FOLLOW_UP, "").partition(":")[0].strip()
    if element.topic == "award.note":
        track = element.headers.get("track", "").strip()
    if track and track not in pack.programme.tracks:
        yield _problem(
            element,
            f"“{element.called}”要记入的台账 {track} 不在 [[follow_up]] 中。",
            "在 programme.toml 加上这一条台账，或改用已有的。",
            "unknown-track",
        )


def check_switches(element: Element) -> Iterator[Problem]:
    """Yield the outcomes that need a switch and are not there, or name none."""
    outcomes = dict(deployments.outcomes_of(element.properties.get("outcomes", "")))
    for outcome, switch in offered.switches_of(element).items():
        if outcome not in outcomes or switch == outcome:
            yield _problem(
                element,
                f"“{element.called}”的 outcome-switch 写了 {outcome}，"
                + ("没有写明看哪个开关。" if outcome in outcomes else "它不在 outcomes 中。"),
                "写成 结果:开关，例如 correct:allow_correction。",
                "outcome-switch",
            )


def check_reading(element: Element, process: ProcessInfo) -> Iterator[Problem]:
    """Yield what a page is to show and cannot: answers of a step that is not there, a list nobody knows."""
    for step in submitted.reads_of(element):
        if step not in process.elements:
            yield _problem(
                element,
                f"“{element.called}”要列出环节 {step} 填写的内容（reads），这个流程里没有这个环节。",
                "改成本流程里用户任务的标识，几个用逗号隔开。",
                "unknown-step",
            )
    shown = element.properties.get(SHOWS)
    if shown is not None and (shown != CANDIDATES or process.id != rounds.PROCESS):
        yield _problem(
            element,
            f"“{element.called}”要列出的名单 {shown}（shows）列不出来：届次的环节才能列出 {CANDIDATES}。",
            "删去这个属性，或用在 round 流程里，写 candidates。",
            "unknown-list",
        )


def _problem(element: Element, message: str, fix: str, rule: str) -> Problem:
    return Problem(element_id=element.id, message=message, fix=fix, rule=rule)
