"""Programme packs: one folder in processes/ and one in forms/, read whole or refused with every reason."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from service.config import BadSetting
from service.errors import Invalid, NotFound
from service.programmes.form.problems import find_problems
from service.programmes.pack.agreement import (
    classes_of,
    find_gaps,
    find_strange_coverage,
    find_unknown_words,
)
from service.programmes.pack.named_settings import fill_in, find_strange_settings
from service.programmes.pack.print_templates import find_wrong_templates
from service.programmes.pack.programme import Programme, Slot
from service.programmes.pack.programme_file import read_programme
from service.programmes.pack.quota_matrix import QuotaMatrix, WrongQuotas, read_quotas
from service.programmes.pack.rule_places import find_strange_places
from service.programmes.pack.toml_table import Table
from service.workflow.definition.decision_tables import WrongTables, read_tables

__all__ = ["Pack", "PackUnit", "Slot", "WrongPack", "load_all", "load_pack", "pick"]

MAX_FILE = 5_000_000
_LINE = re.compile(r"line (\d+), column (\d+)\)")
UNIT_COLUMNS = ["代码", "名称", "级别", "上级"]


class WrongPack(Invalid):
    """A pack that cannot be used. ``problems`` has one sentence each, with file and key."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("活动包有误，请逐条改正：\n" + "\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class PackUnit:
    """A unit of units.csv."""

    code: str
    name: str
    level: str
    parent: str  #: code of the unit above, empty at the top


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Everything a programme ships with."""

    key: str
    programme: Programme
    diagram: bytes
    forms: Mapping[str, dict[str, Any]]  #: by the form's id
    quotas: QuotaMatrix
    units: tuple[PackUnit, ...]  #: every unit after the one above it
    demo: Mapping[str, Any]  #: demo.toml as it stands; empty where the pack has none
    decisions: Mapping[str, bytes]  #: decision tables by file name
    templates: Mapping[str, bytes]  #: print templates by file name


def load_all(processes_dir: Path, forms_dir: Path) -> dict[str, Pack]:
    """Load every pack; the problems of all of them are raised together. BadSetting where there is none."""
    packs: dict[str, Pack] = {}
    problems: list[str] = []
    for folder in sorted(processes_dir.iterdir() if processes_dir.is_dir() else ()):
        if not (folder / "programme.toml").is_file():
            continue
        try:
            packs[folder.name] = load_pack(processes_dir, forms_dir, folder.name)
        except WrongPack as wrong:
            problems += wrong.problems
    if problems:
        raise WrongPack(problems)
    if not packs:
        there = processes_dir.resolve()
        raise BadSetting(
            f"XUANSHU_PROCESSES_DIR holds no programme, no folder with a programme.toml: {there}"
        )
    return packs


def pick(packs: Mapping[str, Pack], key: str) -> Pack:
    """Return one of the packs; NotFound names those that are there."""
    if key not in packs:
        raise NotFound(f"没有名为 {key} 的活动。现有：{'、'.join(packs)}。")
    return packs[key]


def load_pack(processes_dir: Path, forms_dir: Path, key: str) -> Pack:
    """Load the pack of a programme. Raises WrongPack with all that is wrong with it."""
    if not (processes_dir / key / "programme.toml").is_file():
        there = "、".join(sorted(file.parent.name for file in processes_dir.glob("*/programme.toml")))
        raise WrongPack([f"{processes_dir} 里没有活动 {key}，只有：{there or '（没有）'}"])
    problems: list[str] = []
    folder = _Folder(processes_dir / key, problems)
    programme = _read_settings(folder, key)
    if programme is None:
        raise WrongPack(problems)
    quotas = _read_quotas(folder, programme)
    units = _read_units(folder, programme.units)
    forms = _read_forms(_Folder(forms_dir / key, problems), key)
    if not programme.fields:
        programme = replace(programme, fields=classes_of(forms.get(programme.record_form) or {}))
    demo = folder.toml("demo.toml") if (folder.path / "demo.toml").is_file() else {}
    diagram = folder.read(programme.diagram)
    decisions = _read_decisions(folder, programme)
    programme = fill_in(programme, decisions)
    problems += find_gaps(programme, quotas, {unit.code for unit in units}, forms)
    problems += find_unknown_words(programme, diagram, decisions, forms)
    problems += find_strange_settings(programme, decisions, forms)
    problems += find_strange_places(programme, diagram, forms)
    problems += find_strange_coverage(programme, {unit.level for unit in units})
    templates = {file.name: file.read_bytes() for file in sorted((forms_dir / key).glob("*.docx"))}
    problems += find_wrong_templates(programme, forms, templates)
    if problems or quotas is None:
        raise WrongPack(problems)
    return Pack(
        key=key,
        programme=programme,
        diagram=diagram,
        forms=forms,
        quotas=quotas,
        units=units,
        demo=demo,
        decisions=decisions,
        templates=templates,
    )


class _Folder:
    """Reads a pack's files; what cannot be read is a problem, not a crash."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.problems = problems

    def complain(self, file: str, sentence: str) -> None:
        self.problems.append(f"{self.path.name}/{file}：{sentence}")

    def read(self, file: str) -> bytes:
        """Return a file's bytes; a name that leads out of the folder is refused."""
        path = self.path / file
        if not file or path.parent != self.path or not path.is_file():
            self.complain(file or "programme.toml", "没有这个文件（file not found）")
            return b""
        if path.stat().st_size > MAX_FILE:
            self.complain(file, f"文件超过 {MAX_FILE // 1_000_000} MB")
            return b""
        return path.read_bytes()

    def text(self, file: str) -> str:
        try:
            return self.read(file).decode("utf-8-sig")
        except UnicodeDecodeError:
            self.complain(file, "不是 UTF-8 编码，请另存为 UTF-8")
            return ""

    def toml(self, file: str) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text(file))
        except tomllib.TOMLDecodeError as wrong:
            self.complain(file, _say_syntax(wrong))
            return {}


