from __future__ import annotations

import io
import time
from datetime import date

import openpyxl
import pytest

from service.documents.records import ImportedRow, RosterRecord
from service.documents.roster_import import read_roster
from service.documents.spreadsheets import make_roster
from service.errors import Invalid
from tests.documents.annex import COLUMNS

#: processor seconds a second of ours may take on a slow or busy machine: this is no benchmark
PATIENCE = 4

CATEGORIES = ("生产管理类", "综合服务类")
HEADINGS = tuple(column.heading for column in COLUMNS)
PERSON = ("陈示范", "男", "1995-03", "群众", "青锋精密机械（演示）", "13800001234", "320400199503150017", "")


def a_book(*rows, header=HEADINGS, title="生产管理类", above=2) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for _ in range(above):
        sheet.append(["汇总表"])
    sheet.append(list(header))
    for number, row in enumerate(rows, start=1):
        sheet.append([number, *row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(**values) -> tuple:
    names = ("name", "sex", "birth", "status", "post", "phone", "number", "remark")
    return tuple(values.get(name, old) for name, old in zip(names, PERSON, strict=True))


def messages(result) -> list[str]:
    return [str(problem) for problem in result.problems]


def test_roster_we_wrote_is_read_back():
    data = make_roster(
        RosterRecord(
            title="汇总表",
            above="推荐单位（盖章）：溧阳市",
            columns=COLUMNS,
            sheets={"生产管理类": [("1", *PERSON)], "综合服务类": ()},
        )
    )

    result = read_roster(data, COLUMNS, CATEGORIES)

    answers = dict(zip((column.key for column in COLUMNS[1:]), PERSON, strict=True))
    assert result.problems == ()
    assert result.rows == (ImportedRow(sheet="生产管理类", row=4, category="生产管理类", answers=answers),)


def test_the_only_category_needs_no_name():
    result = read_roster(a_book(PERSON, title="Sheet1"), COLUMNS, ["好青年"])

    assert [(row.category, row.answers["name"]) for row in result.rows] == [("好青年", "陈示范")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1995-03", "1995-03"),
        ("1995.3", "1995-03"),
        ("1995年3月", "1995-03"),
        ("１９９５－０３", "1995-03"),
        ("199503", "1995-03"),
        (199503, "1995-03"),
        (date(1995, 3, 15), "1995-03"),
        ("1995-03-15", "1995-03"),
    ],
)
def test_birth_month_is_read_in_any_writing(written, read):
    result = read_roster(a_book(changed(birth=written)), COLUMNS, CATEGORIES)

    assert (result.problems, result.rows[0].answers["birth_month"]) == ((), read)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            changed(birth=1995.1),
            "“出生年月”：“1995.1”分不清是 1 月还是 10 月，请按“1995-03”填写（文本格式）。",
        ),
        (changed(birth="三月"), "“出生年月”：“三月”不是年月，请按“1995-03”填写（文本格式）。"),
        (changed(birth="1995-13"), "“出生年月”：“1995-13”不是年月，请按“1995-03”填写（文本格式）。"),
        (
            changed(number=320400199503150017),
            "“身份证号”：身份证号被 Excel 存成了数字，末几位已丢失。请把该列设为“文本”格式后重新填写。",
        ),
        (changed(name="=A1"), "“姓名”：此格是公式。请复制后“选择性粘贴·数值”，再导入。"),
        (changed(name=""), "“姓名”：姓名没有填写。"),
        (changed(status=True), "“政治面貌”：此格是逻辑值，请按文本填写。"),
        (changed(post="长" * 501), "“工作单位及职务”：此格有 501 个字符，超过上限 500，请删减。"),
    ],
)
def test_cell_that_cannot_be_taken_over_is_named(row, problem):
    result = read_roster(a_book((*PERSON[:6], "320400199503150033", ""), row), COLUMNS, CATEGORIES)

    assert messages(result) == [f"“生产管理类”第 5 行{problem}"]


def test_checks_of_the_programme_are_applied():
    checks = {"身份证号": lambda text: "校验位不对。" if text.endswith("8") else None}

    result = read_roster(a_book(changed(number="320400199503150018")), COLUMNS, CATEGORIES, checks)

    assert messages(result) == ["“生产管理类”第 4 行“身份证号”：校验位不对。"]


def test_person_listed_twice_is_named_with_both_rows():
    result = read_roster(a_book(PERSON, PERSON), COLUMNS, CATEGORIES)

    assert messages(result) == [
        "“生产管理类”第 5 行“身份证号”：与“生产管理类”第 4 行重复，同一人只能申报一次。"
    ]


def test_category_may_stand_in_the_remark():
    known = read_roster(a_book(changed(remark="综合服务类"), title="Sheet1"), COLUMNS, CATEGORIES)
    unknown = read_roster(a_book(PERSON, title="Sheet1"), COLUMNS, CATEGORIES)

    assert known.rows[0].category == "综合服务类"
    assert messages(unknown) == [
        "“Sheet1”第 4 行“备注”：看不出申报类别。请把工作表命名为类别名称，或在备注写明类别名称。"
    ]


def test_wrong_heading_is_named():
    header = [*HEADINGS]
    header[3] = "生日"

    result = read_roster(a_book(PERSON, header=header), COLUMNS, CATEGORIES)

    assert messages(result) == [
        "“生产管理类”第 3 行：第 4 列应为“出生年月”，现在是“生日”。表头须依次为："
        "序号、姓名、性别、出生年月、政治面貌、工作单位及职务、联系电话、身份证号、备注。"
    ]


def test_file_without_people_is_refused():
    with pytest.raises(Invalid, match="文件里没有人员"):
        read_roster(a_book(), COLUMNS, CATEGORIES)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", a_book(PERSON)[:3000]], ids=["empty", "magic", "cut"])
def test_file_that_is_no_workbook_is_refused(data):
    with pytest.raises(Invalid, match="不是完好的 Excel 文件"):
        read_roster(data, COLUMNS, CATEGORIES)


def test_damaged_workbook_is_refused_in_words():
    good = a_book(PERSON)

    for place in range(0, len(good), 211):
        broken = good[:place] + bytes([good[place] ^ 0x5A]) + good[place + 1 :]
        try:
            read_roster(broken, COLUMNS, CATEGORIES)
        except Invalid as refusal:
            assert refusal.message.endswith("。")  # noqa: PT017 - some damage does no harm


def test_ten_thousand_people_are_read_in_time():
    rows = [changed(number=f"3204001995{n:08d}") for n in range(10_001)]
    data = a_book(*rows)
    began = time.process_time()

    result = read_roster(data, COLUMNS, CATEGORIES)

    assert time.process_time() - began < 30 * PATIENCE
    assert len(result.rows) == 10_000
    assert messages(result) == ["“生产管理类”第 10004 行：人数超过一次导入的上限 10000 人，请分成几个文件。"]
