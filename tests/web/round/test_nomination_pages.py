from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from service.models import Draft, HistoryEvent, Nomination, Unit
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.browser import Browser, Page, count_statements

Browse = Callable[..., Browser]


def with_check_digit(first17: str) -> str:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(digit) * weight for digit, weight in zip(first17, weights, strict=True))
    return first17 + "10X98765432"[total % 11]


def roster(browser: Browser, *rows: list[str], sheet: int = 0) -> bytes:
    """An empty annex 3 as downloaded, with rows written into one sheet."""
    book = load_workbook(io.BytesIO(browser.client.get("/rounds/1/papers/template.xlsx").data))
    page = book.worksheets[sheet]
    for number, row in enumerate(rows, start=4):
        for column, value in enumerate(row, start=1):
            page.cell(number, column).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(browser: Browser, data: bytes, unit: str = "") -> Page:
    form = {"round": "1", "unit": unit, "file": (io.BytesIO(data), "roster.xlsx")}
    return browser.post("/nominations/import", form, content_type="multipart/form-data")


@pytest.fixture
def workplace(ctx: Context) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == "liyang-qingfeng")).one()


@pytest.fixture
def person(workplace: Unit) -> list[str]:
    number = with_check_digit("32040019950301001")
    return ["1", "何安", "男", "1995-03", "群众", f"{workplace.name}工人", "13800000000", number, ""]


@pytest.mark.parametrize(
    ("login", "seen", "other"),
    [
        ("shiwei", 200, 200),
        ("admin", 200, 200),
        ("liyang", 200, 404),
        ("tuanzhibu", 200, 404),
        ("dangzhibu", 200, 404),
        ("wujin", 404, 200),
        ("xiaoming", 404, 404),
        ("gongan", 404, 404),
    ],
)
def test_a_nomination_is_shown_to_its_own_chain_only(
    browse: Browse, login: str, seen: int, other: int
) -> None:
    browser = browse(login)

    assert (browser.get("/nominations/1").status, browser.get("/nominations/12").status) == (seen, other)


def test_the_list_is_filtered_and_names_only_what_one_may_see(browse: Browse) -> None:
    browser = browse("liyang")

    assert "共 8 份" in browser.get("/nominations").text
    assert "共 3 份" in browser.get("/nominations?status=drafting").text
    assert "没有符合条件的申报" in browser.get("/nominations?text=没有这个人").text
    assert browser.get("/nominations?status=nonsense&page=x").status == 200


def test_the_list_costs_the_same_for_three_rows_and_for_twelve(browse: Browse, service: Runtime) -> None:
    browser = browse("shiwei")
    browser.get("/nominations")
    with count_statements(service.engine) as few:
        browser.get("/nominations?status=drafting")

    with count_statements(service.engine) as many:
        browser.get("/nominations")

    assert len(many) == len(few) <= 16


def test_the_page_of_a_nomination_masks_numbers(browse: Browse, ctx: Context) -> None:
    nomination = ctx.session.get_one(Nomination, 12)

    page = browse("shiwei").get("/nominations/12")

    assert nomination.id_number
    assert nomination.id_number not in page.html
    assert nomination.phone
    assert nomination.phone not in page.html
    assert f"320400********{nomination.id_number[-4:]}" in page.html
    assert "公安协查" in page.text


def test_a_unit_begins_a_nomination_and_goes_on_to_its_form(browse: Browse, workplace: Unit) -> None:
    browser = browse("tuanzhibu")
    data = {"round": "1", "unit": str(workplace.id), "name": "何安", "category": "work_safety"}

    page = browser.post("/nominations/new", data)

    assert page.status == 302
    assert "何安" in browser.get(page.location).text
    assert page.location.startswith("/tasks/")


def test_a_nominee_puts_himself_forward(browse: Browse, ctx: Context) -> None:
    browser = browse("xiaoming")

    page = browser.post("/nominations/new", {"round": "1", "source": "self", "category": "work_safety"})

    assert page.location.startswith("/tasks/")
    newest = ctx.session.scalars(select(Nomination).order_by(Nomination.id.desc())).first()
    assert newest is not None
    assert (newest.source, newest.name, newest.unit.code) == ("self", "演示-申报人", "liyang-qingfeng")


