"""A diagram may come in any encoding XML allows; it is kept in the one that every reader of ours expects."""

from __future__ import annotations

import pytest
from lxml import etree

from service.engine.xml import BPMN, Unreadable, encode, to_utf8

NAME = "所在单位团组织意见"


@pytest.fixture
def text() -> str:
    """A diagram with a Chinese name, without a declaration."""
    start = f'<bpmn:startEvent id="start" name="{NAME}"/>'
    process = f'<bpmn:process id="p" isExecutable="true">{start}</bpmn:process>'
    return f'<bpmn:definitions xmlns:bpmn="{BPMN}" id="d">{process}</bpmn:definitions>'


@pytest.mark.parametrize("written", ["UTF-8", "UTF-16", "GB18030", "GBK"])
def test_every_declared_encoding_becomes_utf_8(text: str, written: str) -> None:
    source = f'<?xml version="1.0" encoding="{written}"?>{text}'.encode(written)

    kept = to_utf8(source)

    assert NAME in kept.decode("utf-8")
    assert etree.fromstring(kept).xpath("//@name[. = $name]", name=NAME) == [NAME]


def test_byte_order_mark_counts_more_than_the_declaration(text: str) -> None:
    source = f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode("utf-16")

    assert NAME in to_utf8(source).decode("utf-8")


def test_utf_8_is_kept_byte_for_byte(text: str) -> None:
    for head in ("", '<?xml version="1.0" encoding="utf-8"?>\n<!-- kept -->', "<?xml version='1.0'?>"):
        source = (head + text).encode()

        assert to_utf8(source) == source


def test_text_is_what_it_says_whatever_it_declares(text: str) -> None:
    for declared in ("GB18030", "UTF-16", "ISO-8859-1"):
        source = encode(f'<?xml version="1.0" encoding="{declared}" standalone="yes"?>{text}')

        assert etree.fromstring(source).xpath("//@name[. = $name]", name=NAME) == [NAME]


def test_what_is_no_diagram_stays_unreadable() -> None:
    with pytest.raises(Unreadable):
        to_utf8(b"\x89PNG\r\n\x1a\n\xff\xfe")
