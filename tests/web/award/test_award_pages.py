"""The register of titles and one title, as their readers see and use them."""

from __future__ import annotations

import io
from collections.abc import Callable

from openpyxl import load_workbook
from sqlalchemy import Engine, select

from service.models import AwardStatus, HistoryEvent, Unit
from service.programmes.award import awards
from service.programmes.award.register import Filter
from service.web.award.register import read_filter
from service.wire import Runtime
from service.workflow.context import Context
from tests.web.award.conftest import award, id_of
from tests.web.browser import Browser, count_statements

Browse = Callable[..., Browser]

REASON = "经核实，所填荣誉不实。"
ENTRY = {"track": "publicity", "item": "人物访谈报道", "day": "2024-03-14", "text": "日报刊发人物访谈。"}
ASKED = {"receiver": "市人才办", "purpose": "人才库入库"}


def test_register_shows_titles_of_ones_own_units_only(browse: Browse, granted: list[int]) -> None:
    assert "共 3 个称号" in browse("liyang").get("/awards").text
    assert "名册里还没有称号" in browse("wujin").get("/awards").text


def test_register_is_narrowed(browse: Browse, granted: list[int], ctx: Context) -> None:
    name = award(ctx, granted[1]).name

    assert "共 1 个称号" in browse("shiwei").get(f"/awards?text={award(ctx, granted[1]).number}").text
    assert name in browse("shiwei").get("/awards?programme=changzhou-good-youth&year=2024&unit=liyang").text
    for nothing in ("year=2023", "status=annulled", "unit=wujin", "programme=other", "category=none"):
        assert "没有符合条件的称号" in browse("shiwei").get(f"/awards?{nothing}").text
    assert browse("shiwei").get("/awards?year=x&before=x&round=99999999999999999999").status == 200


def test_year_no_database_column_holds_narrows_nothing() -> None:
    assert read_filter({"year": str(2**48 - 1)}) == Filter()
    assert read_filter({"year": "2024"}) == Filter(year=2024)


def test_register_costs_the_same_however_many_it_shows(
    browse: Browse, granted: list[int], service: Runtime
) -> None:
    browser = browse("shiwei")
    browser.get("/awards")
    assert _statements(service.engine, browser, "/awards?year=2024") == _statements(
        service.engine, browser, f"/awards?before={granted[1]}&year=2024"
    )


def _statements(engine: Engine, browser: Browser, path: str) -> int:
    with count_statements(engine) as statements:
        browser.get(path)
    return len(statements)


def test_register_is_exported_without_formulas_and_noted(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    answer = browse("liyang").post("/awards/export.xlsx", ASKED).response

    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    cells = [sheet.cell(row, 2) for row in (4, 5, 6)]
    assert (cells[0].value, cells[0].data_type) == ("=SUM(A1:A9)", "s")
    noted = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.stream == "exports")).one()
    assert (noted.details["paper"], noted.details["receiver"]) == ("register", "市人才办")


def test_export_without_receiver_says_so(browse: Browse, granted: list[int]) -> None:
    page = browse("liyang").post("/awards/export.xlsx", {"purpose": "人才库入库"})

    assert (page.status, "请写明交给谁使用" in page.text) == (422, True)


def test_a_title_whose_period_is_over_says_so_and_is_found(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    lapsed = award(ctx, granted[0])
    awards.set_status(ctx, lapsed, AwardStatus.LAPSED, "本期选培期满（三年一期）")
    ctx.session.commit()

    verified = browse().get(f"/public/certificates/{lapsed.code}").text
    assert ("已期满" in verified, "仍记在名册里" in verified, "有效" in verified) == (True, True, False)
    assert "共 1 个称号" in browse("shiwei").get("/awards?status=lapsed").text
    assert "共 3 个称号" in browse("shiwei").get("/awards?status=held").text


def test_annulled_title_says_so_everywhere(browse: Browse, granted: list[int], ctx: Context) -> None:
    code = award(ctx, granted[0]).code
    page = browse("shiwei").post(f"/awards/{granted[0]}/annul", {"reason": REASON})

    assert page.status == 302
    assert REASON in browse("liyang").get(f"/awards/{granted[0]}").text
    verified = browse().get(f"/public/certificates/{code}")
    assert ("已撤销" in verified.text, REASON in verified.text) == (True, False)
    assert "称号状态变更" in browse("shiwei").get(f"/awards/{granted[0]}").text

    assert browse("shiwei").post(f"/awards/{granted[0]}/restore", {"reason": "撤销有误。"}).status == 302
    assert "已撤销" not in browse().get(f"/public/certificates/{code}").text
    ctx.session.rollback()  # what it read before the pages wrote
    kinds = [event.details["after"] for event in _history(ctx, granted[0])]
    assert kinds == [AwardStatus.ANNULLED, AwardStatus.VALID]


def _history(ctx: Context, award_id: int) -> list[HistoryEvent]:
    query = select(HistoryEvent).where(HistoryEvent.stream == f"award:{award_id}")
    return list(ctx.session.scalars(query.order_by(HistoryEvent.seq)))


def test_annulment_needs_a_reason_and_comes_once(browse: Browse, granted: list[int]) -> None:
    browser, path = browse("shiwei"), f"/awards/{granted[0]}/annul"

    refused = browser.post(path, {"reason": " "})
    assert (refused.status, "请填写撤销称号的原因" in refused.text) == (422, True)
    browser.post(path, {"reason": REASON})
    assert browser.post(path, {"reason": REASON}).status == 409


def test_certificate_is_verified_by_its_code_alone(browse: Browse, granted: list[int], ctx: Context) -> None:
    found = award(ctx, granted[1])

    page = browse().post("/public/certificates", {"code": f" {found.code.upper()} "})

    assert page.response.location.endswith(f"/public/certificates/{found.code}")
    assert found.name in browse().get(f"/public/certificates/{found.code}").text
    for wrong in (found.number, "0" * 16):
        missing = browse().post("/public/certificates", {"code": wrong})
        assert (missing.status, "没有这个验证码" in missing.text) == (404, True)


def test_holder_sees_his_own_title_and_no_other(browse: Browse, granted: list[int], service: Runtime) -> None:
    with service.wiring.transaction() as ctx:
        from_account = awards.get_visible(ctx, granted[0])
        from_account.holder_id = id_of(ctx, "xiaoming")

    assert browse("xiaoming").get(f"/awards/{granted[0]}").status == 200
    assert browse("xiaoming").get(f"/awards/{granted[1]}").status == 404
    assert "共 1 个称号" in browse("xiaoming").get("/awards").text


def test_holder_moves_to_another_unit_that_follows_up_then(
    browse: Browse, granted: list[int], ctx: Context
) -> None:
    path = f"/awards/{granted[0]}"
    other = "wujin"

    page = browse("shiwei").post(f"{path}/move", {"unit": other, "reason": "调动。"})

    assert page.status == 302
    assert award(ctx, granted[0]).unit.code == other
    assert "授予时所在单位" in browse("wujin").get(path).text
    assert browse("shiwei").post(f"{path}/move", {"unit": "nowhere", "reason": "调动。"}).status == 422


def test_holder_moves_to_no_unit_outside_the_organisers_own(
    browse: Browse, granted: list[int], service: Runtime
) -> None:
    with service.wiring.transaction() as ctx:
        ctx.session.add(Unit(code="elsewhere", name="外市某公司", level="单位", path="/elsewhere/"))

    page = browse("shiwei").post(f"/awards/{granted[0]}/move", {"unit": "elsewhere", "reason": "调动。"})

    assert (page.status, "请从列表中选择" in page.text) == (409, True)
