"""A business rule task drawn into the Changzhou diagram: it sees the record where it says so."""

from __future__ import annotations

import re
from datetime import date

import pytest

from service.models import Nomination
from service.programmes.diagram import diagrams
from service.workflow import history
from service.workflow.definition.deployments import DiagramRefused
from tests.programmes.story import Story

SERVICE_TASK = re.compile(rb'<bpmn:serviceTask id="check_eligibility".*?</bpmn:serviceTask>', re.DOTALL)
RULE_TASK = """<bpmn:businessRuleTask id="check_eligibility" name="核验年龄">
        <bpmn:extensionElements>
          <zeebe:calledDecision decisionId="{decision}" resultVariable="age_verdict" />
          <zeebe:properties><zeebe:property name="record" value="{record}" /></zeebe:properties>
        </bpmn:extensionElements>
        <bpmn:incoming>submitted_to_check_eligibility</bpmn:incoming>
        <bpmn:outgoing>check_eligibility_to_eligible</bpmn:outgoing>
      </bpmn:businessRuleTask>"""


def redraw(story: Story, *, decision: str = "age", record: str = "nomination") -> None:
    """Publish the diagram with a business rule task in place of the service task."""
    task = RULE_TASK.format(decision=decision, record=record).encode()
    drawn, replaced = SERVICE_TASK.subn(task, story.pack.diagram)
    assert replaced == 1
    with story.acting("shiwei") as ctx:
        diagrams.publish(ctx, story.pack, drawn, note="按决策表核验年龄")


def test_decision_sees_the_record_of_the_nomination(round_2024: Story) -> None:
    redraw(round_2024)

    nominee = round_2024.nominate(birth=date(1988, 12, 31))

    assert round_2024.waits_at(nominee) == ["workplace_league_opinion"]
    with round_2024.wiring.reading() as ctx:
        events = history.of_instance(ctx, ctx.session.get_one(Nomination, nominee).instance)
    [made] = [event.details for event in events if event.kind == "decision.made"]
    assert (made["decision"], made["result"]["rule"], made["result"]["result"]) == ("age", "N05", "EXCEPTION")
    assert [(rule["table"], rule["row"]) for rule in made["rules"]] == [("年龄条件", 5)]


def test_decision_without_the_record_sees_variables_only(round_2024: Story) -> None:
    redraw(round_2024, record="")

    nominee = round_2024.nominate(birth=date(1988, 12, 31))

    with round_2024.wiring.reading() as ctx:
        events = history.of_instance(ctx, ctx.session.get_one(Nomination, nominee).instance)
    [made] = [event.details for event in events if event.kind == "decision.made"]
    assert made["result"]["result"] == "REVIEW"


def test_decision_nobody_has_is_refused_at_publish_with_its_element(round_2024: Story) -> None:
    with pytest.raises(DiagramRefused) as refused:
        redraw(round_2024, decision="height")

    [problem] = refused.value.problems
    assert (problem.element_id, problem.rule) == ("check_eligibility", "missing-decision")
    assert problem.message == "“核验年龄”调用的决策 height 不在任何一张决策表里。"
