"""One component of a form-js form to one reader: from what was sent to a clean value, or a sentence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError

from service.programmes.rule import identity_number

Component = Mapping[str, Any]
Reader = Callable[[object], Any]  # raises ValidationError

#: components that show something and take no answer
STATIC = frozenset(
    {"text", "html", "separator", "spacer", "image", "iframe", "button", "table", "expression"}
)
CHOICE, CHOICES = frozenset({"select", "radio"}), frozenset({"checklist", "taglist"})
FIELDS = frozenset({"textfield", "textarea", "number", "checkbox", "datetime"}) | CHOICE | CHOICES
LISTS, GROUPS = frozenset({"dynamiclist"}), frozenset({"group"})

MAX_TEXT = 10_000  # where the form sets no bound of its own
MAX_CHOICES = 200
EMAIL = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
PHONE = re.compile(r"(?:1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?)")
MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")
# take no ink, and come along when copied from pages: harmless to drop, where a name might consist of them
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u115f\u1160\u200b-\u200f\u2060-\u2064\u206a-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # Cc and Cs but for tab and new line
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")  # can make a text read otherwise than it is


def read_text(component: Component) -> Reader:
    """Read a textfield or textarea: normalised, trimmed, within its lengths and its pattern."""
    rules = component.get("validate", {})
    check = FIELD_CHECKS.get(component.get("properties", {}).get("check", ""))
    lines = component["type"] == "textarea"
    name = label(component)

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"{name}应为文字。")
        text = clean_text(value, name, lines=lines)
        if not text:
            return ""
        if check is not None:
            text = check(text)
        _check_length(rules, text, name)
        pattern = EMAIL if rules.get("validationType") == "email" else rules.get("pattern")
        if pattern and pattern_of(pattern).search(text) is None:
            raise ValidationError(_pattern_message(component, name))
        return text

    return read


def read_number(component: Component) -> Reader:
    """Read a number, or its digits as text, within its bounds and decimal places."""
    rules = component.get("validate", {})
    name = label(component)
    digits = component.get("decimalDigits")

    def read(value: object) -> float | int | str:
        number = _number(value, name)
        if digits is not None and round(number, digits) != number:
            raise ValidationError(f"{name}应为整数。" if digits == 0 else f"{name}最多保留 {digits} 位小数。")
        if "min" in rules and number < float(rules["min"]):
            raise ValidationError(f"{name}不能小于 {rules['min']}。")
        if "max" in rules and number > float(rules["max"]):
            raise ValidationError(f"{name}不能大于 {rules['max']}。")
        return str(number) if component.get("serializeToString") else number

    return read


def read_checkbox(component: Component) -> Reader:
    """Read a tick."""

    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(f"“{label(component)}”只能勾选或不勾选。")
        return value

    return read


def read_choice(component: Component, options: Sequence[object]) -> Reader:
    """Read a select or radio: one of the options."""

    def read(value: object) -> object:
        if not _is_option(value, options):
            raise ValidationError(f"请从列表中选择{label(component)}。")
        return value

    return read


def read_choices(component: Component, options: Sequence[object]) -> Reader:
    """Read a checklist or taglist: some of the options, each once."""

    def read(value: object) -> list[object]:
        if not isinstance(value, list) or len(value) > MAX_CHOICES:
            raise ValidationError(f"请从列表中勾选{label(component)}。")
        if any(not _is_option(item, options) for item in value) or len(set(map(str, value))) < len(value):
            raise ValidationError(f"请从列表中勾选{label(component)}，每项一次。")
        return value

    return read


def read_datetime(component: Component, today: date | None) -> Reader:
    """Read a date, a time of day or both, as form-js writes them."""
    name = label(component)
    subtype = component.get("subtype", "date")
    parse, example = {
        "date": (date.fromisoformat, "2024-03-25"),
        "time": (time.fromisoformat, "09:30"),
        "datetime": (datetime.fromisoformat, "2024-03-25T09:30"),
    }[subtype]

    def read(value: object) -> str:
        if not isinstance(value, str) or len(value) > len("2024-03-25T09:30:00.000000+08:00"):
            raise ValidationError(f"{name}请写成 {example} 的样子。")
        try:
            moment = parse(value)
        except ValueError:
            raise ValidationError(f"{name}请写成 {example} 的样子，且须是存在的日期或时间。") from None
        day = moment.date() if isinstance(moment, datetime) else moment
        if component.get("disallowPassedDates") and today and isinstance(day, date) and day < today:
            raise ValidationError(f"{name}不能早于今天。")
        return value

    return read


def clean_text(text: str, name: str, *, lines: bool) -> str:
    """Normalise to NFC and trim; refuse characters that cannot be seen and could deceive."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text).strip()
    if not lines and "\n" in text:
        raise ValidationError(f"{name}只能填一行，请去掉换行。")
    if _CONTROL.search(text) or _DIRECTION.search(text):
        raise ValidationError(f"{name}含有看不见的控制字符，请删去后重新输入。")
    return text


def name_of(component: Component) -> str:
    """Return the name an answer is sent under: ``key`` of a field, ``path`` of a list or group."""
    return str(component.get("key") or component.get("path") or "")


def label(component: Component) -> str:
    """Return what the page calls a component."""
    return str(component.get("label") or component.get("dateLabel") or component.get("key") or "此项")


@lru_cache(maxsize=512)
def pattern_of(source: str) -> re.Pattern[str]:
    """Compile a pattern as a browser would read it: \\d and \\w in ASCII, $ only at the very end."""
    return re.compile(re.sub(r"(?<!\\)\$(?=$|\))", r"\\Z", source), re.ASCII)


def _check_id(text: str) -> str:
    try:
        return identity_number.parse(text).number
    except identity_number.WrongIdentityNumber as wrong:
        raise ValidationError(wrong.message) from None


def _check_phone(text: str) -> str:
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if PHONE.fullmatch(number) is None:
        raise ValidationError("联系电话请填 11 位手机号，或带区号的固定电话（如 0519-80001234）。")
    return number


def _check_month(text: str) -> str:
    month = unicodedata.normalize("NFKC", text)
    if MONTH.fullmatch(month) is None:
        raise ValidationError("出生年月请写成“1995-08”的样子。")
    return month


#: `check` in a component's properties that looks at the text alone
FIELD_CHECKS: Mapping[str, Callable[[str], str]] = {
    "id18": _check_id,
    "phone": _check_phone,
    "birth_month": _check_month,
}


def _check_length(rules: Mapping[str, Any], text: str, name: str) -> None:
    length = len(text.encode("utf-16-le")) // 2  # as the browser counts
    most = int(rules.get("maxLength") or MAX_TEXT)
    if length > most:
        raise ValidationError(f"{name}现有 {length} 个字符，不能超过 {most} 个，请删减。")
    least = int(rules.get("minLength") or 0)
    if length < least:
        raise ValidationError(f"{name}至少要 {least} 个字符，现有 {length} 个。")


def _pattern_message(component: Component, name: str) -> str:
    given = component.get("validate", {}).get("patternErrorMessage")
    if given:
        return str(given)
    hint = str(component.get("description") or "").rstrip("。")
    return f"{name}的写法不对" + (f"：{hint}。" if hint else "，请核对。")


def _number(value: object, name: str) -> float | int:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError(f"{name}应为数字。")
    return int(value) if float(value).is_integer() else value


def _is_option(value: object, options: Sequence[object]) -> bool:
    # True == 1 in Python, not on the page
    return any(type(value) is type(option) and value == option for option in options)
