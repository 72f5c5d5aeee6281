"""What the shape of the house rests on, checked by machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE, MAX_FUNCTION, MAX_MODULES = 400, 60, 20
SOURCES = sorted((ROOT / "service").rglob("*.py"))
#: reading the machine's clock, by module and attribute
WALL_CLOCK = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
}  # fmt: skip
#: last words of a class's name that say nothing of what it is
SAYS_NOTHING = re.compile(r"(?:^|[a-z0-9_])(Manager|Helper|Util|Utils|Service)$")
#: the field's own terms that end so: a decision service of DMN
STANDARD_TERMS = {"DecisionService"}
#: tools that fetch packages write their addresses into these unless told not to
LOCKS = ("requirements/*.lock", "frontend/package-lock.json", "**/uv.lock", "**/poetry.lock")
HANDS_OFF = ("node_modules", ".venv")


def test_layers_point_downwards() -> None:
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_every_module_stands_in_a_layer_and_only_the_engine_may_import_spiffworkflow() -> None:
    contracts = {one["name"]: one for one in _read_contracts()}
    names = {path.relative_to(ROOT / "service").parts[0].removesuffix(".py") for path in SOURCES}
    modules = {f"service.{name}" for name in names - {"__init__"}}

    layers = contracts["Layers point downwards"]["layers"]
    barred = contracts["Only the engine knows SpiffWorkflow"]["source_modules"]

    assert sorted(name for line in layers for name in line.split(" | ")) == sorted(modules)
    assert sorted([*barred, "service.engine"]) == sorted(modules)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_classes_are_named_for_what_they_are(path: Path) -> None:
    named = [
        node.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]

    assert [name for name in named if SAYS_NOTHING.search(name) and name not in STANDARD_TERMS] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_its_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= MAX_FILE
    assert [name for name, length in _functions(text) if length > MAX_FUNCTION] == []


def test_a_folder_holds_no_more_modules_than_one_looks_over() -> None:
    modules = Counter(path.parent for path in SOURCES if path.name != "__init__.py")

    crowded = {str(folder.relative_to(ROOT)): n for folder, n in modules.items() if n > MAX_MODULES}
    assert crowded == {}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_clock_reads_the_wall_clock(path: Path) -> None:
    found = [
        f"line {node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in WALL_CLOCK
    ]

    assert found == [] or path == ROOT / "service" / "clock.py"


def test_no_lock_file_holds_an_address() -> None:
    locks = [path for pattern in LOCKS for path in ROOT.glob(pattern) if not set(HANDS_OFF) & set(path.parts)]
    addresses = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in locks
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r'"resolved":|--(extra-)?index-url|--find-links|registry\.|@ https?://', line)
    }

    assert len(locks) >= 2
    assert addresses == set()


def test_the_domain_never_commits() -> None:
    # whoever opens a transaction ends it: requests, jobs and commands
    committing = re.compile(r"\bsession\.(commit|rollback)\(")
    domain = ("engine", "feel", "models", "workflow", "programmes", "documents")

    found = [
        str(path.relative_to(ROOT))
        for layer in domain
        for path in (ROOT / "service" / layer).rglob("*.py")
        if committing.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def _read_contracts() -> list[dict[str, Any]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return contracts


def _functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
