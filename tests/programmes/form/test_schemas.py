from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Invalid
from service.programmes.form.checks import FormContext, age_on
from service.programmes.form.derivation import FormSchema, derive
from service.programmes.form.schemas import find_warnings, validate

FORMS = Path(__file__).parents[3] / "forms/changzhou-good-youth"
RECOMMENDATION = json.loads((FORMS / "recommendation.form").read_text("utf-8"))
RECOMMENDER = json.loads((FORMS / "recommender-opinion.form").read_text("utf-8"))
NUMBER = "320400199503150017"


def filled_in(**changes) -> dict:
    answers = {
        "name": "陈示范",
        "sex": "男",
        "ethnicity": "汉族",
        "birth_month": "1995-03",
        "education": "大学本科",
        "political_status": "群众",
        "phone": "13800001234",
        "id_number": NUMBER,
        "category": "work_safety",
        "workplace_and_post": "青锋精密机械有限公司（演示）车间主任",
        "achievements": "",
        "honours": [],
        "deeds": "事" * 300,
        "accuracy_declaration": True,
        "publication_consent": True,
        "consultation_consent": True,
        "sensitive_consent": True,
    }
    answers.update(changes)
    return {key: value for key, value in answers.items() if value is not ...}


def fields_of(schema, answers, context=None, **options) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        validate(schema, answers, context, **options)
    return refusal.value.fields


def a_form(*components) -> dict:
    return {"id": "test", "components": list(components)}


def a_field(kind: str = "textfield", key: str = "answer", **more) -> dict:
    return {"type": kind, "id": f"field_{key}", "key": key, "label": "答案", **more}


def verdict(component: dict, value: object, context: FormContext | None = None) -> object:
    """The clean value, or the sentence it is refused with."""
    try:
        return validate(a_form(component), {component.get("key") or component["path"]: value}, context)
    except Invalid as refusal:
        return "；".join(refusal.fields.values())


def test_recommendation_filled_in_is_accepted():
    assert validate(RECOMMENDATION, filled_in()) == filled_in()


def test_answers_are_cleaned():
    raw = filled_in(
        name="  e\u0301陈\u200b ", id_number=" 11010519491231002x", phone="138 0000 1234", sex="女"
    )
    raw["birth_month"] = "１９４９-12"

    clean = validate(RECOMMENDATION, raw)

    assert (clean["name"], clean["id_number"], clean["phone"], clean["birth_month"]) == (
        "é陈",
        "11010519491231002X",
        "13800001234",
        "1949-12",
    )


@pytest.mark.parametrize("unseen", ["\u00ad", "\u061c", "\u200d", "\u200e", "\u2800", "\u3164", "\U000e0041"])
def test_no_name_is_blank_to_the_eye_or_differs_in_what_cannot_be_seen(unseen):
    assert validate(RECOMMENDATION, filled_in(name=f"陈{unseen}范"))["name"] == "陈范"
    assert fields_of(RECOMMENDATION, filled_in(name=unseen * 2)) == {"name": "请填写姓名。"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ...}, {"name": "请填写姓名。"}),
        ({"name": "   "}, {"name": "请填写姓名。"}),
        ({"name": None}, {"name": "请填写姓名。"}),
        ({"name": ["陈"]}, {"name": "姓名应为文字。"}),
        ({"name": "陈\u0000范"}, {"name": "姓名含有看不见的控制字符，请删去后重新输入。"}),
        ({"name": "陈\u202e范"}, {"name": "姓名含有看不见的控制字符，请删去后重新输入。"}),
        ({"name": "陈\n范"}, {"name": "姓名只能填一行，请去掉换行。"}),
        ({"name": "陈"}, {"name": "姓名至少要 2 个字符，现有 1 个。"}),
        ({"name": "陈" * 41}, {"name": "姓名现有 41 个字符，不能超过 40 个，请删减。"}),
        (
            {"name": "=cmd()"},
            {"name": "姓名的写法不对：与身份证一致；生僻字和间隔号“·”照实填写。"},
        ),
        ({"ethnicity": "火星族"}, {"ethnicity": "请从列表中选择民族。"}),
        ({"category": ""}, {"category": "请选择申报类别。"}),
        ({"category": "生产管理类"}, {"category": "请从列表中选择申报类别。"}),
        ({"sex": "女"}, {"sex": "性别与身份证号不一致（身份证号表明为男），请核对两项。"}),
        (
            {"birth_month": "1995-04"},
            {"birth_month": "出生年月与身份证号不一致（身份证号为 1995-03），请核对两项。"},
        ),
        ({"birth_month": "1995年3月"}, {"birth_month": "出生年月请写成“1995-08”的样子。"}),
        (
            {"id_number": NUMBER[:-1] + "8"},
            {"id_number": "身份证号校验位不对，至少有一位数字写错，请对照身份证逐位核对。"},
        ),
        ({"phone": "12345"}, {"phone": "联系电话请填 11 位手机号，或带区号的固定电话（如 0519-80001234）。"}),
        ({"is_admin": True}, {"is_admin": "表单里没有这一项，请刷新页面后重新填写。"}),
        (
            {"honours": [{"title": "能手", "level": "县级", "kind": "个人", "year": 1989.5, "x": 1}]},
            {"honours.0.year": "年份应为整数。", "honours.0.x": "表单里没有这一项，请刷新页面后重新填写。"},
        ),
        ({"honours": [{}]}, {
            "honours.0.title": "请填写名称。",
            "honours.0.level": "请选择级别。",
            "honours.0.kind": "请选择个人或集体。",
            "honours.0.year": "请填写年份。",
        }),
        ({"honours": [{}] * 101}, {"honours": "荣誉明细最多 100 行。"}),
        ({"honours": {"0": {}}}, {"honours": "荣誉明细最多 100 行。"}),
    ],
)  # fmt: skip
def test_wrong_answer_says_what_to_do(changes, fields):
    assert fields_of(RECOMMENDATION, filled_in(**changes)) == fields


