"""Checking the steps of a review: what they say must fit the programme's ``[review]`` and their forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.engine.records import Element, Problem
from service.programmes.form.fields import CHOICES, name_of
from service.programmes.pack.packs import Pack
from service.programmes.review import ballots, consultations, form_checks, standings, steps
from service.workflow.definition import deployments

NEEDS_REVIEW = frozenset({steps.SCORE, ballots.PROPERTY, standings.PROPERTY})
REVIEW_TOPICS = ("panel.", "ballot.", "list.")
#: the topic that proposes as many as there are places
RANKING = "panel.rank"
ANSWER_FIELDS = ("date", "paper_number", "result")


def check(element: Element, pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with one element as a step of a review."""
    if pack.programme.review is None and (
        NEEDS_REVIEW & element.properties.keys() or (element.topic or "").startswith(REVIEW_TOPICS)
    ):
        message = f"“{element.called}”是评审的步骤，programme.toml 里没有 [review]。"
        yield _problem(element, message, "补上 [review]，或去掉这一步。", "missing-review")
        return
    form = pack.forms.get(element.form_id or "", {})
    fields = {name_of(c): c for c in form.get("components", ()) if name_of(c)}
    if element.topic == RANKING and not pack.programme.is_bounded:
        yield Problem(
            element_id=element.id,
            message=f"“{element.called}”按名额列入建议名单，programme.toml 里却没有授予名额，不会有人入选。",
            fix="在 [award] 写明 places_per_category，或在各个 [[categories]] 写明 places。",
            severity="warning",
            rule="no-places",
        )
    yield from _check_scores(element, pack, fields)
    yield from _check_defects(element, fields)
    if consultations.PROPERTY in element.properties:
        missing = [field for field in ANSWER_FIELDS if field not in fields]
        if missing:
            yield _problem(
                element,
                f"“{element.called}”征询外部单位，表单缺少 {'、'.join(missing)}。",
                "表单须有 date（回复日期）、paper_number（函号）和 result（结果）。",
                "consultation-form",
            )


def _check_scores(element: Element, pack: Pack, fields: Mapping[str, Any]) -> Iterator[Problem]:
    review = pack.programme.review
    if steps.SCORE not in element.properties or review is None:
        return
    sittings = [sitting.key for sitting in review.sittings]
    if sittings and element.properties[steps.SCORE] not in sittings:
        message = f"“{element.called}”的 score 应为 [[review.sittings]] 的一个 key：{'、'.join(sittings)}。"
        yield _problem(element, message, "写明这一步是哪一次评分。", "score-form")
        return
    criteria = review.at({element.properties[steps.SCORE]}).criteria
    if not criteria:
        message = f"“{element.name}”没有评分标准。"
        yield _problem(element, message, "在 programme.toml 写明 [[review.criteria]]。", "score-form")
    for criterion in criteria:
        component = fields.get(criterion.key, {})
        rules = component.get("validate") or {}
        if component.get("type") != "number" or rules.get("max") != criterion.most:
            yield _problem(
                element,
                f"评分标准“{criterion.name}”（{criterion.key}，满分 {criterion.most}）与评分表单不一致。",
                f"在表单中放一个 key 为 {criterion.key}、最大值为 {criterion.most} 的数字字段。",
                "score-form",
            )


def _check_defects(element: Element, fields: Mapping[str, Any]) -> Iterator[Problem]:
    field = element.properties.get(form_checks.PROPERTY)
    if field is None:
        return
    if fields.get(field, {}).get("type") not in CHOICES:
        message = f"“{element.called}”的缺陷清单 {field} 不是表单里的多选字段。"
        yield _problem(element, message, "填写表单中缺陷清单的 key。", "defects-form")
    outcomes = dict(deployments.outcomes_of(element.properties.get("outcomes", "")))
    correction = element.properties.get(form_checks.CORRECTION)
    if correction is not None and correction not in outcomes:
        message = f"“{element.called}”的补正结果 {correction} 不在 outcomes 中。"
        yield _problem(element, message, "填写 outcomes 中的一个值。", "defects-form")


def _problem(element: Element, message: str, fix: str, rule: str) -> Problem:
    return Problem(element_id=element.id, message=message, fix=fix, rule=rule)
