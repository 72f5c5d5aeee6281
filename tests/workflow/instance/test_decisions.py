"""Business rule tasks: decided by the tables of the instance's own version, or an incident that says why."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from service.feel.dmn.errors import MESSAGES
from service.models import Deployment, Instance
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition import deployments
from service.workflow.definition.decision_tables import SENTENCES, WrongTables, read_tables
from service.workflow.definition.deployments import DiagramRefused
from service.workflow.instance import decisions, execution
from tests.feel.models import a_decision, a_literal, a_model, a_table, an_input
from tests.workflow.leave_domain import LeaveDomain
from tests.workflow.plant import Plant

DIAGRAM = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="s" name="s"/>
    <bpmn:businessRuleTask id="grade" name="Grade">
      <bpmn:extensionElements>
        <zeebe:calledDecision decisionId="leave" resultVariable="verdict"/>
      </bpmn:extensionElements>
    </bpmn:businessRuleTask>
    <bpmn:endEvent id="e" name="e"/>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="grade"/>
    <bpmn:sequenceFlow id="f2" sourceRef="grade" targetRef="e"/>
  </bpmn:process>
</bpmn:definitions>"""


def a_file(*rules: tuple[str, ...], policy: str = "UNIQUE", extra: str = "") -> dict[str, bytes]:
    """One file with a table of leave, asked about the days."""
    table = a_table(policy, [("days", "number")], rules, notes=("words",))
    return {
        "leave.dmn": a_model(an_input("days", "number") + a_decision("leave", table, needs=["days"]) + extra)
    }


WHOLE = a_file(("< 3", '"short"', "短假"), (">= 3", '"long"', "长假须科长批"))

pytestmark = pytest.mark.usefixtures("both_databases")

_numbers = itertools.count(1)


@pytest.fixture
def leave_domain() -> LeaveDomain:
    domain = LeaveDomain()
    domain.topics = {
        "decision.evaluate": lambda ctx, instance, task: decisions.work_task(ctx, instance, task, {})
    }
    return domain


def run(ctx: Context, deployment: Deployment, **variables: Any) -> Instance:
    return execution.start(
        ctx,
        deployment,
        "p",
        business_key=f"grade:{next(_numbers)}",
        title="",
        round_id=None,
        variables=variables,
    )


def made(ctx: Context, instance: Instance) -> dict[str, Any]:
    [event] = [e for e in history.of_instance(ctx, instance) if e.kind == "decision.made"]
    return event.details


def test_table_decides_and_history_says_which_rule(ctx: Context, plant: Plant) -> None:
    deployment = deployments.publish(ctx, "graded", DIAGRAM, {}, WHOLE)

    instance = run(ctx, deployment, days=5)

    assert instance.end_event == "e"
    assert made(ctx, instance) == {
        "decision": "leave",
        "result": "long",
        "rules": [{"table": "leave", "row": 2, "outputs": {"result": "long"}, "words": "长假须科长批"}],
    }


def test_instance_keeps_the_tables_of_its_version(ctx: Context, plant: Plant) -> None:
    first = deployments.publish(ctx, "graded", DIAGRAM, {}, WHOLE)
    second = deployments.publish(ctx, "graded", DIAGRAM, {}, a_file(("-", '"any"', "")))

    results = [made(ctx, run(ctx, version, days=5))["result"] for version in (first, second, first)]

    assert (first.version, second.version) == (1, 2)
    assert results == ["long", "any", "long"]


def test_same_content_is_no_new_version(ctx: Context, plant: Plant) -> None:
    first = deployments.publish(ctx, "graded", DIAGRAM, {}, WHOLE)

    assert deployments.publish(ctx, "graded", DIAGRAM, {}, WHOLE) is first


@pytest.mark.parametrize(
    ("files", "days", "reason"),
    [
        (a_file(("< 3", '"short"', "")), 5, "没有一行规则适用于这些输入"),
        (
            a_file(("? > days - 1", '"a"', ""), ("? > days - 2", '"b"', "")),
            5,
            "适用的规则（“leave”第 1 行、“leave”第 2 行）",
        ),
        (WHOLE, "five", "没有一行规则适用于这些输入（days: "),
        (a_file(("-", "for i in 1..99999999 return i", "")), 5, "列表超过"),
        (a_file(("-", "function(a) a", "")), 5, "结果不能作为流程变量"),
    ],
    ids=["gap", "overlap", "wrong type", "limit", "function"],
)
def test_decision_without_an_answer_is_a_fault(
    ctx: Context, plant: Plant, files: dict[str, bytes], days: object, reason: str
) -> None:
    deployment = deployments.publish(ctx, "graded", DIAGRAM, {}, files)

    with pytest.raises(execution.Faulted) as faulted:
        run(ctx, deployment, days=days)

    fault = faulted.value.fault
    assert (fault.element_id, fault.kind) == ("grade", "decision")
    assert fault.message.startswith("“Grade”的决策 leave 没有结论：")
    assert reason in fault.message


