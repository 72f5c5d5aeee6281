"""Papers with numbers in full say who took them, when, for whom and what for; masked ones say nothing."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pytest

from service.models import Nomination
from service.programmes.paper import batches, forms, rosters
from service.programmes.privacy.disclosures import Use
from tests.programmes.story import RECOMMENDER, Story

USE = Use(receiver="市人社局", purpose="资格审查")
SAID = "导出：演示-溧阳团委经办（共青团溧阳市委） 2024-03-15 09:00　接收方：市人社局　用途：资格审查"


def head_of(data: bytes) -> str:
    return docx.Document(io.BytesIO(data)).sections[0].header.paragraphs[0].text


def print_all(story: Story, nominee: int, login: str) -> tuple[bytes, bytes, bytes]:
    """Print a form, and the roster in both formats."""
    with story.acting(login) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        entry, unit = story.entry(ctx), nomination.recommender
        word, sheet = (
            rosters.print_roster(ctx, entry, unit, form=kind, use=USE) for kind in ("docx", "xlsx")
        )
        return forms.print_form(ctx, nomination, "recommendation", USE), word, sheet


def test_what_is_in_full_says_who_took_it_and_what_for(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    form, word, sheet = print_all(round_2024, nominee, RECOMMENDER)

    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    rows = [row[0] for row in page.values]
    assert [head_of(form), head_of(word), page.oddHeader.right.text] == [SAID] * 3
    assert rows[-2:] == [None, SAID]
    assert SAID not in rows[:-1]


def test_what_is_masked_says_nothing(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    form, word, sheet = print_all(round_2024, nominee, "admin")

    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    assert (head_of(form), head_of(word), page.oddHeader.right.text) == ("", "", None)
    assert [row[0] for row in page.values][-1] == 1


def test_the_whole_set_says_it_on_every_paper_with_numbers(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with round_2024.acting(RECOMMENDER) as ctx:
        unit = ctx.session.get_one(Nomination, nominee).recommender
        with (
            batches.make_batch(ctx, round_2024.entry(ctx), unit, use=USE) as batch,
            zipfile.ZipFile(batch) as package,
        ):
            heads = [head_of(package.read(name)) for name in package.namelist() if name.endswith(".docx")]

    assert heads == [SAID, SAID]


@pytest.mark.parametrize("words", ["A&B 公司", "&P"])
def test_what_excel_takes_for_a_code_is_written_as_it_is(round_2024: Story, words: str) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with round_2024.acting(RECOMMENDER) as ctx:
        unit = ctx.session.get_one(Nomination, nominee).recommender
        use = Use(receiver=words, purpose="存档")
        sheet = rosters.print_roster(ctx, round_2024.entry(ctx), unit, use=use)

    page = openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0]
    assert f"接收方：{words.replace('&', '&&')}" in page.oddHeader.right.text
