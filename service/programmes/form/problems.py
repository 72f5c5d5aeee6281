"""What is wrong with a form itself: found when it is published, not when somebody fills it in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service import feel
from service.programmes.form.checks import CHECKS, ID_CHECKS, parse_soft_length
from service.programmes.form.expressions import CONTEXT, FUNCTIONS
from service.programmes.form.fields import (
    CHOICE,
    CHOICES,
    FIELDS,
    GROUPS,
    LISTS,
    STATIC,
    name_of,
    pattern_of,
)

MAX_DEPTH = 5
#: forms/README.md: our words in a component's properties, and what may stand there
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "class": ("PUBLIC", "INTERNAL", "SENSITIVE"),
    "check": tuple(sorted(CHECKS)),
    "with": (),
    "soft": (),
    "require": (),
    "rule": (),
    "message": (),
    "print": ("opinion",),
    "people": (),
    "consent": ("publication", "provision", "forwarding", "sensitive"),
    "declaration": ("accuracy",),
}
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def find_problems(schema: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a form itself, for publishing: a sentence each."""
    problems: list[str] = []
    components = schema.get("components")
    if not isinstance(components, list) or not components:
        return ["表单没有任何组件（components）"]
    _examine(components, problems, depth=1)
    problems += _find_unknown_names(components)
    return problems


def _find_unknown_names(components: list[Any]) -> Iterator[str]:
    """Yield the names in conditions and requirements that no field of the form has: they are always null."""
    everywhere = list(_walk(components))
    known = {name_of(component) for component in everywhere} | CONTEXT | FUNCTIONS
    for component in everywhere:
        for text in (*_conditions_of(component), (component.get("properties") or {}).get("require")):
            try:
                unknown = feel.compile(str(text or "").removeprefix("="), names=FUNCTIONS).names_used - known
            except feel.FeelError:
                continue  # told where the expression is examined
            for name in sorted(unknown):
                yield f"组件 {component.get('id')}：表达式“{text}”里的 {name} 不是本表单的字段，总是空的"


def _walk(components: list[Any]) -> Iterator[dict[str, Any]]:
    for component in components:
        if isinstance(component, dict):
            yield component
            yield from _walk(component.get("components") or [])


def _examine(components: list[Any], problems: list[str], *, depth: int) -> None:
    names: set[str] = set()
    for component in _inline_safely(components, problems):
        kind, name = component.get("type"), name_of(component)
        where = f"组件 {component.get('id') or name or kind}"
        if kind in STATIC:
            continue
        if kind not in FIELDS | LISTS | GROUPS:
            problems.append(f"{where}：不支持 {kind} 类型")
            continue
        if not _KEY.fullmatch(name):
            problems.append(f"{where}：key 应为字母、数字和下划线，现在是“{name}”")
        if name in names:
            problems.append(f"{where}：key“{name}”重复")
        names.add(name)
        if kind in LISTS | GROUPS:
            if depth == MAX_DEPTH:
                problems.append(f"{where}：嵌套超过 {MAX_DEPTH} 层")
            else:
                _examine(component.get("components") or [], problems, depth=depth + 1)
            continue
        problems.extend(f"{where}：{problem}" for problem in _examine_field(component))
    for component in components:
        other = (component.get("properties") or {}).get("with") if isinstance(component, dict) else None
        if other and other not in names:
            problems.append(f"组件 {component.get('id')}：properties.with “{other}”不是本表单的字段")


def _inline_safely(components: list[Any], problems: list[str]) -> Iterator[dict[str, Any]]:
    for component in components:
        if not isinstance(component, dict) or "type" not in component:
            problems.append("有组件不是对象，或没有 type")
            continue
        problems.extend(_examine_condition(component))
        if component["type"] in GROUPS and not component.get("path"):
            yield from _inline_safely(component.get("components") or [], problems)
        else:
            yield component


def _conditions_of(component: Mapping[str, Any]) -> list[str]:
    texts = [(component.get("conditional") or {}).get("hide"), component.get("valuesExpression")]
    return [str(text) for text in texts if text]


def _examine_condition(component: Mapping[str, Any]) -> Iterator[str]:
    for text in _conditions_of(component):
        if not text.startswith("="):
            yield f"组件 {component.get('id')}：表达式“{text}”要以等号开头，否则页面不按它显示"
        try:
            feel.compile(text.removeprefix("="))
        except feel.FeelError as wrong:
            yield f"组件 {component.get('id')}：表达式“{text}”有误：{wrong}"


def _examine_requirement(properties: Mapping[str, Any]) -> Iterator[str]:
    text = properties.get("require")
    if text is None:
        return
    if not properties.get("message"):
        yield "properties.require 须同时写 message（不符合时给填报人看的话）"
    try:
        feel.compile(str(text).removeprefix("="), names=FUNCTIONS)
    except feel.FeelError as wrong:
        yield f"properties.require“{text}”有误：{wrong}"


def _examine_field(component: Mapping[str, Any]) -> Iterator[str]:
    rules = component.get("validate") or {}
    properties = component.get("properties") or {}
    if rules.get("validationType") == "phone":
        yield "validationType 不用 phone，请改为 custom，并写 properties.check = phone"
    try:
        pattern_of(str(rules.get("pattern") or ""))
    except re.error as wrong:
        yield f"pattern 不是正则表达式：{wrong}"
    for name in properties.keys() - PROPERTIES.keys():
        yield f"properties.{name} 不存在，可用：{'、'.join(PROPERTIES)}"
    for name, allowed in PROPERTIES.items():
        if allowed and name in properties and properties[name] not in allowed:
            yield f"properties.{name} 应为 {'、'.join(allowed)} 之一，现在是“{properties[name]}”"
    check = properties.get("check")
    if check in ID_CHECKS - {"birth_month"} and not properties.get("with"):
        yield f"properties.check = {check} 须同时写 with（身份证号字段的 key）"
    try:
        parse_soft_length(properties["soft"]) if "soft" in properties else None
    except ValueError as wrong:
        yield str(wrong)
    yield from _examine_requirement(properties)
    kind = component["type"]
    dynamic = component.get("valuesKey") or component.get("valuesExpression") or properties.get("people")
    if "people" in properties and kind not in CHOICE:
        yield "properties.people 只用于单选（select、radio）"
    if kind in CHOICE | CHOICES and not dynamic and not component.get("values"):
        yield "没有选项（values）"
    if kind == "datetime" and component.get("subtype", "date") not in ("date", "time", "datetime"):
        yield f"subtype “{component.get('subtype')}”不存在"