@pytest.mark.parametrize(
    ("login", "change", "status"),
    [
        ("tuanzhibu", {"name": ""}, 422),
        ("tuanzhibu", {"unit": "9999"}, 422),
        ("tuanzhibu", {"category": ""}, 422),
        ("wujin", {}, 403),
        ("gongan", {}, 403),
        ("tuanzhibu", {"source": "self"}, 403),
    ],
)
def test_a_nomination_that_may_not_begin_is_refused(
    browse: Browse, workplace: Unit, ctx: Context, login: str, change: dict[str, str], status: int
) -> None:
    data = {"round": "1", "unit": str(workplace.id), "name": "何安", "category": "work_safety", **change}

    page = browse(login).post("/nominations/new", data)

    assert page.status == status
    assert ctx.session.scalar(select(func.count(Nomination.id))) == 12


def test_nothing_begins_after_the_deadline(browse: Browse, workplace: Unit, service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.get_one(Nomination, 1).round.stage = "qualification"  # type: ignore[assignment]
    data = {"round": "1", "unit": str(workplace.id), "name": "何安", "category": "work_safety"}

    page = browse("tuanzhibu").post("/nominations/new", data)

    assert page.status == 409
    assert "申报已经截止" in page.text


def test_a_roster_is_checked_and_then_imported(
    browse: Browse, workplace: Unit, person: list[str], ctx: Context
) -> None:
    browser = browse("liyang")

    preview = send(browser, roster(browser, person))
    sealed = preview.all(r'name="sealed" value="([^"]+)"')[0]
    before = ctx.session.scalar(select(func.count(Nomination.id)))
    ctx.session.rollback()
    done = browser.post("/nominations/import/confirm", {"round": "1", "sealed": sealed})

    assert (preview.status, before, done.status) == (200, 12, 302)
    assert person[7] not in preview.html
    newest = ctx.session.scalars(select(Nomination).order_by(Nomination.id.desc())).first()
    draft = ctx.session.scalars(select(Draft).order_by(Draft.saved_at.desc())).first()
    assert newest is not None
    assert draft is not None
    assert (newest.name, newest.unit_id, newest.category) == ("何安", workplace.id, "production_management")
    assert draft.answers["id_number"] == person[7]


def test_a_wrong_cell_is_named_and_nothing_imported(browse: Browse, person: list[str], ctx: Context) -> None:
    browser = browse("liyang")
    wrong = [*person]
    wrong[7] = person[7][:-1] + ("0" if person[7][-1] != "0" else "1")

    page = send(browser, roster(browser, person, wrong))

    assert "现在什么都没有导入" in page.text
    assert re.search(r"生产管理类 5 身份证号", page.text)
    assert "只导入这 1 人" in page.text
    assert ctx.session.scalar(select(func.count(Nomination.id))) == 12


def test_every_bad_cell_of_a_long_roster_is_named(browse: Browse, person: list[str]) -> None:
    browser = browse("liyang")
    wrong = [[*person[:6], f"1380000{number:04}x", f"3204{number:04}"] for number in range(250)]

    page = send(browser, roster(browser, *wrong))

    cells = re.findall(r'data-label="行">(\d+)</td><td data-label="列">([^<]+)<', page.html)
    assert set(cells) == {(str(4 + n), column) for n in range(250) for column in ("联系电话", "身份证号")}
    assert f"有 {len(cells)} 处需要改正" in page.text
    assert [*page.all(r"<summary[^>]*>([^<]+)<")][-1] == f"第 401–{len(cells)} 处"
    assert page.html.count("<details") - page.html.count(" open>") == 4


def test_everybody_of_a_long_roster_is_listed(browse: Browse, person: list[str]) -> None:
    browser = browse("liyang")
    men = [f"3204001995030{day}{number}" for day in range(1, 10) for number in range(101, 151, 2)]
    people = [[*person[:7], with_check_digit(digits), ""] for digits in men]

    page = send(browser, roster(browser, *people))

    assert page.html.count('<td class="title">何安</td>') == len(people) == 225
    assert page.all(r"<summary[^>]*>([^<]+)<") == ["第 1–100 人", "第 101–200 人", "第 201–225 人"]


def test_a_person_already_nominated_is_named_with_both_units(
    browse: Browse, person: list[str], ctx: Context
) -> None:
    browser = browse("liyang")
    sealed = send(browser, roster(browser, person)).all(r'name="sealed" value="([^"]+)"')[0]
    browser.post("/nominations/import/confirm", {"round": "1", "sealed": sealed})
    ctx.session.rollback()  # to see what the page wrote

    again = send(browser, roster(browser, person))
    late = browser.post("/nominations/import/confirm", {"round": "1", "sealed": sealed})

    assert "该同志已由" in again.text
    assert late.status == 409
    ctx.session.rollback()  # what it read before is a snapshot from before the import
    assert ctx.session.scalar(select(func.count(Nomination.id))) == 13


def test_a_preview_belongs_to_who_made_it(browse: Browse, person: list[str]) -> None:
    browser = browse("liyang")
    sealed = send(browser, roster(browser, person)).all(r'name="sealed" value="([^"]+)"')[0]

    for other, text in (("shiwei", sealed), ("liyang", "nonsense"), ("liyang", sealed[:-8])):
        page = browse(other).post("/nominations/import/confirm", {"round": "1", "sealed": text})
        assert page.status == 422
        assert "预览已失效" in page.text


def test_a_file_that_is_no_roster_is_refused(browse: Browse) -> None:
    page = send(browse("liyang"), b"not a spreadsheet")

    assert page.status == 422
    assert "不是完好的 Excel 文件" in page.text


def test_papers_are_given_and_their_export_is_noted(browse: Browse, ctx: Context) -> None:
    browser = browse("shiwei")
    data = {"receiver": "市人社局", "purpose": "资格审查"}

    paper = browser.post("/nominations/12/papers/recommendation.docx", data)
    sheets = browser.post("/rounds/1/papers/roster.xlsx", {**data, "unit": ""})

    assert [page.response.data[:2] for page in (paper, sheets)] == [b"PK", b"PK"]
    query = select(HistoryEvent).where(HistoryEvent.stream == "exports").order_by(HistoryEvent.seq)
    events = [(e.details["paper"], e.details["receiver"], e.actor_name) for e in ctx.session.scalars(query)]
    assert events == [
        ("recommendation", "市人社局", "演示-市委青年发展部"),
        ("roster", "市人社局", "演示-市委青年发展部"),
    ]


def numbers_in(page: Page) -> list[str]:
    book = load_workbook(io.BytesIO(page.response.data))
    return [str(row[7].value) for sheet in book for row in sheet.iter_rows(min_row=4) if row[7].value]


def test_identity_numbers_go_out_in_full_to_few(browse: Browse, ctx: Context) -> None:
    wujin = ctx.session.scalars(select(Unit).where(Unit.code == "wujin")).one()
    data = {"receiver": "存档", "purpose": "报送", "unit": str(wujin.id)}

    full = numbers_in(browse("wujin").post("/rounds/1/papers/roster.xlsx", data))
    masked = numbers_in(browse("admin").post("/rounds/1/papers/roster.xlsx", data))

    assert len(full) == len(masked) == 4
    assert not any("*" in number for number in full)
    assert all("********" in number for number in masked)
    for login in ("liyang", "tuanzhibu", "gongan"):
        assert browse(login).post("/rounds/1/papers/roster.xlsx", data).status == 403


def test_an_export_without_purpose_is_refused(browse: Browse) -> None:
    page = browse("shiwei").post("/rounds/1/papers/roster.xlsx", {"receiver": "", "purpose": ""})

    assert page.status == 422
    assert "请写明用途" in page.text


def test_annex_1_and_the_notice_are_given(browse: Browse) -> None:
    browser = browse("liyang")

    assert browser.get("/rounds/1/papers/quotas.xlsx").response.data[:2] == b"PK"
    assert browser.get("/rounds/1/papers/notices/1.docx").status == 404
