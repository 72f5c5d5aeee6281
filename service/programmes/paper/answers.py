"""A nomination's answers as papers print them: words for values, numbers masked for most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.models import Nomination
from service.programmes.nomination import exceptions
from service.programmes.pack.columns import components_of
from service.programmes.pack.packs import Pack
from service.programmes.rule import identity_number

MASKED = "****"


def print_answers(
    pack: Pack, form: Mapping[str, Any], nomination: Nomination, answers: Mapping[str, Any], *, in_full: bool
) -> dict[str, str]:
    """Return every field of a form as text, and what a paper may name besides.

    A sensitive answer is masked unless ``in_full``; a field that was not asked prints nothing.
    """
    texts = _derive(pack, nomination)
    for key, component in components_of(form).items():
        if key == "category":
            continue
        text = print_answer(component, answers.get(key))
        hidden = pack.programme.fields.get(key) == "SENSITIVE" and not in_full
        texts[key] = _mask(component, text) if hidden and text else text
    return texts


def print_month(text: str) -> str:
    """Return 1995年3月 for 1995-03; any other text as it is."""
    year, dash, month = text.partition("-")
    return f"{year}年{int(month)}月" if dash and year.isdigit() and month.isdigit() else text


def remark_of(nomination: Nomination) -> str:
    """Return what the roster's 备注 says: why he is listed all the same, and what was remarked.

    A 破格 the organiser has not agreed to yet is applied for.
    """
    word = "破格" if exceptions.is_approved(nomination) else "申请破格"
    reasons = (
        (word, nomination.exception_reason),
        ("裁定说明", nomination.overruling),
        ("说明", nomination.stated_reason),
        ("超额推荐", nomination.over_reason),
    )
    said = [f"{heading}：{reason}" for heading, reason in reasons if reason]
    return "；".join([*said, nomination.remark] if nomination.remark else said)


def _derive(pack: Pack, nomination: Nomination) -> dict[str, str]:
    category = pack.programme.categories.get(nomination.category or "")
    return {
        "number": "",
        "category": category.name if category else "",
        "unit": nomination.unit.name,
        "recommender": nomination.recommender.name,
        "sex": nomination.sex,
        "birth_month": f"{nomination.birth_date:%Y-%m}" if nomination.birth_date else "",
        "remark": remark_of(nomination),
    }


def print_answer(component: Mapping[str, Any], value: object) -> str:
    """Return one answer as text: words for values, a list's rows numbered."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return _print_list(component, value)
    words = {option.get("value"): option.get("label") for option in component.get("values") or []}
    return str(words.get(value, value)) if isinstance(value, str | int | float) else ""


def _print_list(component: Mapping[str, Any], items: Sequence[object]) -> str:
    """Return several choices in a row, or a list's rows numbered, a line each."""
    if component.get("type") != "dynamiclist":
        return "、".join(print_answer(component, item) for item in items)
    fields = components_of(component)
    lines = []
    for number, row in enumerate(items, start=1):
        cells = row if isinstance(row, dict) else {}
        texts = (print_answer(field, cells.get(key)) for key, field in fields.items())
        lines.append(f"{number}. " + "，".join(text for text in texts if text))
    return "\n".join(lines)


def _mask(component: Mapping[str, Any], text: str) -> str:
    check = (component.get("properties") or {}).get("check")
    if check == "id18":
        return identity_number.mask(text)
    return identity_number.mask_phone(text) if check == "phone" else MASKED
