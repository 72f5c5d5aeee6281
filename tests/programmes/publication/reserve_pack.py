"""The Changzhou pack with reserves drawn into it: the joint review may name somebody 候补."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from service.clock import MovableClock
from service.db import create_engine
from service.programmes.demo.demo_file import read_demo
from service.programmes.pack.packs import Pack
from tests.programmes.conftest import _open_round, _wire
from tests.programmes.story import Story

OUTCOMES = ("select:列为候选人,not_selected", "select:列为候选人,reserve:列为候补,not_selected")
MESSAGE = (
    '<bpmn:message id="message_objection_settled"',
    '<bpmn:message id="message_reserve_promoted" name="reserve_promoted"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=nomination_id" /></bpmn:extensionElements></bpmn:message>'
    '<bpmn:message id="message_objection_settled"',
)
#: of the round: nothing is announced before every 补充公示 is over
GATE = (
    'sourceRef="confirm_awards" targetRef="throw_announced" />',
    'sourceRef="confirm_awards" targetRef="require_reserves_settled" />'
    '<bpmn:serviceTask id="require_reserves_settled" name="核对补充公示已期满"><bpmn:extensionElements>'
    '<zeebe:taskDefinition type="reserve.require_settled" /></bpmn:extensionElements></bpmn:serviceTask>'
    '<bpmn:sequenceFlow id="settled_to_announced" sourceRef="require_reserves_settled" '
    'targetRef="throw_announced" />',
)
STEPS = """
<bpmn:serviceTask id="keep_reserve" name="留为候补"><bpmn:extensionElements>
  <zeebe:taskDefinition type="reserve.keep" /></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:exclusiveGateway id="is_reserve" name="是否候补？" default="is_reserve_to_not_selected" />
<bpmn:eventBasedGateway id="wait_in_reserve" name="等候递补" />
<bpmn:intermediateCatchEvent id="reserve_promoted" name="递补">
  <bpmn:messageEventDefinition id="reserve_promoted_event" messageRef="message_reserve_promoted" />
</bpmn:intermediateCatchEvent>
<bpmn:intermediateCatchEvent id="reserve_released" name="评定完成">
  <bpmn:signalEventDefinition id="reserve_released_event" signalRef="signal_announced" />
</bpmn:intermediateCatchEvent>
<bpmn:serviceTask id="take_reserve" name="列为候选人"><bpmn:extensionElements>
  <zeebe:taskDefinition type="reserve.take" /></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:eventBasedGateway id="wait_for_supplement" name="补充公示" />
<bpmn:intermediateCatchEvent id="supplement_over" name="补充公示期满">
  <bpmn:timerEventDefinition id="supplement_over_event">
    <bpmn:timeDate xsi:type="bpmn:tFormalExpression">=notice.until</bpmn:timeDate>
  </bpmn:timerEventDefinition>
</bpmn:intermediateCatchEvent>
<bpmn:intermediateCatchEvent id="reserve_refused" name="异议属实">
  <bpmn:messageEventDefinition id="reserve_refused_event" messageRef="message_objection_upheld" />
</bpmn:intermediateCatchEvent>
<bpmn:serviceTask id="close_supplement" name="结束补充公示"><bpmn:extensionElements>
  <zeebe:taskDefinition type="reserve.close_notice" /></bpmn:extensionElements></bpmn:serviceTask>
"""
FLOWS = (
    ("selected", "keep_reserve", '=outcome = "reserve"'),
    ("keep_reserve", "is_reserve", ""),
    ("is_reserve", "wait_in_reserve", "=reserve"),
    ("is_reserve", "note_not_selected", ""),
    ("wait_in_reserve", "reserve_promoted", ""),
    ("wait_in_reserve", "reserve_released", ""),
    ("reserve_released", "note_not_selected", ""),
    ("reserve_promoted", "take_reserve", ""),
    ("take_reserve", "wait_for_supplement", ""),
    ("wait_for_supplement", "supplement_over", ""),
    ("wait_for_supplement", "reserve_refused", ""),
    ("reserve_refused", "cancel_candidacy", ""),
    ("supplement_over", "close_supplement", ""),
    ("close_supplement", "public_notice", ""),
)
_NAMES = {("is_reserve", "note_not_selected"): "is_reserve_to_not_selected"}
_PLACE = '<bpmn:serviceTask id="note_not_selected"'


def with_reserves(pack: Pack, most: int, *, refill: bool = True) -> Pack:
    """Return the pack with so many reserves a category."""
    text = pack.diagram.decode()
    flows = "".join(_flow(*flow) for flow in FLOWS)
    for old, new in (OUTCOMES, MESSAGE, GATE, (_PLACE, STEPS + flows + _PLACE)):
        assert old in text, old
        text = text.replace(old, new, 1)
    award = replace(pack.programme.award, reserves_per_category=most, refill_cancelled=refill)
    return replace(pack, diagram=text.encode(), programme=replace(pack.programme, award=award))


@contextmanager
def open_story(url: str, shipped: Pack, folder: Path) -> Iterator[Story]:
    """Open the round of 2024 of the pack with two reserves a category."""
    engine = create_engine(url, durable=False)
    drawn = {shipped.key: with_reserves(shipped, 2)}
    clock = MovableClock(read_demo(shipped.demo).start)
    wiring = _wire(engine, folder, drawn, clock)
    _open_round(wiring, drawn)
    yield Story(wiring=wiring, clock=clock, pack=drawn[shipped.key], round_id=1)
    engine.dispose()


def to_notice(story: Story, chosen: int, kept: int) -> tuple[list[int], list[int]]:
    """Nominate and review: some are candidates, the others are named 候补 in their order."""
    people = [story.nominate() for _ in range(chosen + kept)]
    story.to_review()
    for number, nominee in enumerate(people):
        story.complete(nominee, "joint_review", "select" if number < chosen else "reserve")
    story.pass_until("2024-04-01 09:00")
    story.countersign()
    story.confirm("publish_candidates")
    return people[:chosen], people[chosen:]


def _flow(source: str, target: str, condition: str) -> str:
    name = _NAMES.get((source, target), f"{source}_to_{target}")
    said = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{said}</bpmn:sequenceFlow>'
    )