def test_consent_must_be_ticked():
    unticked = dict.fromkeys(("publication_consent", "sensitive_consent"), False)
    fields = fields_of(RECOMMENDATION, filled_in(**unticked, consultation_consent=...))

    assert sorted(fields) == ["consultation_consent", "publication_consent", "sensitive_consent"]
    assert fields["publication_consent"].startswith("须勾选：本人同意公示")


def test_empty_form_names_every_field():
    fields = fields_of(RECOMMENDATION, {})

    assert len(fields) == 15
    assert "achievements" not in fields


@pytest.mark.parametrize("answers", [[], "x", None])
def test_answers_that_are_no_form_are_refused(answers):
    with pytest.raises(Invalid):
        validate(RECOMMENDATION, answers)


def test_unfinished_form_is_accepted_leniently_within_bounds():
    half = {"name": "陈", "id_number": "3204", "sex": "女", "publication_consent": False}

    assert validate(RECOMMENDATION, half, lenient=True) == half
    assert fields_of(RECOMMENDATION, {"name": "陈" * 41, "hack": 1}, lenient=True) == {
        "name": "姓名现有 41 个字符，不能超过 40 个，请删减。",
        "hack": "表单里没有这一项，请刷新页面后重新填写。",
    }


@pytest.mark.parametrize(("eligibility", "asked"), [("PASS", False), ("EXCEPTION", True), ("REVIEW", True)])
def test_reason_of_an_exception_is_asked_when_it_shows(eligibility, asked):
    context = {"eligibility": eligibility}
    answers = {"reason": "示范作用明显", "exception_reason": "攻克关键技术"}

    clean = validate(RECOMMENDER, answers, context)

    assert ("exception_reason" in clean) is asked
    if asked:
        fields = fields_of(RECOMMENDER, {"reason": "示范作用明显"}, context)
        assert fields == {"exception_reason": "请填写破格理由。"}


def test_condition_follows_a_field_that_is_hidden_itself():
    form = a_form(
        a_field("checkbox", "a"),
        a_field("textfield", "b", conditional={"hide": "=a != true"}),
        a_field("textfield", "c", conditional={"hide": '=b != "x"'}, validate={"required": True}),
    )

    assert validate(form, {"a": True, "b": "x", "c": "z"}) == {"a": True, "b": "x", "c": "z"}
    assert validate(form, {"a": False, "b": "x", "c": "z"}) == {"a": False}


def test_condition_that_cannot_be_computed_hides_nothing():
    form = a_form(a_field("checklist", "a"), a_field(key="b", conditional={"hide": "=a[1].x > 3"}))
    deep: list = []
    for _ in range(900):
        deep = [deep]

    assert validate(form, {"b": "x"}) == {"b": "x"}
    assert fields_of(form, {"a": deep, "b": "x"}) == {"a": "请从列表中勾选答案，每项一次。"}


def test_group_is_hidden_with_all_its_fields():
    form = a_form(
        a_field("checkbox", "a"),
        {"type": "group", "id": "g", "conditional": {"hide": "=a"}, "components": [a_field(key="b")]},
    )

    assert validate(form, {"a": True, "b": "x"}) == {"a": True}
    assert validate(form, {"a": False, "b": "x"}) == {"a": False, "b": "x"}


def test_group_with_a_path_nests_its_answers():
    form = a_form(
        {"type": "group", "id": "g", "path": "home", "components": [a_field(validate={"required": True})]}
    )

    assert validate(form, {"home": {"answer": "x"}}) == {"home": {"answer": "x"}}
    assert fields_of(form, {"home": {}}) == {"home.answer": "请填写答案。"}


def test_disabled_field_is_not_taken():
    assert validate(a_form(a_field(disabled=True), a_field(key="b")), {"answer": "x", "b": "y"}) == {"b": "y"}


