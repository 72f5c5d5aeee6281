"""Write docs/modelling/coverage.md from the cases: ``python -m tests.engine.write_coverage``."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Any

import yaml

FOLDER = pathlib.Path(__file__).parent
CASES = FOLDER / "cases"
PAGE = FOLDER.parents[1] / "docs" / "modelling" / "coverage.md"

GROUPS = {
    "task": "任务",
    "subprocess": "子流程",
    "loop": "循环与多实例",
    "gateway": "网关与流转",
    "start": "开始事件",
    "intermediate": "中间事件",
    "end": "结束事件",
    "boundary int": "边界事件（中断）",
    "boundary non-int": "边界事件（不中断）",
    "esp int": "事件子流程（中断）",
    "esp non-int": "事件子流程（不中断）",
    "esp": "事件子流程",
    "data": "数据",
    "collab": "协作图",
    "ext": "扩展",
}

HEAD = """\
# BPMN 覆盖范围

<!-- Written by `python -m tests.engine.write_coverage` from tests/engine/cases; do not edit. -->

每一行是 `tests/engine/cases` 里的一个或几个案例：一张图、一串操作、一份逐步的记录，测试保证它们一直成立。
“能运行”是指按 BPMN 2.0 的含义运行；“拒绝”是指发布时指出图形、原因和改法，绝不悄悄地走错。

右边两列供比较：裸的 SpiffWorkflow 3.2.0 是逐个构造实测的结果（`A` `B` 是图中的任务，冒号后是停下的状态）；
Camunda 8 一列依据其公开文档（components/modeler/bpmn，per its documentation），没有实测。
"""


@dataclass(frozen=True)
class Told:
    """What a case's golden trace says."""

    expect: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def verdict(self) -> str:
        if self.errors:
            return "拒绝"
        return "能运行（有警告）" if self.warnings else "能运行"

    @property
    def note(self) -> str:
        return self.errors[0] if self.errors else "；".join((self.expect, *self.warnings[:1]))


def constructs() -> list[dict[str, Any]]:
    """Every construct of the list, with the cases that hold it."""
    listed: list[dict[str, Any]] = yaml.safe_load((FOLDER / "constructs.yaml").read_text(encoding="utf-8"))
    return listed


def read_case(name: str) -> Told:
    """Read what a case's trace recorded."""
    first, *lines = (CASES / name / "trace.txt").read_text(encoding="utf-8").splitlines()
    said = {"error": [], "warning": []}  # type: dict[str, list[str]]
    for line in lines:
        severity, _, rest = line.partition(" ")
        if severity in said:
            said[severity].append(rest.split(": ", 1)[1])
    return Told(first.removeprefix("# "), tuple(said["error"]), tuple(said["warning"]))


def write() -> str:
    """Return the page."""
    lines, listed = [HEAD], constructs()
    for group, title in GROUPS.items():
        rows = [row for row in listed if row["group"] == group]
        lines += [f"## {title}\n", "| 构造 | 这里 | 说明 | SpiffWorkflow 3.2.0 | Camunda 8 | 案例 |"]
        lines += ["|---|---|---|---|---|---|", *(_row(row) for row in rows), ""]
    mentioned = {name for row in listed for name in row["cases"]}
    lines += ["## 其他案例\n", "| 案例 | 这里 | 说明 |", "|---|---|---|"]
    for case in sorted(CASES.iterdir()):
        if case.name not in mentioned:
            told = read_case(case.name)
            lines.append(f"| `{case.name}` | {told.verdict} | {_cell(told.note)} |")
    return "\n".join(lines) + "\n"


def _row(row: dict[str, Any]) -> str:
    told = [read_case(name) for name in row["cases"]]
    names = " ".join(f"`{name}`" for name in row["cases"])
    verdict = " / ".join(dict.fromkeys(one.verdict for one in told))
    cells = (row["construct"], verdict, told[0].note, row["library"], row["camunda"], names)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(write(), encoding="utf-8")
