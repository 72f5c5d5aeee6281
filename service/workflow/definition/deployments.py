"""Deployments: a diagram, its forms and decision tables, published as an immutable version and read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from service.engine import Diagram, compile_diagram
from service.engine.records import Element, Problem, ProcessInfo, Refused
from service.engine.xml import to_utf8
from service.errors import Invalid, NotFound
from service.models import (
    DecisionVersion,
    Deployment,
    FormVersion,
    Instance,
    ItemStatus,
    Migration,
    MigrationItem,
)
from service.workflow import history, memory
from service.workflow.context import Context
from service.workflow.definition import start_plans
from service.workflow.definition.decision_tables import WrongTables, read_tables

#: messages and signals that come from elsewhere by themselves: none, an organiser may give them by hand
OUTSIDE: Final = frozenset[str]()

_NEWEST = (
    select(Deployment)
    .where(Deployment.key == bindparam("wanted"))
    .order_by(Deployment.version.desc())
    .limit(1)
)

#: where a transaction remembers the elements of instances that were moved
ELEMENTS = "elements_of_moved"
_CACHED_DIAGRAMS = 64
_diagrams: dict[str, Diagram] = {}
_schemas: dict[tuple[str, str], dict[str, Any]] = {}
_NO_FILES: Final[Mapping[str, bytes]] = MappingProxyType({})
_NOT_EDITED: Final[Mapping[str, str]] = MappingProxyType({})


class DiagramRefused(Invalid):
    """A diagram that cannot be published; ``problems`` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0].message if problems else ""
        super().__init__(f"流程图有 {len(problems)} 处问题，不能发布：{first}")
        self.problems = problems


def publish(
    ctx: Context,
    key: str,
    xml: bytes,
    forms: Mapping[str, dict[str, Any]],
    decisions: Mapping[str, bytes] = _NO_FILES,
    *,
    note: str = "",
    edited: Mapping[str, str] = _NOT_EDITED,
) -> Deployment:
    """Publish a diagram, its forms and its .dmn files as the key's next version; raises DiagramRefused.

    ``edited`` names the .dmn files that were edited in the browser, each with the hash of the pack's.
    Content equal to the newest version publishes nothing and returns that version. Running
    instances keep the version they were started with. From now on only this version's timer start
    events begin instances. It is kept in UTF-8.
    """
    check(xml, forms, decisions)
    xml = to_utf8(xml)
    content_hash = _hash_content(xml, forms, decisions)
    newest = find_newest(ctx, key)
    if newest and newest.content_hash == content_hash:
        return newest
    deployment = Deployment(
        key=key,
        version=newest.version + 1 if newest else 1,
        content_hash=content_hash,
        xml=xml,
        note=note,
        deployed_at=ctx.now,
        deployed_by_id=ctx.actor.user_id,
    )
    ctx.session.add(deployment)
    ctx.session.flush()
    ctx.session.add_all(
        FormVersion(deployment_id=deployment.id, form_id=form_id, schema=schema)
        for form_id, schema in sorted(forms.items())
    )
    ctx.session.add_all(
        DecisionVersion(deployment_id=deployment.id, file=file, xml=markup, edited_from=edited.get(file, ""))
        for file, markup in sorted(decisions.items())
    )
    unplanned = start_plans.replace_plans(ctx, deployment, diagram_of(ctx, deployment.id, content_hash))
    if unplanned:
        raise DiagramRefused([_unplanned(one) for one in unplanned])
    history.record_in(
        ctx, "system", "deployment.published", key=key, version=deployment.version, hash=content_hash
    )
    return deployment


def check(
    xml: bytes,
    forms: Mapping[str, Any],
    decisions: Mapping[str, bytes] = _NO_FILES,
    *,
    outside: Iterable[str] = OUTSIDE,
) -> list[Problem]:
    """Return a diagram's warnings; raises DiagramRefused with every error.

    ``outside`` names the messages and signals that something else than a diagram throws.
    A form and a decision that an element names and nobody has are errors, and so is a table that two
    rules decide at once.
    """
    try:
        diagram = compile_diagram(xml, outside=outside)
    except Refused as refused:
        raise DiagramRefused(refused.problems) from refused
    problems = list(diagram.problems)
    for process in diagram.processes.values():
        problems += [
            _missing_form(e) for e in process.elements.values() if e.form_id and e.form_id not in forms
        ]
    problems += _check_decisions(diagram, decisions)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DiagramRefused(errors)
    return problems


def _check_decisions(diagram: Diagram, decisions: Mapping[str, bytes]) -> list[Problem]:
    try:
        tables = read_tables(decisions)
    except WrongTables as wrong:
        fix = "在决策表编辑器里改正后再发布。"
        return [
            Problem(element_id=None, message=one, fix=fix, rule="wrong-decision") for one in wrong.problems
        ]
    called = [e for process in diagram.processes.values() for e in process.elements.values() if e.decision]
    return [_missing_decision(e) for e in called if e.decision not in tables] + list(tables.find_weak_spots())


def compile_processes(xml: bytes) -> dict[str, ProcessInfo]:
    """Return the processes of a diagram that ``check`` accepted."""
    return dict(compile_diagram(xml).processes)


def find_newest(ctx: Context, key: str) -> Deployment | None:
    """Return the newest version of a key, if there is one."""
    return ctx.session.scalar(_NEWEST, {"wanted": key})


def get_newest(ctx: Context, key: str) -> Deployment:
    """Return the newest version of a key."""
    deployment = find_newest(ctx, key)
    if deployment is None:
        raise NotFound("这个活动还没有发布流程图。")
    return deployment


