"""N64, X09: why a unit nominates more than suggested is read on the roster, whose annex has no 备注."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import docx
import openpyxl

from service.documents.roster_import import read_roster
from service.programmes.pack.columns import columns_of
from service.programmes.paper import rosters
from service.programmes.privacy import disclosures
from tests.packs.thousand_good_youth.living import ORGANISER, hand_in
from tests.programmes.story import Story


def print_roster(story: Story, form: str) -> io.BytesIO:
    with story.acting(ORGANISER) as ctx:
        return io.BytesIO(rosters.print_roster(ctx, story.entry(ctx), None, form=form))


def watermark(story: Story) -> str:
    with story.acting(ORGANISER) as ctx:
        return disclosures.write_watermark(ctx, story.entry(ctx), None)


def record_form(story: Story) -> Mapping[str, Any]:
    return story.pack.forms[story.pack.programme.record_form]


def test_x09_reason_stands_below_the_table_in_both_formats(period_2021: Story) -> None:
    nominee = hand_in(period_2021, "sxjg-01", "organ")
    columns = columns_of(rosters.find_roster(period_2021.pack), record_form(period_2021))
    note = f"注：1. {period_2021.read(nominee).name}：超额推荐：尚未报送人数。"

    rows = list(openpyxl.load_workbook(print_roster(period_2021, "xlsx")).worksheets[0].values)
    word = docx.Document(print_roster(period_2021, "docx"))

    assert [row[0] for row in rows[3:]] == [1, note, None, watermark(period_2021)]
    assert [p.text for p in word.paragraphs if p.text.startswith("注")] == [note]
    assert len(word.tables[0].rows) == 2
    again = read_roster(print_roster(period_2021, "xlsx").getvalue(), columns, ["机关"])
    assert ([row.row for row in again.rows], again.problems) == ([4], ())
