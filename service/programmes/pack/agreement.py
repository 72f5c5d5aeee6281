"""What one file of a programme pack says and another does not know."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import unescape
from typing import Any

from service.programmes.form.fields import name_of
from service.programmes.pack.columns import (
    components_of,
    find_strange_headings,
    published_names,
)
from service.programmes.pack.paper import OFFICIAL, REVIEW, ROSTER, TITLE, Paper
from service.programmes.pack.programme import UNIT, Programme
from service.programmes.pack.quota_matrix import QuotaMatrix

#: fields that every record has, whoever the nominee is
RECORD = ("name", "category")
#: the switch that the public pages ask, not the diagram: people may register to put themselves forward
SELF_REGISTRATION = "self_registration"
#: roles that every programme has, and why
NEEDED_ROLES = {"unit_admin": "一步没有人担任时由他代办", "admin": "由他改流程图、管账号"}
_FORM_ID = re.compile(r'formId="([^"]*)"')
_TASK = re.compile(r"<(?:\w+:)?userTask\b([^>]*)>(.*?)</(?:\w+:)?userTask>", re.DOTALL)
_NAME = re.compile(r'\bname="([^"]*)"')
_SWITCH = re.compile(r"switch\(\s*\"([^\"]*)\"\s*\)")
#: the property of a user task whose outcomes need a switch (``offered``)
_OUTCOME_SWITCH = re.compile(r'name="outcome-switch"\s+value="([^"]*)"')


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
    problems += [
        f"{file}：settings.outside_recommenders “{code}”不在 {programme.units} 中"
        for code in sorted(set(programme.choices.outside_recommenders) - set(codes))
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
    if programme.switches.get(SELF_REGISTRATION) and "self" not in programme.start_events:
        problems.append(
            f"{file}：switches.{SELF_REGISTRATION} 打开了，但 starts 中没有个人自荐（source 为 self），"
            "登记的人无从申报；请改为 false，或画上个人自荐的开始事件"
        )
    problems += [
        f"{file}：roles 缺少 {role}：{why}"
        for role, why in NEEDED_ROLES.items()
        if role not in programme.roles
    ]
    problems += _find_strange_categories(programme)
    problems += _find_strange_columns(programme, forms)
    problems += _find_missing_fields(programme, forms)
    problems += _find_strange_proportions(programme, forms)
    problems += _find_strange_people(programme, forms)
    return problems + _find_thin_quotas(programme, quotas) + _find_wrong_classes(programme, forms)


def classes_of(form: Mapping[str, Any]) -> dict[str, str]:
    """Return who may see each answer of a form (PUBLIC, INTERNAL, SENSITIVE), as the form itself says."""
    components = [component for component in form.get("components", []) if name_of(component)]
    return {name_of(c): str((c.get("properties") or {}).get("class", "")) for c in components}


def find_unknown_words(
    programme: Programme,
    diagram: bytes,
    tables: Mapping[str, bytes],
    forms: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Return the forms and switches that diagram and tables name and the pack does not have.

    A switch that nobody asks is told as well: turning it would change nothing. A deadline nobody knows is
    left to the check of the diagram, which names its element: a pack whose dates were just changed must
    still be loaded, to be redrawn.
    """
    file = f"{programme.key}/{programme.diagram}"
    text = unescape(diagram.decode("utf-8", "replace"))
    named = sorted(set(_FORM_ID.findall(text)) - forms.keys())
    steps = {
        f"papers.{paper.key}.{key}": step
        for paper in programme.papers_of(TITLE, *REVIEW)
        for key, step in (
            ("written_at", paper.written_at),
            ("signed_at", paper.signed_at),
            ("decided_at", paper.decided_at),
        )
        if step and f'id="{step}"' not in text
    }
    asked = {programme.diagram: _switches_in(diagram)} | {
        name: _switches_in(table) for name, table in tables.items()
    }
    idle = sorted(set(programme.switches) - set().union({SELF_REGISTRATION}, *asked.values()))
    return [
        *(f"{file}：{_steps_with(text, form)}formId “{form}”没有对应的表单" for form in named),
        *(f"{programme.key}/programme.toml：{key} “{step}”不是流程图里的环节" for key, step in steps.items()),
        *(
            f'{programme.key}/{place}：switch("{name}") 不在 programme.toml 的 switches 中'
            for place, names in asked.items()
            for name in sorted(names - set(programme.switches))
        ),
        *(
            f"{programme.key}/programme.toml：switches.{name} 没有流程图或决策表来问，改它不起作用，请删去"
            for name in idle
        ),
    ]


def _steps_with(diagram: str, form: str) -> str:
    """Return the names of the steps that are to be filled in with a form."""
    steps = [
        found[1]
        for attributes, inner in _TASK.findall(diagram)
        if f'formId="{form}"' in inner and (found := _NAME.search(attributes))
    ]
    return f"“{'”“'.join(steps)}”的 " if steps else ""


def _switches_in(file: bytes) -> set[str]:
    text = unescape(file.decode("utf-8", "replace"))
    pairs = (pair.partition(":") for value in _OUTCOME_SWITCH.findall(text) for pair in value.split(","))
    return {*_SWITCH.findall(text), *(name.strip() for _, _, name in pairs if name.strip())}


def find_strange_coverage(programme: Programme, levels: Collection[str]) -> list[str]:
    """Return the categories and levels of units that the coverage report counts and nobody has."""
    file = f"{programme.key}/programme.toml"
    problems = []
    for rule in programme.coverage:
        unknown = [key for key in rule.categories if key not in programme.categories]
        problems += [f"{file}：coverage “{rule.name}”的类别“{key}”不在 categories 中" for key in unknown]
        strange = [level for level in rule.levels if level not in levels]
        problems += [
            f"{file}：coverage “{rule.name}”的级别“{level}”不在 {programme.units} 中" for level in strange
        ]
    return problems


