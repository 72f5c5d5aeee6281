"""取消资格 of whom the organiser does not file, as an official paper to the unit that recommended him."""

from __future__ import annotations

import io

import docx

from service.models import Nomination
from service.programmes.paper import official
from tests.packs.thousand_good_youth.living import ORGANISER, hand_in
from tests.programmes.story import Story


def test_who_is_not_filed_is_told_to_the_unit_that_recommended_him(period_2021: Story) -> None:
    nominee = hand_in(period_2021, "sxjg-01", "organ")
    period_2021.complete(nominee, "file_nomination", "disqualify", by=ORGANISER, text="所报材料不实。")

    with period_2021.acting(ORGANISER) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        paper = docx.Document(io.BytesIO(official.print_disqualification(ctx, nomination)))
        name, recommender = nomination.name, nomination.recommender.name

    text = [paragraph.text for paragraph in paper.paragraphs]
    assert text[0] == f"关于取消{name}同志“好青年”参选资格的通知"
    assert f"{recommender}：" in text
    assert any("经核实：所报材料不实。" in line for line in text)
