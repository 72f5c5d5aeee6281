"""Settings a programme names itself: asked by tables and forms, checked against the values a column lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from service.programmes.form.checks import FormContext
from service.programmes.form.schemas import validate
from service.programmes.pack.named_settings import fill_in, find_strange_settings
from service.programmes.pack.programme import Programme
from tests.packs.judging import the_pack

TABLE = b"""<decisionTable><input id="a" label="b">
  <inputExpression id="c"><text> settings.bound </text></inputExpression>
  <inputValues id="d"><text>"in","out"</text></inputValues>
</input><input id="e"><inputExpression id="f"><text>settings.most &gt; 3</text></inputExpression></input>
<text>if settings.by = "runs" then 1 else if settings.by = "each" then 2 else null</text>
</decisionTable>"""
FORM = {"components": [{"conditional": {"hide": "=settings.asks = false"}}]}


def a_programme(named: Mapping[str, str | int | bool]) -> Programme:
    return replace(the_pack("changzhou-good-youth").programme, named=named)


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ({"bound": "in", "most": 2, "by": "each", "asks": True}, ""),
        ({"bound": "in", "most": 2, "by": "all", "asks": True}, 'settings.by 应为 "runs"、"each" 之一'),
        (
            {"bound": "near", "most": 2, "by": "each", "asks": True},
            'settings.bound 应为 "in"、"out" 之一，现在是 \'near\'',
        ),
        (
            {"bound": "in", "by": "each", "asks": True},
            "rules.dmn：settings.most 不在 programme.toml 的 settings 中",
        ),
        (
            {"bound": "in", "most": 2, "by": "each"},
            "表单 f：settings.asks 不在 programme.toml 的 settings 中",
        ),
        (
            {"bound": "in", "most": 2, "by": "each", "asks": True, "colour": "red"},
            "settings.colour 不是系统认识的设置项（unknown key），也没有决策表或表单来问",
        ),
    ],
)
def test_what_is_asked_is_there_and_what_is_there_is_asked(
    named: Mapping[str, str | int | bool], problem: str
) -> None:
    problems = find_strange_settings(a_programme(named), {"rules.dmn": TABLE}, {"f": FORM})

    assert [problem in told for told in problems] == ([True] if problem else [])


def test_setting_that_is_not_written_is_what_its_column_lists_first() -> None:
    filled = [
        fill_in(a_programme(named), {"rules.dmn": TABLE}).named for named in ({"most": 2}, {"bound": "out"})
    ]

    assert filled == [{"bound": "in", "by": "runs", "most": 2}, {"bound": "out", "by": "runs"}]


@pytest.mark.parametrize(("asks", "kept"), [(True, {"why": "因为"}), (False, {})])
def test_form_hides_a_field_by_a_setting(asks: bool, kept: Mapping[str, str]) -> None:
    field = {
        "type": "textfield", "id": "field_why", "key": "why", "label": "理由",
        "conditional": {"hide": "=settings.asks = false"},
    }  # fmt: skip
    context = FormContext(variables={"settings": {"asks": asks}})

    assert validate({"components": [field]}, {"why": "因为"}, context) == kept