@pytest.mark.parametrize(
    ("files", "rule", "words"),
    [
        ({}, "missing-decision", "“Grade”调用的决策 leave 不在任何一张决策表里。"),
        (
            a_file(("< 3", '"a"', ""), ("<= 3", '"b"', "")),
            "decision-overlap",
            "leave.dmn 的决策表“leave”有重叠：days 为 < 3 时第 1、2 行规则同时适用，判不出结论。",
        ),
        (
            a_file(("day < 3", '"a"', "")),
            "wrong-decision",
            "没有名为“day”的变量或函数：文字要写在英文双引号里；是数据的，连上输入数据或依据",
        ),
        ({"leave.dmn": b"<a/>"}, "wrong-decision", "leave.dmn：definitions：不是 DMN 1.1 至 1.5 的决策文件"),
    ],
    ids=["missing", "overlap", "unknown name", "no DMN"],
)
def test_publishing_refuses_what_cannot_decide(
    ctx: Context, plant: Plant, files: dict[str, bytes], rule: str, words: str
) -> None:
    with pytest.raises(DiagramRefused) as refused:
        deployments.publish(ctx, "graded", DIAGRAM, {}, files)

    problem = refused.value.problems[0]
    assert problem.rule == rule
    assert words in problem.message


def test_gap_is_told_with_its_range() -> None:
    tables = read_tables(a_file(("< 3", '"a"', ""), ("> 3", '"b"', "")))

    [spot] = tables.find_weak_spots()

    assert (spot.rule, spot.severity) == ("decision-gap", "warning")
    assert spot.message == "leave.dmn 的决策表“leave”有空档：days 为 3 时没有一行规则适用。"


def test_files_may_import_each_other_and_use_business_knowledge(ctx: Context, plant: Plant) -> None:
    limits = a_model(a_decision("limit", a_literal("3"))).replace(b'namespace="test"', b'namespace="limits"')
    importing = (
        '<import namespace="limits" name="l" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
        + an_input("days", "number")
        + '<businessKnowledgeModel id="k" name="is long"><variable name="is long"/><encapsulatedLogic>'
        '<formalParameter name="n"/><formalParameter name="most"/>'
        "<literalExpression><text>n &gt; most</text></literalExpression></encapsulatedLogic>"
        "</businessKnowledgeModel>"
        '<decision id="leave" name="leave"><variable name="leave"/>'
        '<informationRequirement><requiredInput href="#days"/></informationRequirement>'
        '<informationRequirement><requiredDecision href="limits#limit"/></informationRequirement>'
        '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>'
        "<literalExpression><text>is long(days, l.limit)</text></literalExpression></decision>"
    )
    files = {"leave.dmn": a_model(importing), "limits.dmn": limits}
    deployment = deployments.publish(ctx, "graded", DIAGRAM, {}, files)

    assert [made(ctx, run(ctx, deployment, days=days))["result"] for days in (3, 4)] == [False, True]


def test_decision_id_used_twice_is_refused() -> None:
    with pytest.raises(WrongTables) as wrong:
        read_tables({**WHOLE, "other.dmn": WHOLE["leave.dmn"].replace(b'"test"', b'"other"')})

    assert wrong.value.problems == ("other.dmn：决策标识 leave 在别的文件里已经用过",)


def test_variables_stand_before_what_the_domain_knows(ctx: Context, plant: Plant) -> None:
    domain = LeaveDomain()
    domain.topics = {
        "decision.evaluate": lambda ctx, instance, task: decisions.work_task(ctx, instance, task, {"days": 1})
    }
    informed = replace(ctx, house=replace(ctx.house, domain=domain))
    deployment = deployments.publish(ctx, "graded", DIAGRAM, {}, WHOLE)

    assert made(informed, run(informed, deployment))["result"] == "short"
    assert made(informed, run(informed, deployment, days=5))["result"] == "long"


def test_every_fault_of_a_model_is_said_in_chinese() -> None:
    assert list(SENTENCES) == list(MESSAGES)
