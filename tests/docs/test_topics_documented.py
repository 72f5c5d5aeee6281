"""docs/modelling/topics.md describes every local topic: its headers, variables and errors."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from service.programmes.diagram import step_words
from service.programmes.topics import TOPICS

PAGE = Path(__file__).resolve().parents[2] / "docs/modelling/topics.md"
HEADER = re.compile(r'task\.headers(?:\["(\w+)"\]|\.get\("(\w+)"\))')
RETURNED = re.compile(r'return \{"(\w+)":')


def sections() -> dict[str, str]:
    """Return the text under each topic's heading."""
    parts = re.split(r"^### `([a-z_.]+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_topic_is_described_and_nothing_else() -> None:
    assert sorted(sections()) == sorted(TOPICS)


@pytest.mark.parametrize("name", sorted(TOPICS))
def test_what_a_topic_takes_and_gives_is_named(name: str) -> None:
    source = inspect.getsource(TOPICS[name])
    section = sections()[name]
    rows = dict(re.findall(r"^\| (任务头|写回变量|错误) \| (.*) \|$", section, re.MULTILINE))
    headers = {first or second for first, second in HEADER.findall(source)}

    assert list(rows) == ["任务头", "写回变量", "错误"]
    assert headers == {word for word in headers if f"`{word}`" in rows["任务头"]}
    assert (rows["任务头"] == "无") == (not headers)
    assert [word for word in RETURNED.findall(source) if f"`{word}`" not in rows["写回变量"]] == []
    assert ("quota-full" in rows["错误"]) == ("quotas.take" in source)


@pytest.mark.parametrize("name", sorted(TOPICS))
def test_the_check_asks_for_the_headers_a_topic_cannot_do_without(name: str) -> None:
    needed = re.findall(r"""task\.headers\[["'](\w+)["']\]""", inspect.getsource(TOPICS[name]))

    assert needed == list(step_words.HEADERS.get(name, {}))
