"""What one file of a programme pack says and another does not know."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import unescape
from typing import Any

from service.programmes.form.fields import name_of
from service.programmes.pack.columns import find_strange_headings
from service.programmes.pack.programme import Programme
from service.programmes.pack.quota_matrix import QuotaMatrix

_FORM_ID = re.compile(r'formId="([^"]*)"')
_DEADLINE = re.compile(r"deadline\(\s*\"([^\"]*)\"\s*\)")


def find_gaps(
    programme: Programme,
    quotas: QuotaMatrix | None,
    codes: Collection[str],
    forms: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Return what one file of a pack says and another does not know."""
    file = f"{programme.key}/programme.toml"
    problems = []
    if programme.organiser not in codes:
        problems.append(f"{file}：organiser.unit “{programme.organiser}”不在 {programme.units} 中")
    unknown = sorted(set(programme.choices.recommenders_that_stamp) - set(codes))
    problems += [
        f"{file}：settings.recommenders_that_stamp “{code}”不在 {programme.units} 中" for code in unknown
    ]
    problems += [
        f"{file}：quota.recommenders “{code}”不在 {programme.units} 中"
        for code in sorted(set(programme.quota.recommenders) - set(codes))
    ]
    for code in quotas.units if quotas else {}:
        if code not in codes:
            problems.append(f"{programme.key}/{programme.quotas}：代码“{code}”不在 {programme.units} 中")
    named = {f"forms.{key}": form for key, form in programme.forms.items()}
    named |= {f"papers.{key}.form": paper.form for key, paper in programme.papers.items() if paper.form}
    problems += [f"{file}：{key} “{form}”没有对应的表单" for key, form in named.items() if form not in forms]
    for start in programme.starts:
        problems += [
            f"{file}：starts.{start.event} 的角色“{role}”未在 roles 中定义"
            for role in start.roles
            if role not in programme.roles
        ]
    problems += _find_strange_columns(programme, forms)
    return problems + _find_thin_quotas(programme, quotas) + _find_wrong_classes(programme, forms)


def find_unknown_words(
    programme: Programme, diagram: bytes, forms: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Return the forms and deadlines that the diagram names and the pack does not have."""
    file = f"{programme.key}/{programme.diagram}"
    text = unescape(diagram.decode("utf-8", "replace"))
    named = sorted(set(_FORM_ID.findall(text)) - forms.keys())
    days = sorted(set(_DEADLINE.findall(text)) - set(programme.deadlines.values()))
    return [f"{file}：formId “{form}”没有对应的表单" for form in named] + [
        f'{file}：deadline("{day}") 不在 programme.toml 的 deadlines 中' for day in days
    ]


def _find_wrong_classes(programme: Programme, forms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return where the recommendation form and programme.toml differ in fields, classes or categories."""
    form = forms.get(programme.record_form)
    if not form:
        return []
    file = f"{programme.key}/programme.toml"
    components = {name_of(c): c for c in form.get("components", []) if name_of(c)}
    classes = {name: (c.get("properties") or {}).get("class", "") for name, c in components.items()}
    problems = [
        f"{file}：fields.{name} 为“{ours}”，表单 {form.get('id')} 为“{theirs}”"
        for name in sorted(classes.keys() | programme.fields.keys())
        if (ours := programme.fields.get(name, "缺")) != (theirs := classes.get(name, "缺"))
    ]
    offered = [value.get("value") for value in components.get("category", {}).get("values", [])]
    if offered != list(programme.categories):
        problems.append(f"{file}：categories 与表单 {form.get('id')} 的 category 选项不一致")
    return problems


def _find_strange_columns(programme: Programme, forms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the columns of rosters and lists that nothing in the form belongs to."""
    form = forms.get(programme.record_form) or {}
    return [
        f"{programme.key}/programme.toml：papers.{paper.key}.columns “{heading}”在表单 {form.get('id')} 中"
        f"没有同名的项，请在 papers.{paper.key}.values 中写明是哪一项"
        for paper in programme.papers.values()
        for heading in find_strange_headings(paper, form)
        if form
    ]


def _find_thin_quotas(programme: Programme, quotas: QuotaMatrix | None) -> list[str]:
    """Fewer nominated than awarded cannot be meant."""
    if quotas is None or programme.quota.source != "matrix":
        return []
    awarded = programme.award.places_per_category
    return [
        f"{programme.key}/{programme.quotas}：“{name}”只分配 {quotas.category_total(key)} 个推荐名额，"
        f"少于拟授予的 {awarded} 名（programme.toml award.places_per_category）"
        for key, name in quotas.categories.items()
        if quotas.category_total(key) < awarded
    ]
