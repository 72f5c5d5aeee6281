"""Every rule of a programme: where it is checked, what it does and its words, gathered from the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service import feel
from service.feel.dmn.sheet import Sheet, list_tables, read_sheet
from service.programmes.pack.packs import Pack
from service.programmes.rule.eligibility import WARN, Result
from service.programmes.rule.stated_rule import StatedRule

PASS = Result.PASS.value
#: what a row of a table, or a place, does with whoever does not fulfil it
EFFECTS = {
    Result.FAIL.value: "不符合，由人确认",
    Result.REVIEW.value: "由主办单位裁定",
    Result.EXCEPTION.value: "破格，写明理由",
    Result.REASON.value: "写明理由",
    WARN: "提醒，写明情况",
    PASS: "记录",
}
PLACES = {
    "categories": "申报类别，只能选一类",
    "award": "授予名额，如实公布不足",
    "period": "培育期",
    "quota": "推荐名额",
    "coverage": "覆盖情况报表",
    "attachments": "附件栏目，不符的不能提交",
    "deadlines": "截止日，逾期不收",
    "form": "表单，不符的不能提交",
    "shown": "表单写明，供参考",
    "switches": "开关",
    "diagram": "流程图",
}
NOWHERE = "没有规定，不核对"
_NUMBER = re.compile(r"[A-Z]\d+")
_TEXT = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class ListedRule:
    """One line: a rule in one of the places where it is checked."""

    rule: str
    place: str  #: ``eligibility.dmn age``, ``attachments.portrait``, ``qualification.form national``
    effect: str
    words: str

    @property
    def number(self) -> str:
        """The number without what tells its parts apart: N63 of N63.1."""
        found = _NUMBER.match(self.rule)
        return found[0] if found else self.rule


def list_rules(pack: Pack) -> list[ListedRule]:
    """Return the rules of a pack by number. A row that lets pass is left out where another row speaks."""
    asked = {source.decision for source in pack.programme.rules}
    lines = [
        line
        for file, xml in pack.decisions.items()
        for decision in list_tables(xml)
        if decision in asked
        for line in _of_table(pack, file, read_sheet(xml, decision))
    ]
    speaking = {line.rule for line in lines if line.effect != EFFECTS[PASS]}
    lines = [line for line in lines if line.effect != EFFECTS[PASS] or line.rule not in speaking]
    lines += [line for form in pack.forms.values() for line in _of_form(pack, form)]
    lines += [line for rule in pack.programme.stated for line in _of_stated(rule)]
    return sorted(dict.fromkeys(lines), key=lambda line: (line.number, line.rule))


def write_table(pack: Pack) -> str:
    """Write the rules of a pack as a table for its README."""
    rows = [f"| {r.rule} | `{r.place}` | {r.effect} | {r.words} |" for r in list_rules(pack)]
    return "\n".join(["| rule | checked by | what it does | words |", "|---|---|---|---|", *rows])


def _of_table(pack: Pack, file: str, sheet: Sheet) -> Iterator[ListedRule]:
    names = [column.text if column.kind == "output" else "" for column in sheet.columns]
    known = {"year": pack.programme.year, "settings": feel.from_json(dict(pack.programme.named))}
    for row in sheet.rows:
        cells = {name: cell for name, cell in zip(names, row.cells, strict=True) if name}
        said = {name: _read(cell, known) for name, cell in cells.items()}
        if said.get("rule") and said.get("result") in EFFECTS:
            yield ListedRule(
                rule=str(said["rule"]),
                place=f"{file} {sheet.decision}",
                effect=EFFECTS[str(said["result"])],
                # a sentence with an answer in it has its fixed parts
                words=str(said.get("message") or "…".join(_TEXT.findall(cells["message"]))),
            )


def _read(cell: str, known: Mapping[str, Any]) -> object:
    """Return what a cell says where it asks nothing of the nomination."""
    return feel.to_json(feel.compile(cell, known).evaluate(known)) if cell.strip(" -") else None


def _of_form(pack: Pack, form: Mapping[str, Any]) -> Iterator[ListedRule]:
    stated = {place for rule in pack.programme.stated for place in rule.by}
    file = str(form.get("id", "")).removeprefix(f"{pack.key}.")
    for component in form.get("components", ()):
        properties = component.get("properties") or {}
        ticked = component.get("type") == "checkbox"
        if "rule" in properties and (ticked or f"form.{component.get('key')}" not in stated):
            yield ListedRule(
                rule=properties["rule"],
                place=f"{file}.form {component.get('key')}",
                effect="由人勾选核实" if ticked else PLACES["form"],
                words=str(properties.get("message") or component.get("label")),
            )


def _of_stated(rule: StatedRule) -> Iterator[ListedRule]:
    for place in rule.by or ("—",):
        effect = PLACES.get(place.partition(".")[0], NOWHERE)
        yield ListedRule(rule=rule.rule, place=place, effect=effect, words=rule.words)
