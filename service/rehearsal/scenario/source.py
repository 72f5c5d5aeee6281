"""Reading YAML so that whatever is wrong with it can be told with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from service.errors import Invalid

MAX_BYTES = 200_000
Place = tuple[str | int, ...]  #: the way to a value: keys of mappings and places in lists


class WrongScenario(Invalid):
    """A scenario that cannot be read. ``problems`` has one sentence each, with file and line."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A YAML file: what it says, and where it says it."""

    name: str  #: of the file
    data: Any  #: mappings, lists and texts; numbers and days are texts still
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """Return the line of a value, or of the nearest one around it."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)

    def say(self, place: Place, sentence: str) -> str:
        """Return a sentence about a value with its file and line."""
        return f"{self.name} 第 {self.line_of(place)} 行：{sentence}"


def read_source(path: Path) -> Source:
    """Read a file. Raises WrongScenario where it is no YAML, says a key twice, or uses tags or aliases."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise WrongScenario([f"{path.name}：读不出来，须是 UTF-8 编码的文本文件（{wrong}）。"]) from wrong
    if len(text.encode()) > MAX_BYTES:
        raise WrongScenario([f"{path.name}：文件超过 {MAX_BYTES // 1000} KB，请拆成几个场景。"])
    # every scalar is a text: no day turns into a number, and 否 and no stay words
    loader = yaml.BaseLoader(text)
    try:
        _refuse_aliases(text, path.name)
        node = loader.get_single_node()
        if node is None:
            raise WrongScenario([f"{path.name}：文件是空的。"])
        lines = dict(_note_lines(node, (), path.name))
        return Source(name=path.name, data=loader.construct_document(node), lines=lines)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise WrongScenario([f"{path.name} 第 {line} 行：不是正确的 YAML（{wrong.problem}）。"]) from wrong
    finally:
        loader.dispose()


def _refuse_aliases(text: str, name: str) -> None:
    """Refuse what stands for something else: a few of them can unfold without end."""
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise WrongScenario([f"{name} 第 {line} 行：不能引用（*），请写全。"])


def _note_lines(node: yaml.Node, place: Place, name: str) -> Iterator[tuple[Place, int]]:
    line = node.start_mark.line + 1
    yield place, line
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _note_lines(item, (*place, number), name)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise WrongScenario([f"{name} 第 {key.start_mark.line + 1} 行：这里的键须是一个词。"])
            if key.value in seen:
                raise WrongScenario([f"{name} 第 {key.start_mark.line + 1} 行：“{key.value}”写了两次。"])
            seen.add(key.value)
            yield from _note_lines(value, (*place, key.value), name)
            yield (*place, key.value), key.start_mark.line + 1
