"""Checking the steps that take files: the slots they name are there, and what they are about is no person."""

from __future__ import annotations

from collections.abc import Iterator

from service.engine.records import Element, Problem
from service.programmes import task_files
from service.programmes.pack.packs import Pack
from service.programmes.round import admissions, rounds

#: processes of a round whose steps are about no person: files of those come as attachments or evidence
PROCESSES = (rounds.PROCESS, admissions.PROCESS)


def check(element: Element, process_id: str, pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with the property ``files`` of a step."""
    names = task_files.names_of(element)
    if names and (element.type != "userTask" or process_id not in PROCESSES):
        yield _problem(
            element,
            f"“{element.called}”不能收文件（files）：只有流程 {'、'.join(PROCESSES)} 的用户任务可以。",
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


def _problem(element: Element, message: str, fix: str, rule: str) -> Problem:
    return Problem(element_id=element.id, message=message, fix=fix, rule=rule)