def _find_missing_fields(programme: Programme, forms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the fields without which no nomination can be kept: a name, a category, what it is known by."""
    form = forms.get(programme.record_form)
    if not form:
        return []
    fields = components_of(form)
    file, where = f"{programme.key}/programme.toml", f"表单 {form.get('id')}"
    problems = [f"{file}：{where} 缺少字段 {name}，每份申报都须填写" for name in RECORD if name not in fields]
    unknown = [name for name in programme.identified_by if name not in fields and name != UNIT]
    if unknown and programme.nominates_people:
        problems.append(
            f"{file}：{where} 缺少字段 id_number（身份证号）。申报对象是集体或项目的，"
            '在 [nominee] identified_by 写明凭哪几项认定是同一个，例如 ["name"] 或 ["unit"]'
        )
    elif unknown:
        names = "、".join(unknown)
        problems.append(f"{file}：nominee.identified_by 的 {names} 不是{where} 的字段，也不是 unit")
    return problems


def _find_strange_proportions(programme: Programme, forms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return what a proportion counts and nobody can answer: a field, a choice of it, a category."""
    fields = components_of(forms.get(programme.record_form) or {})
    problems: list[str] = []
    for one in programme.proportions:
        where = f"{programme.key}/programme.toml：proportions “{one.name}”"
        choices = [str(value.get("value")) for value in fields.get(one.field, {}).get("values") or ()]
        if one.field not in fields:
            problems.append(f"{where}的 field {one.field} 不是表单 {programme.record_form} 的字段")
        elif choices:
            strange = [value for value in one.values if value not in choices]
            problems += [f"{where}的“{value}”不是 {one.field} 的选项" for value in strange]
        unknown = [key for key in one.categories if key not in programme.categories]
        problems += [f"{where}的类别“{key}”不在 categories 中" for key in unknown]
    return problems


def _find_strange_people(programme: Programme, forms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the roles whose holders a form offers and nobody can hold."""
    named = {
        (form_id, name, group.strip().partition("@")[0])
        for form_id, form in forms.items()
        for name, component in components_of(form).items()
        for group in str((component.get("properties") or {}).get("people", "")).split(",")
        if group.strip()
    }
    return [
        f"{programme.key}/programme.toml：表单 {form_id} 的 {name} 要选的角色“{role}”未在 roles 中定义"
        for form_id, name, role in sorted(named)
        if role not in programme.roles
    ]


def _find_wrong_classes(programme: Programme, forms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return where the recommendation form and programme.toml differ in fields, classes or categories."""
    form = forms.get(programme.record_form)
    if not form:
        return []
    file = f"{programme.key}/programme.toml"
    components = {name_of(c): c for c in form.get("components", []) if name_of(c)}
    classes = classes_of(form)
    problems = [
        f"{file}：fields.{name} 为“{ours}”，表单 {form.get('id')} 为“{theirs}”"
        for name in sorted(classes.keys() | programme.fields.keys())
        if (ours := programme.fields.get(name, "缺")) != (theirs := classes.get(name, "缺"))
    ]
    problems += [
        f"{file}：表单 {form.get('id')} 的 {name} 没有写明 class（PUBLIC、INTERNAL 或 SENSITIVE）"
        for name, given in programme.fields.items()
        if not given
    ]
    offered = [value.get("value") for value in components.get("category", {}).get("values", [])]
    if offered != list(programme.categories):
        problems.append(f"{file}：categories 与表单 {form.get('id')} 的 category 选项不一致")
    return problems


def _find_strange_categories(programme: Programme) -> list[str]:
    """Return the categories of rosters that the programme does not have, and those no roster lists."""
    file, rosters = f"{programme.key}/programme.toml", programme.papers_of(ROSTER)
    problems = [
        f"{file}：papers.{paper.key}.categories “{key}”不在 categories 中"
        for paper in rosters
        for key in paper.categories
        if key not in programme.categories
    ]
    listed = {key for paper in rosters for key in paper.categories or programme.categories}
    return problems + [
        f"{file}：没有一份汇总表收录类别“{category.name}”（papers 的 categories）"
        for key, category in programme.categories.items()
        if rosters and key not in listed
    ]


def _find_strange_columns(programme: Programme, forms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the columns of rosters and lists that nothing in the form belongs to."""
    form = forms.get(programme.record_form) or {}
    return [
        f"{programme.key}/programme.toml：papers.{paper.key}.columns “{heading}”{_why_strange(paper, form)}"
        for paper in programme.papers.values()
        if paper.kind not in REVIEW
        for heading in find_strange_headings(paper, form)
        if form
    ]


def _why_strange(paper: Paper, form: Mapping[str, Any]) -> str:
    values = f"papers.{paper.key}.values"
    if paper.kind not in OFFICIAL:
        return f"在表单 {form.get('id')} 中没有同名的项，请在 {values} 中写明是哪一项"
    offered = "、".join(f"{heading}（{key}）" for key, heading in published_names(form).items())
    return f"不在公布的名单里，只有：{offered}。叫法不同的，在 {values} 中写明是哪一项"


def _find_thin_quotas(programme: Programme, quotas: QuotaMatrix | None) -> list[str]:
    """Fewer nominated than awarded cannot be meant."""
    if quotas is None or programme.quota.source != "matrix":
        return []
    return [
        f"{programme.key}/{programme.quotas}：“{name}”只分配 {quotas.category_total(key)} 个推荐名额，"
        f"少于拟授予的 {programme.places_of(key)} 名"
        "（programme.toml 该类别的 places，或 award.places_per_category）"
        for key, name in quotas.categories.items()
        if quotas.category_total(key) < programme.places_of(key)
    ]
