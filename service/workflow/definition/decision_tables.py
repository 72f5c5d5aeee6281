"""The decision tables of a programme: read from its .dmn files, checked, asked. Pure: knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from service.engine.expressions import KNOWN_FUNCTIONS
from service.engine.feel_sentences import say
from service.engine.records import Problem
from service.errors import Invalid
from service.feel import dmn
from service.feel.dmn.check import Kind

SENTENCES: Final[Mapping[str, str]] = {
    "too-large": "文件太大",
    "not-well-formed": "不是完整的 XML：{reason}",
    "document-type": "不接收带 DOCTYPE 的文件",
    "not-dmn": "不是 DMN 1.1 至 1.5 的决策文件",
    "circle": "几个文件互相引入，成了一个圈",
    "model-missing": "引入的模型 {name} 不在活动文件夹里",
    "id-twice": "标识重复（决策、输入数据也不能同名）",
    "unknown-type": "没有名为 {name} 的类型",
    "unknown-target": "引用的 {name} 不存在",
    "requires-itself": "决策依赖它自己",
    "unknown-name": "没有名为“{name}”的变量或函数：文字要写在英文双引号里；是数据的，连上输入数据或依据",
    "not-feel": "{error}",
    "no-output": "决策表没有输出列",
    "unknown-hit-policy": "没有 {name} 这种命中策略",
    "unknown-aggregation": "没有 {name} 这种汇总方式",
    "aggregates-several": "有多个输出列的决策表不能汇总",
    "no-expression": "输入列没有写表达式",
    "cells-of-rule": "第 {index} 行的格数与列数不一致",
    "cells-of-row": "这一行有 {cells} 格，应有 {columns} 格",
    "part-missing": "缺少 {name}",
}


class WrongTables(Invalid):
    """The .dmn files cannot be used; ``problems`` has one sentence each, with file and element."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("决策表有误，请逐条改正：\n" + "\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class DecisionTables:
    """The decisions of all .dmn files of one version, by id. Shared between threads."""

    models: Mapping[str, dmn.Model]  #: by file name
    decisions: Mapping[str, dmn.Model]  #: by the id of a decision

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The names of all input data: what the tables ask for."""
        return frozenset(each.name for model in self.models.values() for each in model.inputs)

    def __contains__(self, decision: object) -> bool:
        return decision in self.decisions

    def find_weak_spots(self) -> Iterator[Problem]:
        """Yield where a table cannot decide, with the missing or doubled range."""
        for file, model in self.models.items():
            for finding in dmn.check(model):
                yield _weak_spot(file, finding)


def read_tables(files: Mapping[str, bytes], *, functions: Iterable[str] = KNOWN_FUNCTIONS) -> DecisionTables:
    """Read .dmn files, which may import each other. Raises WrongTables with everything that is wrong."""
    functions = frozenset(functions)
    problems = [sentence for file, markup in files.items() for sentence in _unreadable(file, markup)]
    if problems:
        raise WrongTables(problems)
    try:
        loaded = dmn.load_all(files.values(), functions=functions, strict=False)
    except dmn.DmnError as wrong:
        raise WrongTables([f"{'、'.join(files)}：{_sentence(one, b'')}" for one in wrong.problems]) from wrong
    models = dict(zip(files, loaded, strict=True))
    decisions: dict[str, dmn.Model] = {}
    for file, model in models.items():
        problems += [f"{file}：{_sentence(problem, files[file])}" for problem in model.problems]
        for decision in model.decisions:
            if decision.id in decisions:
                problems.append(f"{file}：决策标识 {decision.id} 在别的文件里已经用过")
            decisions[decision.id] = model
    if problems:
        raise WrongTables(problems)
    return DecisionTables(models=models, decisions=decisions)


def require_dmn(file: str, markup: bytes) -> None:
    """Refuse what cannot be read as DMN at all; raises WrongTables. Wrong expressions pass."""
    problems = _unreadable(file, markup)
    if problems:
        raise WrongTables(problems)


def explain(result: dmn.Result) -> str:
    """Say why a decision came to nothing, for whoever has to put it right."""
    if not result.matches:
        reason = "没有一行规则适用于这些输入"
    else:
        rules = "、".join(f"“{match.owner}”第 {match.index} 行" for match in result.matches)
        reason = f"适用的规则（{rules}）合不成一个结论"
    quoted = "；".join(dict.fromkeys(result.warnings))
    return f"{reason}（{quoted}）" if quoted else reason


def _unreadable(file: str, markup: bytes) -> list[str]:
    try:
        dmn.load(markup, strict=False)
    except dmn.DmnError as wrong:
        return [f"{file}：{_sentence(problem, markup)}" for problem in wrong.problems]
    return []


def _sentence(problem: dmn.Problem, markup: bytes) -> str:
    place = dmn.locate(markup, problem.element_id)
    row = f"第 {place.row} 行" if place and place.row else ""
    where = f"“{place.decision}”{row}（{problem.element_id}）" if place else problem.element_id
    if problem.error is not None:
        return f"{where}的表达式有误：{say(problem.error)}"
    return f"{where}：{SENTENCES[problem.code].format_map(problem.parameters)}"


def _weak_spot(file: str, finding: dmn.Finding) -> Problem:
    place = "，".join(f"{label} 为 {text}" for label, text in finding.where) or "任何输入"
    rules = "、".join(str(rule) for rule in finding.rules)
    table = f"{file} 的决策表“{finding.owner}”"
    if finding.kind is Kind.GAP:
        return Problem(
            element_id=None,
            message=f"{table}有空档：{place} 时没有一行规则适用。",
            fix="补上一行规则，或给输出列写默认值。",
            severity="warning",
            rule="decision-gap",
        )
    if finding.kind is Kind.OVERLAP:
        return Problem(
            element_id=None,
            message=f"{table}有重叠：{place} 时第 {rules} 行规则同时适用，判不出结论。",
            fix="改窄其中一行的条件，或改用 FIRST、COLLECT 等命中策略。",
            rule="decision-overlap",
        )
    where = f"第 {rules} 行（{finding.where[0][0]}）" if rules else "太大，其余部分"
    return Problem(
        element_id=None,
        message=f"{table}{where}无法核对空档和重叠。",
        fix="请逐行核对，或把这一格写成常量、区间的形式。",
        severity="warning",
        rule="decision-unchecked",
    )