OPTIONS = [{"label": "一", "value": "1"}, {"label": "二", "value": "2"}]


@pytest.mark.parametrize(
    ("component", "value", "expected"),
    [
        (a_field("number"), "12", {"answer": 12}),
        (a_field("number"), 1.5, {"answer": 1.5}),
        (a_field("number"), True, "答案应为数字。"),
        (a_field("number"), "1e400", "答案应为数字。"),
        (a_field("number"), float("inf"), "答案应为数字。"),
        (a_field("number", validate={"min": 1, "max": 9}), 0, "答案不能小于 1。"),
        (a_field("number", validate={"min": 1, "max": 9}), 10, "答案不能大于 9。"),
        (a_field("number", decimalDigits=2), 1.234, "答案最多保留 2 位小数。"),
        (a_field("number", serializeToString=True), 7, {"answer": "7"}),
        (a_field("checkbox"), "true", "“答案”只能勾选或不勾选。"),
        (a_field("radio", values=OPTIONS), "2", {"answer": "2"}),
        (a_field("radio", values=OPTIONS), 2, "请从列表中选择答案。"),
        (a_field("checklist", values=OPTIONS), ["1", "2"], {"answer": ["1", "2"]}),
        (a_field("checklist", values=OPTIONS), ["1", "1"], "请从列表中勾选答案，每项一次。"),
        (a_field("taglist", values=OPTIONS), "1", "请从列表中勾选答案。"),
        (a_field("checklist", values=OPTIONS, validate={"required": True}), [], "请选择答案。"),
        (a_field("datetime"), "2024-03-25", {"answer": "2024-03-25"}),
        (a_field("datetime"), "2024-02-30", "答案请写成 2024-03-25 的样子，且须是存在的日期或时间。"),
        (a_field("datetime"), 20240325, "答案请写成 2024-03-25 的样子。"),
        (a_field("datetime", subtype="time"), "09:30", {"answer": "09:30"}),
        (
            a_field("datetime", subtype="datetime"),
            "2024-03-25T09:30+08:00",
            {"answer": "2024-03-25T09:30+08:00"},
        ),
        (a_field("datetime", disallowPassedDates=True), "2024-03-24", "答案不能早于今天。"),
        (a_field("datetime", disallowPassedDates=True), "2024-03-25", {"answer": "2024-03-25"}),
        (a_field("textarea"), "一\r\n二", {"answer": "一\n二"}),
        (a_field("textarea"), "长" * 10_001, "答案现有 10001 个字符，不能超过 10000 个，请删减。"),
        (a_field(validate={"maxLength": 1}), "𠮷", "答案现有 2 个字符，不能超过 1 个，请删减。"),
        (a_field(validate={"pattern": "^\\d+$"}), "١٢", "答案的写法不对，请核对。"),
        (a_field(validate={"pattern": "^(a|b)$"}), "b", {"answer": "b"}),
        (a_field(validate={"validationType": "email"}), "x@y", "答案的写法不对，请核对。"),
        (a_field(validate={"validationType": "email"}), "x@y.cn", {"answer": "x@y.cn"}),
        (a_field("select", valuesKey="units"), "a", {"answer": "a"}),
        (a_field("select", valuesExpression="=units"), "b", {"answer": "b"}),
        (a_field("select", valuesExpression="=nothing"), "b", "请从列表中选择答案。"),
    ],
)
def test_kinds_of_fields(component, value, expected):
    context = FormContext(today=date(2024, 3, 25), variables={"units": ["a", {"label": "乙", "value": "b"}]})

    assert verdict(component, value, context) == expected


def test_warnings_do_not_refuse():
    clean = validate(RECOMMENDATION, filled_in(political_status="共青团员"))

    assert find_warnings(RECOMMENDATION, clean, FormContext(today=date(2024, 3, 25))) == {
        "political_status": "共青团员一般不超过 28 周岁，该同志已满 29 周岁，请核对政治面貌。",
    }
    assert find_warnings(RECOMMENDATION, filled_in()) == {}


def test_leap_day_birthday_is_on_the_first_of_march():
    assert (age_on(date(2000, 2, 29), date(2023, 2, 28)), age_on(date(2000, 2, 29), date(2023, 3, 1))) == (
        22,
        23,
    )


def test_derived_schema_is_marshmallow():
    schema = derive(RECOMMENDATION)

    assert issubclass(schema, FormSchema)
    assert "sex" in schema().fields


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(answers=st.dictionaries(st.sampled_from(sorted(filled_in())) | st.text(max_size=5), JSON, max_size=6))
def test_crafted_answers_are_refused_or_clean(answers):
    with pytest.raises(Invalid) as refusal:
        validate(RECOMMENDATION, answers)

    assert all(sentence.endswith("。") for sentence in refusal.value.fields.values())
