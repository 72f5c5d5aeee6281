"""The roster of notice 003 imported: each bad cell named, all rows or the good ones on request."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from service.models import Draft, Nomination, Round, Unit
from service.programmes.account import pack_units
from service.programmes.demo import demonstration
from service.programmes.demo.demo_file import read_demo
from service.programmes.nomination import roster_import
from service.programmes.nomination.claims import NominatedTwice
from service.programmes.nomination.roster_import import Preview
from service.programmes.pack.packs import Pack
from service.programmes.paper import rosters
from service.programmes.round import rounds
from service.programmes.rule import identity_number
from service.workflow.context import Context
from tests.programmes.story import Story
from tests.web.browser import count_statements

THOUSAND = "thousand-good-youth"


@pytest.fixture
def recommender(round_2024: Story, packs: Mapping[str, Pack]) -> Iterator[Context]:
    """The recommender of a round of the thousand, beside that of 2024."""
    pack = packs[THOUSAND]
    with round_2024.wiring.transaction() as ctx:
        demonstration.create_accounts(ctx, read_demo(pack.demo), pack_units.load(ctx, pack.units))
        rounds.open_round(ctx, pack, year=2024)
    with round_2024.acting("guozi") as ctx:
        yield ctx


def entry_of(ctx: Context) -> Round:
    return ctx.session.scalars(select(Round).where(Round.programme == THOUSAND)).one()


def workplace_of(ctx: Context) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == "sxgz-1-2")).one()


def a_row(ctx: Context, number: int, **changes: str) -> list[str]:
    row = {
        "number": str(number),
        "name": "陈示范",
        "id_number": identity_number.make("330600", date(1995, 8, number), 11),
        "education": "大学本科",
        "political_status": "群众",
        "phone": f"0000-000000{number}",
        "post": f"{workplace_of(ctx).name}技术员",
    }
    return list({**row, **changes}.values())


def filled_in(ctx: Context, *rows: list[str]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(rosters.print_roster_template(ctx, entry_of(ctx))))
    for place, row in enumerate(rows, start=4):
        for column, text in enumerate(row, start=1):
            book.worksheets[0].cell(place, column).value = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def look(ctx: Context, *rows: list[str], category: str = "enterprise") -> Preview:
    units = [workplace_of(ctx)]
    return roster_import.preview(ctx, entry_of(ctx), filled_in(ctx, *rows), units, None, category)


def test_a_roster_fills_the_forms_with_what_follows_from_the_identity_number(recommender: Context) -> None:
    found = look(recommender, a_row(recommender, 1), a_row(recommender, 2, name="李示例"))

    number = roster_import.nominate(recommender, entry_of(recommender), found.rows)

    recommender.session.flush()
    drafts = recommender.session.scalars(select(Draft).order_by(Draft.user_task_id)).all()
    names = recommender.session.scalars(select(Nomination.name).order_by(Nomination.id)).all()
    assert (found.problems, number, names) == ([], 2, ["陈示范", "李示例"])
    assert {key: drafts[0].answers[key] for key in ("education", "political_status", "category")} == {
        "education": "大学本科",
        "political_status": "群众",
        "category": "enterprise",
    }


def test_importing_six_asks_no_more_than_importing_two(recommender: Context) -> None:
    entry = entry_of(recommender)
    counts = []
    for days in ((1, 2), (3, 4, 5, 6, 7, 8)):
        rows = look(recommender, *(a_row(recommender, day) for day in days)).rows
        with count_statements(recommender.session.get_bind()) as seen:
            assert roster_import.nominate(recommender, entry, rows) == len(days)
            recommender.session.flush()
        counts.append(len([one for one in seen if one.startswith("SELECT")]))

    assert counts[1] <= counts[0]


def test_one_who_stands_twice_in_what_is_imported_is_refused(recommender: Context) -> None:
    [row] = look(recommender, a_row(recommender, 1)).rows

    with pytest.raises(NominatedTwice, match="请两家单位协商"):
        roster_import.nominate(recommender, entry_of(recommender), [row, row])


def test_each_bad_cell_is_named_and_the_good_rows_may_be_taken(recommender: Context) -> None:
    found = look(
        recommender,
        a_row(recommender, 1),
        a_row(recommender, 2, id_number="330600199508020012", phone="12", education=""),
        a_row(recommender, 3, post="别处科员"),
    )

    assert [(problem.row, problem.column) for problem in found.problems] == [
        (5, "身份证号"),
        (5, "学历学位"),
        (5, "联系电话"),
        (6, "单位职务、岗位（技术职称、技能职级）"),
    ]
    assert [row.number for row in found.rows] == [4]
    assert roster_import.nominate(recommender, entry_of(recommender), found.rows) == 1


def test_a_category_nobody_tells_is_asked_for(recommender: Context) -> None:
    found = look(recommender, a_row(recommender, 1), category="")

    assert found.rows == []
    assert [problem.message for problem in found.problems] == [
        "看不出申报类别。请把工作表命名为类别名称，或在导入时选择类别。"
    ]
