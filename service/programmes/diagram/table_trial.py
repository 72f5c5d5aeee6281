"""Trying a decision table on made-up facts, before it decides about anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from service import feel
from service.engine.feel_sentences import say
from service.errors import Invalid, NotFound
from service.feel.dmn.sheet import Sheet
from service.programmes.diagram.form_outline import outline
from service.programmes.pack.packs import Pack
from service.programmes.round import calendars
from service.programmes.rule.text_length import count_characters
from service.workflow.context import Context
from service.workflow.definition.decision_tables import read_tables
from service.workflow.definition.table_check import list_inputs

YEAR, SETTINGS = "year", "settings"
_NAMES = {
    "birth_date": "出生日期",
    "category": "类别",
    "source": "申报途径",
    YEAR: "届次年份",
    "recommender_level": "推荐单位级别",
    "files": "附件份数",
}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something the table asks for."""

    name: str
    label: str
    kind: str  #: date, number, string, boolean; any where the model does not say
    example: str = ""  #: how a value of no simple type is written


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the table answers."""

    rows: tuple[int, ...]  #: of this table, from 1
    answer: tuple[tuple[str, str], ...]  #: label of each output and its value
    message: str  #: why there is none; empty where there is one
    others: tuple[str, ...]  #: rows of other tables that were asked on the way
    warnings: tuple[str, ...]  #: what FEEL says of values that became null


def list_facts(pack: Pack, files: Mapping[str, bytes], file: str, sheet: Sheet) -> list[Fact]:
    """Return what a decision asks for, directly or through others; nothing where the files cannot be read."""
    try:
        model = read_tables(files).models[file]
    except Invalid:
        return []
    labels = {column.text: column.label for column in sheet.columns if column.kind == "input"}
    known = {**_labels(pack), **_NAMES, **labels}
    return [
        Fact(name=name, label=known.get(name, name), kind=kind, example=_example(pack, name))
        for name, kind in list_inputs(model, sheet.decision)
        if name != SETTINGS
    ]


def try_out(
    ctx: Context, pack: Pack, files: Mapping[str, bytes], sheet: Sheet, given: Mapping[str, str]
) -> Verdict:
    """Ask a decision about made-up facts, each as it was typed; raises Invalid with a sentence a field.

    A year that is left empty is the notice's own; the settings are the programme's.
    """
    tables = read_tables(files)
    model = tables.decisions.get(sheet.decision)
    if model is None:
        raise NotFound("没有这张决策表。")
    facts = _read(dict(list_inputs(model, sheet.decision)), given)
    if SETTINGS in facts:
        facts[SETTINGS] = feel.from_json(dict(pack.programme.named))
    if YEAR in facts and facts[YEAR] is None:
        facts[YEAR] = Decimal(pack.programme.year)
    try:
        result = model.evaluate(
            sheet.decision,
            facts,
            functions=_functions(ctx, pack, facts),
            now=ctx.now,
            zone=pack.programme.zone,
        )
        value = feel.to_json(result.value)
    except feel.EvaluationError as stopped:
        raise Invalid(f"算不下去：{say(stopped)}。") from stopped
    table = getattr(model.node(sheet.decision), "table", None)
    own = [match for match in result.matches if table is not None and match.table_id == table.id]
    rows = tuple(match.index for match in own)
    return Verdict(
        rows=rows,
        answer=tuple(_answer(sheet, value)),
        message="" if value is not None else _explain(rows),
        others=tuple(f"“{m.owner}”第 {m.index} 行" for m in result.matches if m not in own),
        warnings=result.warnings if value is None and len(rows) == 1 else (),
    )


def _read(wanted: Mapping[str, str], given: Mapping[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, kind in wanted.items():
        text = str(given.get(name, "")).strip()
        try:
            facts[name] = _VALUES.get(kind, _any)(text) if text else None
        except (ValueError, InvalidOperation):
            wrong[name] = {"date": "请写成 2026-01-31 的样子。", "number": "请填写数字。"}.get(
                kind, "请填写 true 或 false。"
            )
    if wrong:
        raise Invalid("试算的内容有误，请改正。", fields=wrong)
    return facts


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _any(text: str) -> object:
    """A value as FEEL writes it; what is none is a text, as most people would type it."""
    try:
        expression = feel.compile(text)
    except feel.FeelError:
        return text
    return text if expression.names_used else expression.evaluate()


_VALUES: dict[str, Callable[[str], object]] = {
    "date": lambda text: date.fromisoformat(text).isoformat(),
    "number": _number,
    "boolean": _boolean,
    "string": str,
}


def _functions(ctx: Context, pack: Pack, facts: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """The functions a table may call, as far as they need no nomination."""
    programme = pack.programme
    year = int(facts.get(YEAR) or programme.year)

    def working_days_after(start: object, days: object) -> datetime:
        return calendars.load(ctx).end_of_window(_day(start), int(str(days)), programme.zone)

    return {
        "deadline": lambda day: calendars.find_deadline(ctx, programme, str(day), year),
        "switch": lambda name: programme.switches.get(str(name)),
        "character count": count_characters,
        "working days after": working_days_after,
        "working days between": lambda start, end: calendars.load(ctx).between(_day(start), _day(end)),
    }


def _day(value: object) -> date:
    return value.date() if isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def _answer(sheet: Sheet, value: object) -> list[tuple[str, str]]:
    outputs = [column for column in sheet.columns if column.kind == "output"]
    if value is None:
        return []
    if isinstance(value, dict) and len(outputs) > 1:
        return [(column.label, _text(value[column.text])) for column in outputs if column.text in value]
    return [(outputs[0].label if len(outputs) == 1 else sheet.name, _text(value))]


def _text(value: object) -> str:
    if isinstance(value, dict):
        return "，".join(f"{key}：{_text(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "；".join(map(_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "（空）" if value is None else str(value)


def _explain(rows: tuple[int, ...]) -> str:
    if not rows:
        return "没有一行适用，判不出结论。"
    if len(rows) == 1:
        return f"第 {rows[0]} 行适用，但结论是空的。"
    return f"第 {'、'.join(map(str, rows))} 行同时适用，判不出结论。"


def _labels(pack: Pack) -> dict[str, str]:
    """What the record form calls its fields."""
    form = pack.forms.get(pack.programme.record_form) or {}
    return {field.key: field.label for field in outline(pack, form) if not field.within}


def _example(pack: Pack, name: str) -> str:
    """How the rows of a list in the form are written."""
    form = pack.forms.get(pack.programme.record_form) or {}
    fields = outline(pack, form)
    label = next((field.label for field in fields if field.key == name and not field.within), None)
    columns = [field for field in fields if label and field.within == label]
    inside = ", ".join(f'{column.key}: "{column.label}"' for column in columns)
    return f"[{{{inside}}}]" if columns else ""
