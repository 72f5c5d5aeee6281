from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.programmes.form.problems import find_problems

FORMS = sorted((Path(__file__).parents[3] / "forms").glob("*/*.form"))


def a_field(kind: str = "textfield", **more) -> dict:
    return {"type": kind, "id": "f", "key": "answer", "label": "答案", **more}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_shipped_form_is_sound(path):
    assert find_problems(json.loads(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("component", "problem"),
    [
        (a_field("filepicker"), "组件 f：不支持 filepicker 类型"),
        (a_field(key="a.b"), "组件 f：key 应为字母、数字和下划线，现在是“a.b”"),
        (a_field(validate={"pattern": "("}), "组件 f：pattern 不是正则表达式"),
        (a_field(validate={"validationType": "phone"}), "组件 f：validationType 不用 phone"),
        (a_field(properties={"check": "magic"}), "组件 f：properties.check 应为 birth_month、"),
        (
            a_field(properties={"class": "SECRET"}),
            "组件 f：properties.class 应为 PUBLIC、INTERNAL、SENSITIVE 之一",
        ),
        (a_field(properties={"chekc": "id18"}), "组件 f：properties.chekc 不存在"),
        (a_field(properties={"check": "sex"}), "组件 f：properties.check = sex 须同时写 with"),
        (a_field(properties={"with": "nobody"}), "组件 f：properties.with “nobody”不是本表单的字段"),
        (a_field(properties={"soft": "length:9"}), "组件 f：soft 应写成 length:最少-最多"),
        (a_field(conditional={"hide": "=a ="}), "组件 f：表达式“=a =”有误"),
        (
            a_field(conditional={"hide": 'answer != "是"'}),
            '组件 f：表达式“answer != "是"”要以等号开头，否则页面不按它显示',
        ),
        (
            a_field(conditional={"hide": '=anwser != "是"'}),
            '组件 f：表达式“=anwser != "是"”里的 anwser 不是本表单的字段，总是空的',
        ),
        (
            a_field(properties={"require": "=character count(deed) <= 500", "message": "500字内"}),
            "组件 f：表达式“=character count(deed) <= 500”里的 deed 不是本表单的字段，总是空的",
        ),
        (a_field("select"), "组件 f：没有选项（values）"),
        (a_field("datetime", subtype="week"), "组件 f：subtype “week”不存在"),
        ("text", "有组件不是对象，或没有 type"),
    ],
)
def test_problem_of_a_component_is_named(component, problem):
    found = find_problems({"components": [component]})

    assert [text[: len(problem)] for text in found] == [problem]


def test_an_expression_may_ask_the_fields_of_its_row_and_of_the_form_and_what_is_known_of_the_nomination():
    row = a_field(key="level", properties={"require": '=kind != "荣誉" or level != null', "message": "级别"})
    rows = {"type": "dynamiclist", "id": "l", "path": "honours", "components": [row, a_field(key="kind")]}
    counted = a_field(conditional={"hide": '=source = "self" and count(honours[level = "市级"]) > 0'})

    assert find_problems({"components": [rows, counted]}) == []


def test_key_used_twice_is_named():
    form = {"components": [a_field(), {"type": "group", "id": "g", "components": [a_field()]}]}

    assert find_problems(form) == ["组件 f：key“answer”重复"]


def test_nesting_without_end_is_refused():
    form = a_field()
    for _ in range(6):
        form = {"type": "group", "id": "g", "path": "inner", "components": [form]}

    assert find_problems({"components": [form]}) == ["组件 g：嵌套超过 5 层"]


@pytest.mark.parametrize("form", [{}, {"components": []}, {"components": "x"}])
def test_form_without_components_is_refused(form):
    assert find_problems(form) == ["表单没有任何组件（components）"]
