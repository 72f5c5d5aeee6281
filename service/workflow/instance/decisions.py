"""Decisions: the tables an instance is pinned to, and what a business rule task asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from service import feel
from service.engine.feel_sentences import say
from service.engine.records import Fault, OpenServiceTask, Variables
from service.engine.variables import plain
from service.feel import dmn
from service.models import DecisionVersion, Deployment, Instance
from service.workflow import history
from service.workflow.context import Context
from service.workflow.definition.decision_tables import DecisionTables, explain, read_tables
from service.workflow.instance.execution import Faulted

_CACHED: Final = 64
_tables: dict[str, DecisionTables] = {}


def tables_of(ctx: Context, instance: Instance) -> DecisionTables:
    """Return the decision tables published with an instance's diagram; cached by their content."""
    return _read(ctx, instance.deployment_id, instance.deployment_hash)


def files_of(ctx: Context, deployment: Deployment) -> dict[str, bytes]:
    """Return the .dmn files published with a deployment, by name."""
    query = select(DecisionVersion.file, DecisionVersion.xml).order_by(DecisionVersion.file)
    rows = ctx.session.execute(query.where(DecisionVersion.deployment_id == deployment.id))
    return {row.file: row.xml for row in rows}


def edited_in(ctx: Context, deployment: Deployment) -> dict[str, str]:
    """Return the files edited in the browser, with the hash of the pack's file each stands in place of."""
    query = select(DecisionVersion.file, DecisionVersion.edited_from).where(DecisionVersion.edited_from != "")
    rows = ctx.session.execute(query.where(DecisionVersion.deployment_id == deployment.id))
    return {row.file: row.edited_from for row in rows}


def work_task(
    ctx: Context, instance: Instance, task: OpenServiceTask, inputs: Mapping[str, Any]
) -> Variables:
    """Decide what a business rule task asks, and write down which rules decided.

    ``inputs`` stand behind the variables the task sees. A decision that comes to nothing is a fault:
    nobody goes on by chance, the incident says why.
    """
    decision = task.headers["decision"]
    try:
        result = decide(ctx, instance, decision, {**inputs, **task.variables})
        value = plain(result.value)
    except feel.EvaluationError as stopped:
        raise _fault(task, decision, say(stopped)) from stopped
    except TypeError as wrong:
        raise _fault(task, decision, f"结果不能作为流程变量（{wrong}）") from wrong
    if value is None:
        raise _fault(task, decision, explain(result))
    history.record(
        ctx, instance, "decision.made", element_id=task.element_id, decision=decision, result=value,
        rules=[_told(match) for match in result.matches],
    )  # fmt: skip
    return {task.headers["resultVariable"]: value}


def decide(ctx: Context, instance: Instance, decision: str, inputs: Mapping[str, Any]) -> dmn.Result:
    """Decide by the tables of an instance's version, with the functions of its programme."""
    model = tables_of(ctx, instance).decisions[decision]
    return model.evaluate(
        decision,
        inputs,
        functions=ctx.domain.functions(ctx, instance),
        now=ctx.now,
        zone=ctx.domain.zone(ctx, instance),
    )


def _read(ctx: Context, deployment_id: int, content_hash: str) -> DecisionTables:
    tables = _tables.get(content_hash)
    if tables is None:
        tables = read_tables(files_of(ctx, ctx.session.get_one(Deployment, deployment_id)))
        if len(_tables) >= _CACHED:
            _tables.pop(next(iter(_tables)))
        _tables[content_hash] = tables
    return tables


def _told(match: dmn.RuleMatch) -> dict[str, Any]:
    """Return what history keeps of a rule that decided: its place, its outputs, its annotations."""
    words = [text for _column, text in match.annotations if text] or [match.description]
    outputs = feel.to_json(match.outputs)
    return {
        "table": match.owner,
        "row": match.index,
        "outputs": outputs,
        "words": "；".join(filter(None, words)),
    }


def _fault(task: OpenServiceTask, decision: str, reason: str) -> Faulted:
    message = f"“{task.name}”的决策 {decision} 没有结论：{reason}。"
    return Faulted(Fault(element_id=task.element_id, kind="decision", message=message))
