"""Checking the steps that take files: the slots they name are there, and no nomination's attachments are."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.records import Element, Problem
from service.programmes import task_files
from service.programmes.pack.packs import Pack
from service.programmes.publication import objections, statements
from service.programmes.round import admissions, rounds

#: processes of a round whose steps are about no person: a nomination's files are its attachments
PROCESSES = (rounds.PROCESS, admissions.PROCESS)


def check(element: Element, process_id: str, pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with the property ``files`` of a step."""
    names = task_files.names_of(element)
    if names and (element.type != "userTask" or not _may_take(element, process_id)):
        yield _problem(
            element,
            f"“{element.called}”不能收文件（files）：只有流程 {'、'.join(PROCESSES)} 的用户任务，"
            "和异议核查里说明情况（statement）的用户任务可以。",
            "申报的文件写在 programme.toml 的 [attachments]；请删去这个属性。",
            "files-elsewhere",
        )
    for name in names:
        if name not in pack.programme.task_slots:
            yield _problem(
                element,
                f"“{element.called}”要收的文件 {name} 不在 [task_files] 中。",
                "在 programme.toml 加上 [task_files." + name + "]，或改用已有的。",
                "unknown-file",
            )


def _may_take(element: Element, process_id: str) -> bool:
    if process_id == objections.PROCESS:
        return statements.is_asked(element)
    return process_id in PROCESSES


def _problem(element: Element, message: str, fix: str, rule: str) -> Problem:
    return Problem(element_id=element.id, message=message, fix=fix, rule=rule)
