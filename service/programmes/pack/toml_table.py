"""A table of a TOML file, read key by key: what is missing, mistyped or unknown is named, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

_KINDS = {str: "文字", int: "整数", bool: "true 或 false", date: "日期", list: "列表", dict: "一节"}


class Table:
    """Reads typed values and collects problems, so that one run shows everything to mend.

    A reader returns a harmless value after a problem; whoever started the reading refuses the file.
    ``finish`` reports the keys that nobody asked for: a misspelt setting must not pass in silence.
    """

    def __init__(self, data: Mapping[str, Any], problems: list[str], *, file: str, path: str = "") -> None:
        self._data = data
        self._problems = problems
        self._file = file
        self._path = path
        self._asked: dict[str, None] = {}  #: in the order of asking

    def complain(self, key: str, sentence: str) -> None:
        """Note a problem with a key."""
        self._problems.append(f"{self._file}：{self._full(key)} {sentence}")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not be empty."""
        value = self._value(key, str, default)
        if default is None and value is not None and not value.strip():
            self.complain(key, "不能为空")
        return str(value or "")

    def integer(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Return a whole number that is not below ``least``."""
        value = self._value(key, int, default)
        if value is not None and value < least:
            self.complain(key, f"应不小于 {least}，现在是 {value}")
        return least if value is None else int(value)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """Return true or false."""
        return bool(self._value(key, bool, default))

    def day(self, key: str) -> date:
        """Return a date."""
        value = self._value(key, date, None)
        return date.min if value is None else value

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """Return one of the texts allowed."""
        value = self.text(key, default)
        if value not in allowed and key in self._data:
            self.complain(key, f"应为 {'、'.join(allowed)} 之一，现在是“{value}”")
        return value

    def word(self, key: str) -> str | int | bool:
        """Return a text, a whole number, or true or false."""
        self._asked[key] = None
        value = self._data[key]
        if isinstance(value, str | int):
            return value
        self.complain(key, f"应为文字、整数、true 或 false，现在是 {value!r}")
        return ""

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        return self._list(key, str, default)

    def integers(self, key: str, default: Sequence[int] | None = None) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        return self._list(key, int, default)

    def table(self, key: str, *, optional: bool = False) -> Table:
        """Return a sub-table; one that is missing reads as empty."""
        value = self._value(key, dict, {} if optional else None)
        return self._sub(value or {}, self._full(key))

    def tables(self, key: str, *, optional: bool = False) -> Iterator[Table]:
        """Yield the tables of an array of tables."""
        for number, item in enumerate(self._value(key, list, [] if optional else None) or [], start=1):
            if isinstance(item, dict):
                yield self._sub(item, f"{self._full(key)}[{number}]")
            else:
                self.complain(key, f"第 {number} 项应为一节")

    def named_tables(self, key: str, *, optional: bool = False) -> Iterator[tuple[str, Table]]:
        """Yield name and table of every sub-table below a key."""
        below = self.table(key, optional=optional)
        for name in below.keys():  # noqa: SIM118 - a Table is no dict
            yield name, below.table(name)
        below.finish()

    def keys(self) -> tuple[str, ...]:
        """Return the keys in the order of the file."""
        return tuple(self._data)

    def finish(self) -> None:
        """Report every key that was not read, with those that could stand there."""
        known = f"；这里可写：{'、'.join(self._asked)}" if self._asked else ""
        for key in self._data:
            if key not in self._asked:
                self.complain(key, f"不是系统认识的设置项（unknown key），请核对拼写或删去{known}")

    def _sub(self, data: Mapping[str, Any], path: str) -> Table:
        return Table(data, self._problems, file=self._file, path=path)

    def _full(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _value(self, key: str, kind: type, default: Any) -> Any:
        self._asked[key] = None
        if key not in self._data:
            if default is None:
                self.complain(key, "缺少，必须填写（missing key）")
            return default
        value = self._data[key]
        if type(value) is not kind:
            self.complain(key, f"应为{_KINDS[kind]}，现在是 {value!r}")
            return default
        return value

    def _list(self, key: str, kind: type, default: Sequence[Any] | None) -> tuple[Any, ...]:
        values = self._value(key, list, None if default is None else list(default)) or []
        if any(type(value) is not kind for value in values):
            self.complain(key, f"应为{_KINDS[kind]}的列表")
            return ()
        return tuple(values)
