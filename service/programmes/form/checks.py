"""What one answer says about another: sex and birth month against the identity number, and soft warnings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.programmes.form.expressions import evaluate
from service.programmes.form.fields import FIELD_CHECKS, Component, label
from service.programmes.rule.calendar import WorkingDays
from service.programmes.rule.identity_number import IdentityNumber, WrongIdentityNumber, parse
from service.programmes.rule.text_length import TextLength, describe_length

LEAGUE_MEMBER, LEAGUE_AGE = "共青团员", 28
_SOFT_LENGTH = re.compile(r"length:(\d+)-(\d+)")

#: `check` in a component's properties that holds it against the identity number of the field `with`
ID_CHECKS = frozenset({"sex", "birth_month", "league_age"})
CHECKS = ID_CHECKS | frozenset(FIELD_CHECKS)


@dataclass(frozen=True, kw_only=True)
class FormContext:
    """What the form's checks may know besides the answers."""

    today: date | None = None  #: in the round's zone; without it nothing is held against today's date
    days: Callable[[], WorkingDays] | None = None  #: asked only where a form counts working days
    variables: Mapping[str, Any] | None = None  #: what conditions and options in FEEL may read


def find_mismatch(component: Component, value: object, answers: Mapping[str, Any]) -> str | None:
    """Return a sentence when an answer contradicts the identity number."""
    properties = component.get("properties", {})
    person = _person(answers.get(properties.get("with", "")))
    if person is None or not value:
        return None
    if properties.get("check") == "sex" and value != person.sex:
        return f"{label(component)}与身份证号不一致（身份证号表明为{person.sex}），请核对两项。"
    if properties.get("check") == "birth_month" and value != f"{person.birth_date:%Y-%m}":
        return f"{label(component)}与身份证号不一致（身份证号为 {person.birth_date:%Y-%m}），请核对两项。"
    return None


def find_unmet(
    component: Component, value: object, answers: Mapping[str, Any], context: FormContext
) -> str | None:
    """Return the component's ``message`` when what it requires in FEEL does not hold.

    Only an answer is held to it (``required`` asks for one), and only false refuses: what cannot be told
    for want of another answer is not wrong.
    """
    properties = component.get("properties", {})
    if "require" not in properties or value in (None, "", []):
        return None
    known = {**(context.variables or {}), **answers}
    held = evaluate(str(properties["require"]), known, today=context.today, days=context.days)
    return str(properties.get("message", "")) if held is False else None


def find_warning(
    component: Component, value: object, answers: Mapping[str, Any], context: FormContext
) -> str | None:
    """Return a sentence when an answer deserves a second look; it never keeps a form from being sent."""
    properties = component.get("properties", {})
    if "soft" in properties and isinstance(value, str) and value:
        sentence = describe_length(parse_soft_length(properties["soft"]), value)
        return None if sentence is None else f"{label(component)}{sentence}"
    warn = _WARNINGS.get(properties.get("check", ""))
    return None if warn is None else warn(component, value, answers, context)


def parse_soft_length(text: str) -> TextLength:
    """Read ``length:240-360``. Raises ValueError for anything else."""
    match = _SOFT_LENGTH.fullmatch(text)
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"soft 应写成 length:最少-最多，例如 length:240-360，现在是“{text}”")
    least, most = int(match[1]), int(match[2])
    return TextLength(about=(least + most) // 2, least=least, most=most)


def _warn_league_age(
    component: Component, value: object, answers: Mapping[str, Any], context: FormContext
) -> str | None:
    person = _person(answers.get(component.get("properties", {}).get("with", "")))
    if value != LEAGUE_MEMBER or person is None or context.today is None:
        return None
    age = age_on(person.birth_date, context.today)
    if age <= LEAGUE_AGE:
        return None
    return f"共青团员一般不超过 {LEAGUE_AGE} 周岁，该同志已满 {age} 周岁，请核对{label(component)}。"


_WARNINGS: Mapping[str, Callable[[Component, object, Mapping[str, Any], FormContext], str | None]] = {
    "league_age": _warn_league_age,
}


def age_on(birth: date, day: date) -> int:
    """Return full years of age; somebody born on 29 February is a year older on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _person(value: object) -> IdentityNumber | None:
    try:
        return parse(value) if isinstance(value, str) else None
    except WrongIdentityNumber:
        return None