def get_diagram(ctx: Context, instance: Instance) -> Diagram:
    """Return the diagram an instance is pinned to."""
    return diagram_of(ctx, instance.deployment_id, instance.deployment_hash)


def diagram_of(ctx: Context, deployment_id: int, content_hash: str) -> Diagram:
    """Return a deployment's compiled diagram; cached in the process by its content."""
    diagram = _diagrams.get(content_hash)
    if diagram is None:
        diagram = compile_diagram(ctx.session.get_one(Deployment, deployment_id).xml)
        if len(_diagrams) >= _CACHED_DIAGRAMS:
            _diagrams.pop(next(iter(_diagrams)))
        _diagrams[content_hash] = diagram
    return diagram


def get_element(ctx: Context, instance: Instance, element_id: str) -> Element:
    """Return an element of an instance's diagram, or one it passed in a version it was moved from."""
    elements = get_diagram(ctx, instance).processes[instance.process_id].reached
    if element_id not in elements:
        elements = elements_of(ctx, instance)
    return elements[element_id]


def elements_of(ctx: Context, instance: Instance) -> Mapping[str, Element]:
    """Return the elements of an instance's process and of those it calls, then what only earlier ones had.

    Earlier are the versions it was moved from: what it passed there is still named and hidden as it was.
    """
    elements = get_diagram(ctx, instance).processes[instance.process_id].reached
    if not instance.moved:
        return elements
    known: dict[tuple[int, int], dict[str, Element]] = memory.of(ctx.session).setdefault(ELEMENTS, {})
    key = (instance.id, instance.moved)
    if key not in known:
        known[key] = dict(elements)
        for version in _list_earlier(ctx, instance):
            diagram = diagram_of(ctx, version.id, version.content_hash)
            for name, element in diagram.processes[instance.process_id].reached.items():
                known[key].setdefault(name, element)
    return known[key]


def _list_earlier(ctx: Context, instance: Instance) -> Sequence[Row[int, str]]:
    """Return id and hash of the versions an instance was moved from, the newest move first."""
    query = (
        select(Deployment.id, Deployment.content_hash)
        .join(Migration, Migration.source_id == Deployment.id)
        .join(MigrationItem, MigrationItem.migration_id == Migration.id)
        .where(MigrationItem.instance_id == instance.id, MigrationItem.status == ItemStatus.MOVED)
    )
    return ctx.session.execute(query.order_by(MigrationItem.done_at.desc(), MigrationItem.id.desc())).all()


def get_form(ctx: Context, instance: Instance, form_id: str) -> dict[str, Any]:
    """Return the schema of a form as it was published with an instance's diagram. Do not change it."""
    key = (instance.deployment_hash, form_id)
    if key not in _schemas:
        query = select(FormVersion.schema).where(
            FormVersion.deployment_id == instance.deployment_id, FormVersion.form_id == form_id
        )
        schema = ctx.session.scalar(query)
        if schema is None:
            return _get_earlier_form(ctx, instance, form_id)
        _schemas[key] = schema
    return _schemas[key]


def _get_earlier_form(ctx: Context, instance: Instance, form_id: str) -> dict[str, Any]:
    """Return a form that only a version had which an instance was moved from."""
    for version in _list_earlier(ctx, instance) if instance.moved else ():
        query = select(FormVersion.schema)
        query = query.where(FormVersion.deployment_id == version.id, FormVersion.form_id == form_id)
        schema: dict[str, Any] | None = ctx.session.scalar(query)
        if schema is not None:
            return schema
    raise NotFound(f"表单 {form_id} 不在这一版流程中。")


def forms_of(ctx: Context, deployment: Deployment) -> dict[str, dict[str, Any]]:
    """Return the forms published with a deployment, by id."""
    query = select(FormVersion).where(FormVersion.deployment_id == deployment.id)
    return {form.form_id: form.schema for form in ctx.session.scalars(query)}


def _missing_form(element: Element) -> Problem:
    return Problem(
        element_id=element.id,
        message=f"“{element.name}”使用的表单 {element.form_id} 不存在。",
        fix="在属性面板里选择一个已有的表单，或先把表单放入活动的 forms 目录。",
        rule="missing-form",
    )


def _missing_decision(element: Element) -> Problem:
    return Problem(
        element_id=element.id,
        message=f"“{element.name}”调用的决策 {element.decision} 不在任何一张决策表里。",
        fix="在属性面板里写明一个已有决策的标识，或先把 .dmn 文件放入活动的 processes 目录。",
        rule="missing-decision",
    )


def _unplanned(start: start_plans.Unplanned) -> Problem:
    return Problem(
        element_id=start.element_id,
        message=f"开始事件 {start.element_id} 的时间“{start.text}”在发布时算不出来：{start.reason}",
        fix="写成固定的时间、时长或循环，例如 R/P14D。",
        rule="start-timer",
    )


def _hash_content(xml: bytes, forms: Mapping[str, Any], decisions: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(xml)
    digest.update(json.dumps(forms, ensure_ascii=False, sort_keys=True).encode())
    for file, markup in sorted(decisions.items()):
        digest.update(f"\n{file}\n{hashlib.sha256(markup).hexdigest()}".encode())
    return digest.hexdigest()


@lru_cache(maxsize=512)
def outcomes_of(text: str) -> tuple[tuple[str, str], ...]:
    """Split a task's ``outcomes`` property, ``approve:同意,return:退回``, into (value, label) pairs."""
    pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    return tuple((value.strip(), label.strip() or value.strip()) for value, _, label in pairs)
