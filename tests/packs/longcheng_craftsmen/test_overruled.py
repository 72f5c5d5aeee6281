"""N43: whom a rule refuses and the organiser lets in is explained inside; the notice knows no 破格."""

from __future__ import annotations

import io

import pytest
from docx import Document

from service.errors import Invalid
from service.models import Nomination, NoticeKind
from service.programmes.demo.demo_file import read_demo
from service.programmes.nomination import exceptions, searches
from service.programmes.paper import forms, review_papers
from service.programmes.paper.answers import remark_of
from service.programmes.publication import notices
from tests.programmes.review.panel_story import ORGANISER, PanelStory

WHY = "另有一年在外地一线工作，社保记录可证。"
OVERRULING = f"主办单位裁定符合条件（不足5年：通知要求“具有 5 年以上一线生产现场工作经历”）：{WHY}"


def to_form_check(panel: PanelStory) -> int:
    """Apply for somebody with four years at the front line, whom the recommender lets go on."""
    answers = dict(read_demo(panel.pack.demo).answers) | {"frontline_years": 4}
    applied = panel.nominate("liyang-1", "craftsman", by="liyang-1-gonghui", answers=answers)
    panel.complete(applied, "confirm_ineligible", "overrule", reason="本单位认为优秀。")
    panel.carry(applied, "form_check")
    return applied


def pass_form_check(panel: PanelStory, applied: int, **answers: object) -> None:
    ticks = {"sound": True, "employed": True, "portrait": True}
    panel.complete(applied, "form_check", "pass", ruling="eligible", **ticks, **answers)


def words_of(data: bytes) -> str:
    """Return all that the tables of a Word file say."""
    tables = Document(io.BytesIO(data)).tables
    return "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)


def test_n43_overruling_is_kept_in_the_rules_words_and_is_no_exception(panel: PanelStory) -> None:
    applied = to_form_check(panel)

    with pytest.raises(Invalid) as refused:
        pass_form_check(panel, applied)
    pass_form_check(panel, applied, reason=WHY)

    found = panel.read(applied)
    with panel.acting(ORGANISER) as ctx:
        counted = exceptions.count_by_recommender(ctx, panel.entry(ctx))
        listed = searches.count(ctx, panel.entry(ctx), searches.Filter(is_exception=True))
    assert list(refused.value.fields) == ["reason"]
    assert (found.exception_reason, found.overruling) == ("", OVERRULING)
    assert remark_of(found).split("；说明：")[0] == f"裁定说明：{OVERRULING}"
    assert (sum(counted.values()), listed) == (0, 0)


def test_n43_overruling_is_never_on_a_published_list(panel: PanelStory) -> None:
    applied = to_form_check(panel)
    pass_form_check(panel, applied, reason=WHY)

    with panel.acting(ORGANISER) as ctx:
        person = ctx.session.get_one(Nomination, applied)
        kinds = (NoticeKind.CANDIDATES, NoticeKind.LOCAL, NoticeKind.AWARDS)
        published = [notices.open_window(ctx, panel.entry(ctx), kind, "公示", [person]) for kind in kinds]
        rows = [p for one in published for c in one.snapshot["categories"] for p in c["people"]]

    assert [row["exception_reason"] for row in rows] == ["", "", ""]
    assert "裁定" not in str(rows)
    assert WHY not in str(rows)


def test_n43_overruling_is_printed_on_the_papers_inside(panel: PanelStory) -> None:
    applied = to_form_check(panel)
    pass_form_check(panel, applied, reason=WHY)

    with panel.acting(ORGANISER) as ctx:
        entry, person = panel.entry(ctx), ctx.session.get_one(Nomination, applied)
        application = words_of(forms.print_form(ctx, person, "recommendation"))
        checked = words_of(review_papers.print_paper(ctx, entry, "form_check_result"))

    assert f"裁定说明：{OVERRULING}" in application
    assert checked.splitlines()[-1] == OVERRULING
    assert "破格" not in application + checked
