"""Settings that a programme names itself: who asks them, and which values the tables that ask know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from html import unescape
from typing import Any

from service.programmes.pack.programme import Choices, Programme

_ASKED = re.compile(r"\bsettings\.([A-Za-z_]\w*)")
_COMPARED = re.compile(r"\bsettings\.([A-Za-z_]\w*)\s*=\s*(\"[^\"]*\")")
_INPUT = re.compile(r"<(?:\w+:)?input\s(.*?)</(?:\w+:)?input>", re.DOTALL)
_TEXT = re.compile(r"<(?:\w+:)?text>(.*?)</(?:\w+:)?text>", re.DOTALL)


def find_strange_settings(
    programme: Programme, tables: Mapping[str, bytes], forms: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Return the settings that are asked and not there, those nobody asks, and values no table knows.

    A table knows the values that an input column which asks nothing but the setting lists, and the texts an
    expression compares it with.
    """
    file, named = f"{programme.key}/programme.toml", programme.named
    texts = _read_texts(tables)
    asked = {name: set(_ASKED.findall(text)) for name, text in texts.items()}
    asked |= {
        f"表单 {name}": set(_ASKED.findall(json.dumps(form, ensure_ascii=False)))
        for name, form in forms.items()
    }
    known = "、".join(field.name for field in fields(Choices))
    problems = [
        f"{programme.key}/{place}：settings.{name} 不在 programme.toml 的 settings 中"
        for place, names in asked.items()
        for name in sorted(names - set(named))
    ]
    problems += [
        f"{file}：settings.{name} 不是系统认识的设置项（unknown key），也没有决策表或表单来问，"
        f"请核对拼写或删去；这里可写：{known}"
        for name in sorted(set(named) - set().union(*asked.values()))
    ]
    for name, values in _list_values(texts):
        if name in named and _write(named[name]) not in values:
            problems.append(f"{file}：settings.{name} 应为 {'、'.join(values)} 之一，现在是 {named[name]!r}")
    return problems


def fill_in(programme: Programme, tables: Mapping[str, bytes]) -> Programme:
    """Return a programme with the settings that are not written: each is what is listed first."""
    usual = {name: _read(values[0]) for name, values in _list_values(_read_texts(tables))}
    return replace(programme, named={**usual, **programme.named})


def _read_texts(tables: Mapping[str, bytes]) -> dict[str, str]:
    return {name: unescape(xml.decode("utf-8", "replace")) for name, xml in tables.items()}


def _list_values(texts: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each setting that is a column or compared with texts, and the values, first the usual one."""
    for text in texts.values():
        for column in _INPUT.findall(text):
            found = [part.strip() for part in _TEXT.findall(column)]
            setting = _ASKED.fullmatch(found[0]) if found else None
            if setting and len(found) > 1:
                yield setting[1], [value.strip() for value in found[1].split(",")]
        compared: dict[str, list[str]] = {}
        for name, value in _COMPARED.findall(text):
            compared.setdefault(name, []).append(value)
        yield from ((name, list(dict.fromkeys(values))) for name, values in compared.items())


def _read(text: str) -> str | int | bool:
    """Read a value as FEEL writes it; what is none is taken as it stands."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int) else text


def _write(value: str | int | bool) -> str:
    """Write a value as FEEL does."""
    return json.dumps(value, ensure_ascii=False)
