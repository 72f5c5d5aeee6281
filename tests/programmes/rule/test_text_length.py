from __future__ import annotations

import pytest

from service.programmes.rule.text_length import TextLength, count_characters, describe_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("产业振兴好青年", 7),
        ("产业振兴，好青年。", 7),
        ("5G基站3座", 5),
        ("良品率由 97.5% 提高到 99.2%", 9),
        ("hello world", 2),
        ("二〇二四年", 5),
        ("𠮷野家", 3),
        ("，。！\n\t ", 0),
        ("阿依古丽·买买提", 7),
    ],
)
def test_count_of_characters(text, length):
    assert count_characters(text) == length


@pytest.mark.parametrize(("length", "fits"), [(239, False), (240, True), (360, True), (361, False)])
def test_about_300_warns_outside_a_fifth(length, fits):
    warning = describe_length(TextLength.around(300), "字" * length)

    assert (warning is None) is fits


def test_warning_says_what_to_do():
    assert describe_length(TextLength.around(300), "字" * 361) == (
        "现有361字，要求约300字（不超过360字），建议删减，详细内容可另附页。"
    )
    assert describe_length(TextLength.around(300), "短") == (
        "现有1字，要求约300字（不少于240字），建议补充具体事例。"
    )
    assert describe_length(TextLength.within(500), "字" * 501) == "现有501字，要求500字以内，请删减。"