def _say_syntax(wrong: tomllib.TOMLDecodeError) -> str:
    reason, _, place = str(wrong).partition(" (at ")
    line = _LINE.fullmatch(place)
    where = f"第 {line[1]} 行第 {line[2]} 列" if line else "末尾"
    return f"{where}不是 TOML：引号、逗号、等号用英文半角，文字两边要有引号（{reason}）"


def _say_json(wrong: json.JSONDecodeError | RecursionError) -> str:
    if isinstance(wrong, RecursionError):
        return "嵌套太深"
    return f"第 {wrong.lineno} 行第 {wrong.colno} 列不是 JSON：引号、逗号用英文半角（{wrong.msg}）"


def _read_settings(folder: _Folder, key: str) -> Programme | None:
    data = folder.toml("programme.toml")
    if not data:
        if not folder.problems:
            folder.complain("programme.toml", "是空的")
        return None
    programme = read_programme(Table(data, folder.problems, file=f"{key}/programme.toml"))
    if programme.key and programme.key != key:
        folder.complain("programme.toml", f"key 应与文件夹同名“{key}”，现在是“{programme.key}”")
    return programme


def _read_quotas(folder: _Folder, programme: Programme) -> QuotaMatrix | None:
    categories = {key: entry.name for key, entry in programme.categories.items()}
    if programme.quota.source != "matrix":
        return QuotaMatrix(units={}, categories=categories, places={})
    text = folder.text(programme.quotas)
    if not text:
        return None
    try:
        return read_quotas(text, categories)
    except WrongQuotas as wrong:
        for problem in wrong.problems:
            folder.complain(programme.quotas, problem)
        return None


def _read_units(folder: _Folder, file: str) -> tuple[PackUnit, ...]:
    rows = [row for row in csv.reader(io.StringIO(folder.text(file))) if any(map(str.strip, row))]
    if not rows or [cell.strip() for cell in rows[0]] != UNIT_COLUMNS:
        folder.complain(file, f"表头应为“{','.join(UNIT_COLUMNS)}”")
        return ()
    units: dict[str, PackUnit] = {}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(UNIT_COLUMNS):
            folder.complain(file, f"第 {number} 行应有 {len(UNIT_COLUMNS)} 列，现在有 {len(row)} 列")
            continue
        code, name, level, parent = (cell.strip() for cell in row)
        if not code or not name or code in units:
            folder.complain(file, f"第 {number} 行代码“{code}”为空或重复，或名称为空")
        if parent and parent not in units:
            folder.complain(file, f"第 {number} 行上级“{parent}”不存在；上级须写在下级之前")
        units[code] = PackUnit(code=code, name=name, level=level, parent=parent)
    return tuple(units.values())


def _read_decisions(folder: _Folder, programme: Programme) -> dict[str, bytes]:
    """Return every .dmn file of the folder, once each can be read and every rule finds its decision."""
    files = {path.name: folder.read(path.name) for path in sorted(folder.path.glob("*.dmn"))}
    try:
        tables = read_tables(files)
    except WrongTables as wrong:
        folder.problems += [f"{programme.key}/{problem}" for problem in wrong.problems]
        return files
    for rule in programme.rules:
        if rule.decision not in tables:
            folder.complain("programme.toml", f"rules：没有标识为“{rule.decision}”的决策（decision id）")
    return files


def _read_forms(folder: _Folder, key: str) -> dict[str, dict[str, Any]]:
    forms: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.path.glob("*.form")):
        expected = f"{key}.{path.stem}"
        forms[expected] = {}  # so that a form that cannot be read is not also reported as missing
        try:
            schema = json.loads(folder.text(path.name) or "null")
        except (json.JSONDecodeError, RecursionError) as wrong:
            folder.complain(path.name, _say_json(wrong))
            continue
        if not isinstance(schema, dict):
            folder.complain(path.name, "不是 form-js 表单（应为 JSON 对象）")
            continue
        if schema.get("id") != expected:
            folder.complain(path.name, f"id 应为“{expected}”，现在是“{schema.get('id')}”")
        for problem in find_problems(schema):
            folder.complain(path.name, problem)
        forms[expected] = schema
    return forms
