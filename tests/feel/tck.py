"""Reads the public DMN Technology Compatibility Kit: folders, cases, inputs and expected values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from service.feel import EvaluationError
from service.feel.comparison import equal
from service.feel.dmn import DmnError, Model, UnknownElement, load_all
from service.feel.frame import Run
from service.feel.temporal import parse_temporal

ROOT = Path(os.environ.get("DMN_TCK") or Path(__file__).parents[2].parent / "shared" / "dmn-tck")
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
_NS = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True)
class Case:
    """One expected value."""

    folder: str  #: compliance-level-2/0004-simpletable-U
    id: str  #: file stem, test case and result node
    kind: str  #: decision, bkm or decisionService
    target: str
    inputs: dict[str, object] = field(hash=False)
    expected: object = field(hash=False)

    @property
    def name(self) -> str:
        """How ``known_failures.yaml`` names it."""
        return f"{self.folder}/{self.id}"


def folders() -> list[Path]:
    """All folders of the kit."""
    return sorted(path.parent for path in ROOT.glob("compliance-level-*/*/*.dmn"))


def cases(folder: Path) -> Iterator[Case]:
    """The cases of a folder."""
    for file in sorted(folder.glob("*-test-*.xml")):
        root = etree.parse(file).getroot()
        for test in root.iter(f"{_NS}testCase"):
            inputs = {node.get("name"): value_of(node) for node in test.iter(f"{_NS}inputNode")}
            for result in test.iter(f"{_NS}resultNode"):
                kind = test.get("type") or "decision"
                target = test.get("invocableName") if kind != "decision" else result.get("name")
                expected = result.find(f"{_NS}expected")
                label = f"{file.stem}/{test.get('id')}/{result.get('name')}"
                yield Case(
                    f"{folder.parent.name}/{folder.name}",
                    label,
                    kind,
                    target or result.get("name"),
                    inputs,
                    None if expected is None else value_of(expected),
                )


def value_of(node: etree._Element) -> object:
    """The value a node holds."""
    if node.get(f"{_XSI}nil") == "true":
        return None
    components = node.findall(f"{_NS}component")
    if components:
        return {each.get("name"): value_of(each) for each in components}
    items = node.find(f"{_NS}list")
    if items is not None:
        return (
            None
            if items.get(f"{_XSI}nil") == "true"
            else [value_of(each) for each in items.findall(f"{_NS}item")]
        )
    value = node.find(f"{_NS}value")
    if value is None or value.get(f"{_XSI}nil") == "true":
        return None
    return _simple(value.text or "", (value.get(f"{_XSI}type") or "string").rpartition(":")[2])


def _simple(text: str, kind: str) -> object:
    if kind in ("decimal", "double", "integer", "float", "int", "long"):
        return Decimal(text)
    if kind == "boolean":
        return text.strip() in ("true", "1")
    if kind in ("date", "time", "dateTime", "duration"):
        return parse_temporal(text.strip())
    return text


def models(folder: Path) -> dict[str, Model]:
    """Every model of a folder by file name, those imported loaded first."""
    files = sorted(folder.glob("*.dmn"))
    loaded = load_all([path.read_bytes() for path in files], strict=False)
    return {path.name: model for path, model in zip(files, loaded, strict=True)}


def run(folder: Path) -> Iterator[tuple[Case, str]]:
    """Each case with the reason why it failed, empty where it passed."""
    loaded: dict[str, Model] | DmnError
    try:
        loaded = models(folder)
    except DmnError as error:
        loaded = error
    for case in cases(folder):
        if isinstance(loaded, DmnError):
            yield case, f"not loaded: {loaded}"
            continue
        yield case, _verdict(_model(folder, loaded, case), case)


def _model(folder: Path, loaded: dict[str, Model], case: Case) -> Model:
    """The model the case's file names, else the first one."""
    file = next(folder.glob(f"{case.id.split('/')[0]}.xml"))
    name = etree.parse(file).getroot().findtext(f"{_NS}modelName") or ""
    return loaded.get(name.strip()) or next(iter(loaded.values()))


def _verdict(model: Model, case: Case) -> str:
    try:
        value = model.evaluate(case.target, case.inputs, now=NOW).value
    except (UnknownElement, EvaluationError) as error:
        return f"{type(error).__name__}: {error}"
    if case.kind == "decisionService" and isinstance(value, dict):
        name = case.id.rpartition("/")[2]
        value = value.get(name, value)
    return "" if same(value, case.expected) else f"expected {case.expected!r}, got {value!r}"


def same(value: object, expected: object) -> bool:
    """Whether the value is what is expected: numbers to 8 decimals, everything else exactly."""
    if isinstance(value, Decimal) and isinstance(expected, Decimal):
        return abs(value - expected) <= Decimal("1e-8") * max(1, abs(expected))
    if isinstance(expected, list):
        return isinstance(value, list) and len(value) == len(expected) and all(map(same, value, expected))
    if isinstance(expected, dict):
        return (
            isinstance(value, dict)
            and value.keys() == expected.keys()
            and all(same(value[key], expected[key]) for key in expected)
        )
    if type(value) is not type(expected):
        return False
    return equal(Run({}, None, None), value, expected) is True
