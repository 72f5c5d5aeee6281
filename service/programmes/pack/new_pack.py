"""Beginning a programme from another one: its folders copied under a new key, and what is left to write."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.errors import Conflict, Invalid
from service.programmes.pack.packs import Pack

#: what belongs to the other programme alone: its picture, its description, its told exceptions
LEFT_BEHIND = ("README.md", "*.png", "scenarios")
#: what holds keys, and is rewritten
TEXTS = (".bpmn", ".dmn", ".form", ".toml", ".csv")
#: files whose readers see the words of a notice, and as many characters in quotation marks as are its words
QUOTING = (".bpmn", ".dmn", ".form")
_QUOTED = re.compile("“[^”]{8,}”")
#: where programme.toml has the words of a rule of the notice
_STATED = re.compile(r"words\s*=")
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
MAX_KEY = 40


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """A line in which the other programme still speaks."""

    file: Path
    line: int
    text: str


def begin(processes_dir: Path, forms_dir: Path, key: str, like: Pack) -> list[Leftover]:
    """Copy a pack's two folders under a key of its own; returns the lines that name or quote the other.

    Ids, file names and ``formId``s are rewritten, so that the new pack can be checked at once. Raises
    Conflict where there is a folder of that name.
    """
    if not _KEY.fullmatch(key) or len(key) > MAX_KEY:
        raise Invalid(
            f"“{key}”不能作活动的标识：用小写英文、数字和连字符，至多 {MAX_KEY} 个字，例如 city-craftsmen。"
        )
    folders = {processes_dir / like.key: processes_dir / key, forms_dir / like.key: forms_dir / key}
    there = [str(new) for new in folders.values() if new.exists()]
    if there:
        raise Conflict(f"已经有 {'、'.join(there)}，请换一个标识，或先移走它。")
    for old, new in folders.items():
        shutil.copytree(old, new, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        _rewrite(new, like.key, key)
    return [leftover for new in folders.values() for leftover in _find_leftovers(new, like)]


def _rewrite(folder: Path, old: str, new: str) -> None:
    for path in _texts(folder):
        text = path.read_text("utf-8")
        text = text.replace(old, new).replace(old.replace("-", "_"), new.replace("-", "_"))
        path.write_text(text, "utf-8")
        path.rename(path.with_name(path.name.replace(old, new)))


def _find_leftovers(folder: Path, like: Pack) -> Iterator[Leftover]:
    words = _words_of(like)
    for path in _texts(folder):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            quoted = path.suffix in QUOTING and _QUOTED.search(line)
            quoted = quoted or (path.suffix == ".toml" and _STATED.match(line))
            if quoted or any(word in line for word in words):
                yield Leftover(file=path, line=number, text=line.strip())


def _words_of(pack: Pack) -> set[str]:
    """Return what the other programme, its organiser and its title are called."""
    programme = pack.programme
    names = {unit.name for unit in pack.units if unit.code == programme.organiser}
    return names | {programme.title, programme.award.title, programme.document_number, programme.department}


def _texts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in TEXTS)
