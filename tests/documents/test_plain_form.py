from __future__ import annotations

import io
from datetime import date

import docx

from service.documents.plain_form import make_plain_form
from service.documents.records import FormRecord, OpinionRecord


def test_plain_form_has_a_row_an_answer_and_an_opinion():
    record = FormRecord(
        fields={"name": "陈示范", "honours": "", "deeds": "一\n二"},
        opinions={1: OpinionRecord(heading="单位意见", text="同意。", signer="王示意", day=date(2024, 3, 1))},
        places=9,
    )

    data = make_plain_form("候选人信息", record, {"name": "姓名", "honours": "荣誉", "deeds": "事迹"})

    document = docx.Document(io.BytesIO(data))
    assert document.paragraphs[0].text == "候选人信息"
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["姓名", "陈示范"],
        ["事迹", "一\n二"],
        ["单位意见", "同意。\n签字：王示意\n（盖 章）\n2024年3月1日"],
    ]
    assert [round(column.width.mm) for column in document.tables[0].columns] == [40, 116]
