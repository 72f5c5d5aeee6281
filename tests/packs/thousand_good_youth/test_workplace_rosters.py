"""The 汇总表 of one workplace: printed and stamped by itself, before the district prints its own."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, NotFound
from service.models import Unit
from service.programmes.paper import batches, rosters, scans, workplace_rosters
from service.workflow.context import Context
from tests.packs.thousand_good_youth.living import ORGANISER, hand_in
from tests.programmes.story import Story

PDF = b"%PDF-1.4\nstamped\n%%EOF"


def unit(ctx: Context, code: str) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == code)).one()


def print_own(story: Story, login: str, code: str = "sxjg-01") -> list[list[object]]:
    """Return the rows of a workplace's roster as somebody prints it."""
    with story.acting(login) as ctx:
        data = rosters.print_roster(ctx, story.entry(ctx), unit(ctx, code))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def names(rows: list[list[object]]) -> list[object]:
    return [row[1] for row in rows if isinstance(row[0], int) or str(row[0]).isdigit()]


def test_a_workplace_prints_its_own_rows_and_no_others(period_2021: Story) -> None:
    mine = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    hand_in(period_2021, "sxjg-02", "organ")

    rows = print_own(period_2021, "sxjg-01-tuan")

    assert names(rows) == [period_2021.read(mine).name]
    with period_2021.wiring.reading() as ctx:
        assert f"单位：{unit(ctx, 'sxjg-01').name}（盖章）" in [cell for row in rows for cell in row]
        assert rosters.list_handed_in(ctx, period_2021.entry(ctx), unit(ctx, "sxjg")) != [mine]


def test_the_stamped_scan_is_bound_to_the_words_and_read_by_the_district(period_2021: Story) -> None:
    nominee = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    print_own(period_2021, "sxjg-01-tuan")
    with period_2021.acting("sxjg-01-tuan") as ctx:
        entry, here = period_2021.entry(ctx), unit(ctx, "sxjg-01")
        [version] = rosters.list_versions(ctx, entry, here)
        scans.attach(ctx, version, "盖章.pdf", PDF)
        printed = version.printed.id

    with period_2021.acting("sxjg") as ctx:
        assert [place.code for place in workplace_rosters.list_printed(ctx, period_2021.entry(ctx))] == [
            "sxjg-01"
        ]
        [seen] = rosters.list_versions(ctx, period_2021.entry(ctx), unit(ctx, "sxjg-01"))
        assert (seen.is_current, scans.read(ctx, seen.scans[0])) == (True, PDF)
    with period_2021.acting("sxjg-02-tuan") as ctx, pytest.raises(NotFound):
        scans.get_printed(ctx, printed)

    period_2021.complete(nominee, "workplace_opinion", "return", text="请补充。")
    period_2021.hand_in(nominee, name="演示-改名", by="sxjg-01-tuan", category="organ")
    with period_2021.acting("sxjg-01-tuan") as ctx:
        entry, here = period_2021.entry(ctx), unit(ctx, "sxjg-01")
        [kept] = rosters.list_versions(ctx, entry, here)
        with pytest.raises(Conflict, match="内容已有变动"):
            scans.attach(ctx, kept, "盖章.pdf", PDF)


def test_the_sets_of_organiser_and_district_have_the_stamped_rosters_of_workplaces(
    period_2021: Story,
) -> None:
    hand_in(period_2021, "sxjg-01", "organ")
    print_own(period_2021, "sxjg-01-tuan")
    with period_2021.acting("sxjg-01-tuan") as ctx:
        entry, here = period_2021.entry(ctx), unit(ctx, "sxjg-01")
        [version] = rosters.list_versions(ctx, entry, here)
        scans.attach(ctx, version, "盖章.pdf", PDF)
        name = f"盖章扫描件/附件1 “好青年”候选人汇总表 {here.name} {version.code}.pdf"

    found = {}
    for login, code in ((ORGANISER, None), ("sxjg", "sxjg"), (ORGANISER, "sxgz")):
        with period_2021.acting(login) as ctx:
            of_whom = unit(ctx, code) if code else None
            with batches.make_batch(ctx, period_2021.entry(ctx), of_whom) as batch:
                package = zipfile.ZipFile(batch)
                inside = [one for one in package.namelist() if one.startswith("盖章扫描件/")]
                found[code] = {one: package.read(one) for one in inside}

    assert found == {None: {name: PDF}, "sxjg": {name: PDF}, "sxgz": {}}


def test_another_workplace_gets_no_roster_of_it(period_2021: Story) -> None:
    period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")

    with pytest.raises(Forbidden):
        print_own(period_2021, "sxjg-02-tuan")


def test_what_is_the_districts_own_is_not_printed_by_a_workplace(period_2021: Story) -> None:
    with period_2021.acting("sxjg-01-tuan") as ctx:
        entry, here = period_2021.entry(ctx), unit(ctx, "sxjg-01")

        with pytest.raises(Conflict, match="所在单位不单独导出"):
            rosters.print_roster(ctx, entry, here, key="new_sector_roster")
        with pytest.raises(Conflict, match="所在单位不单独导出"):
            batches.make_batch(ctx, entry, here)


def test_every_printed_roster_is_listed_and_found_by_the_name_of_its_workplace(period_2021: Story) -> None:
    codes = ["sxjg-01", "sxjg-02", "sxgz-1-2"]
    for code in codes[:2]:
        period_2021.nominate(code, "organ", by=f"{code}-tuan")
        print_own(period_2021, f"{code}-tuan", code)
    period_2021.nominate(codes[2], "enterprise", source="self", by="houxuanren")
    print_own(period_2021, ORGANISER, codes[2])

    def seen(login: str, words: str = "") -> list[str]:
        with period_2021.acting(login) as ctx:
            found = workplace_rosters.list_printed(ctx, period_2021.entry(ctx), words)
            return sorted(place.code for place in found)

    with period_2021.wiring.reading() as ctx:
        name = unit(ctx, "sxjg-02").name
    assert seen(ORGANISER) == ["sxgz-1-2", "sxjg-01", "sxjg-02"]
    assert (seen(ORGANISER, name), seen(ORGANISER, "%")) == (["sxjg-02"], [])
    assert (seen("sxjg"), seen("sxjg-01-tuan")) == (codes[:2], [])
