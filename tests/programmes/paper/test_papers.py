"""The papers of a round, read back: forms, rosters in both formats, official papers, the batch."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
import zipfile
from typing import IO

import docx
import openpyxl
import pytest

from service.errors import Conflict, Forbidden, NotFound
from service.models import Nomination, NominationStatus
from service.programmes.nomination import attachments
from service.programmes.paper import batch_parts, batches, exports, forms, official, rosters, scans
from service.programmes.publication import published
from tests.programmes.story import ORGANISER, Story

PDF = b"%PDF-1.4 stamped %%EOF"
ROSTER_HEADINGS = [
    "序号",
    "姓名",
    "性别",
    "出生年月",
    "政治面貌",
    "工作单位及职务",
    "联系电话",
    "身份证号",
    "备注",
]


def handed_in(story: Story) -> int:
    return story.nominate(to="consult_police")


def lines(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def unpack(batch: IO[bytes]) -> zipfile.ZipFile:
    with batch:
        return zipfile.ZipFile(io.BytesIO(batch.read()))


def rows_of(package: zipfile.ZipFile) -> list[dict[str, str]]:
    """What a batch says it holds."""
    return list(csv.DictReader(io.StringIO(package.read(batches.MANIFEST).decode("utf-8-sig"))))


def cells(data: bytes) -> str:
    table = docx.Document(io.BytesIO(data)).tables[0]
    return unicodedata.normalize("NFKC", "|".join(cell.text for row in table.rows for cell in row.cells))


def test_a_form_prints_answers_and_opinions_for_who_may_see_them(round_2024: Story) -> None:
    nominee = handed_in(round_2024)
    number = round_2024.read(nominee).id_number or ""

    with round_2024.acting("tuanzhibu") as ctx:
        full = cells(forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), "recommendation"))
    with round_2024.acting("admin") as ctx:
        masked = cells(forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), "recommendation"))

    assert number in full
    assert number not in masked
    assert f"{number[:6]}********{number[-4:]}" in masked
    assert "生产管理类" in full
    assert full.count("签字:") >= 3
    assert "推荐理由:" in full


@pytest.mark.parametrize("paper", ["roster", "nothing"])
def test_what_is_no_form_is_not_printed_as_one(round_2024: Story, paper: str) -> None:
    nominee = handed_in(round_2024)

    with round_2024.acting("shiwei") as ctx, pytest.raises(NotFound):
        forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), paper)


def test_a_roster_is_the_same_in_both_formats(round_2024: Story) -> None:
    nominee = round_2024.read(handed_in(round_2024))

    with round_2024.acting("liyang") as ctx:
        entry, unit = round_2024.entry(ctx), ctx.session.get_one(Nomination, nominee.id).recommender
        sheet = rosters.print_roster(ctx, entry, unit)
        word = rosters.print_roster(ctx, entry, unit, form="docx")

    rows = [
        ["" if cell is None else str(cell) for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0].values
    ]
    table = docx.Document(io.BytesIO(word)).tables[0]
    assert rows[1][0] == "推荐单位（盖章）：共青团溧阳市委"
    assert rows[2] == ROSTER_HEADINGS
    assert rows[3][1] == nominee.name
    assert rows[3][7] == nominee.id_number
    assert [[cell.text for cell in row.cells] for row in table.rows] == rows[2:4]


def test_the_quota_table_is_the_annex(round_2024: Story) -> None:
    with round_2024.acting("liyang") as ctx:
        data = rosters.print_quotas(ctx, round_2024.entry(ctx))

    rows = list(openpyxl.load_workbook(io.BytesIO(data), data_only=True).worksheets[0].values)
    assert rows[3] == (1, "溧阳市", 10, 10, 10, 10, 10, 20)
    assert rows[10] == (8, "直属企业", 30, 30, 30, 30, 30, 10)
    assert rows[11][2:] == (110,) * 6


def test_official_papers_come_from_the_frozen_lists(round_2024: Story) -> None:
    nominee = round_2024.read(announced(round_2024))

    with round_2024.acting("shiwei") as ctx:
        entry = round_2024.entry(ctx)
        publication, announcement = (
            official.print_notice(ctx, entry, one) for one in published.list_of(ctx, entry)
        )

    assert lines(publication)[0] == "关于常州市“产业振兴好青年”候选人的公示"
    assert any("拟确定1名同志为候选人" in line for line in lines(publication))
    assert any("（5个工作日）" in line for line in lines(publication))
    assert lines(announcement)[0] == "共青团常州市委员会文件"
    assert any("决定授予1名同志“产业振兴好青年”称号" in line for line in lines(announcement))
    for data in (publication, announcement):
        assert nominee.name in cells(data)
        assert (nominee.id_number or "-") not in cells(data)


def test_a_paper_that_is_not_out_yet_is_not_found(round_2024: Story) -> None:
    with round_2024.acting("shiwei") as ctx:
        assert official.list_printable(ctx, round_2024.entry(ctx)) == []
        with pytest.raises(NotFound, match="没有这份公示"):
            published.get(ctx, round_2024.entry(ctx), 1)


def test_who_lost_his_place_is_told_why(round_2024: Story) -> None:
    nominee = handed_in(round_2024)

    with round_2024.acting("shiwei") as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        with pytest.raises(Conflict, match="没有被取消资格"):
            official.print_disqualification(ctx, nomination)
        nomination.status, nomination.status_reason = NominationStatus.CANCELLED, "所填荣誉不实。{name}"
        text = lines(official.print_disqualification(ctx, nomination))

    name = round_2024.read(nominee).name
    assert text[0] == f"关于取消{name}同志“产业振兴好青年”候选人资格的通知"
    assert any("经核实：所填荣誉不实。{name}。" in line for line in text)
    assert "共青团溧阳市委：" in text


def test_the_notice_of_a_lost_place_has_the_day_of_the_decision(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="qualification_review")
    round_2024.complete(
        nominee, "qualification_review", "disqualify", defects=["unsealed"], reason="见附页。"
    )
    decided = round_2024.clock().astimezone(round_2024.pack.programme.zone)
    round_2024.clock.move(days=40)

    with round_2024.acting("shiwei") as ctx:
        text = lines(official.print_disqualification(ctx, ctx.session.get_one(Nomination, nominee)))

    assert f"{decided.year}年{decided.month}月{decided.day}日" in text
    printed = round_2024.clock().astimezone(round_2024.pack.programme.zone)
    assert f"{printed.year}年{printed.month}月{printed.day}日" not in text


def test_a_batch_has_every_paper_and_a_manifest_that_proves_it(round_2024: Story) -> None:
    nominee = round_2024.read(handed_in(round_2024))

    with round_2024.acting("liyang") as ctx:
        unit = ctx.session.get_one(Nomination, nominee.id).recommender
        package = unpack(batches.make_batch(ctx, round_2024.entry(ctx), unit))

    rows = rows_of(package)
    assert [row["文件"] for row in rows] == [
        "附件1 常州市“产业振兴好青年”名额分配表.xlsx",
        "附件3 常州市“产业振兴好青年”汇总表.xlsx",
        "附件3 常州市“产业振兴好青年”汇总表.docx",
        f"附件2 常州市“产业振兴好青年”推荐表/001 {nominee.name}.docx",
    ]
    assert {*package.namelist()} == {*(row["文件"] for row in rows), batches.MANIFEST}
    assert all(hashlib.sha256(package.read(row["文件"])).hexdigest() == row["SHA-256"] for row in rows)
    assert [row["姓名"] for row in rows] == ["", "", "", nominee.name]


@pytest.mark.parametrize("name", ["=1+1", "＝1+1", "@SUM(1)", "-1"])
def test_no_name_in_a_manifest_is_taken_for_a_formula(round_2024: Story, name: str) -> None:
    nominee = handed_in(round_2024)
    with round_2024.acting(ORGANISER) as ctx:
        ctx.session.get_one(Nomination, nominee).name = name
        package = unpack(batches.make_batch(ctx, round_2024.entry(ctx), None))

    assert rows_of(package)[-1]["姓名"] == f"'{name}"


def announced(story: Story) -> int:
    nominee = handed_in(story)
    story.to_notice()
    story.to_announcement()
    return nominee


def test_a_batch_has_the_newest_scan_of_what_still_stands(round_2024: Story) -> None:
    nominee = handed_in(round_2024)

    with round_2024.acting("liyang") as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        forms.print_form(ctx, nomination, "recommendation")
        [version] = forms.list_versions(ctx, nomination)
        for content in (b"first", b"second"):
            pdf = b"%PDF-1.4 " + content + b" %%EOF"
            scans.attach(ctx, version, "盖章.pdf", pdf)
        package = unpack(batches.make_batch(ctx, round_2024.entry(ctx), nomination.recommender))
        name = f"盖章扫描件/001 {nomination.name} {version.code}.pdf"

    assert package.read(name) == b"%PDF-1.4 second %%EOF"


def test_a_batch_has_the_stamped_roster_and_says_that_its_unit_handed_in_more(round_2024: Story) -> None:
    nominee = handed_in(round_2024)

    def pack_up() -> list[str]:
        with round_2024.acting("liyang") as ctx:
            unit = ctx.session.get_one(Nomination, nominee).recommender
            package = unpack(batches.make_batch(ctx, round_2024.entry(ctx), unit))
            return [row["内容"] for row in rows_of(package) if row["文件"].startswith("盖章扫描件/")]

    with round_2024.acting("liyang") as ctx:
        entry, unit = round_2024.entry(ctx), ctx.session.get_one(Nomination, nominee).recommender
        rosters.print_roster(ctx, entry, unit)
        [version] = rosters.list_versions(ctx, entry, unit)
        scans.attach(ctx, version, "盖章.pdf", PDF)
        title = round_2024.pack.programme.papers["roster"].title
    stamped = pack_up()
    handed_in(round_2024)

    assert stamped == [f"盖章扫描件 {title} {version.code}（盖章.pdf）"]
    assert pack_up() == [f"{stamped[0]}；此后本单位报送的内容有变动，须重新盖章"]


def test_a_batch_has_the_notice_to_each_who_lost_his_place(round_2024: Story) -> None:
    handed_in(round_2024)
    lost = round_2024.nominate(to="qualification_review")
    round_2024.complete(lost, "qualification_review", "disqualify", defects=["unsealed"], reason="见附页。")
    name = round_2024.read(lost).name

    with round_2024.acting("liyang") as ctx:
        nomination = ctx.session.get_one(Nomination, lost)
        package = unpack(batches.make_batch(ctx, round_2024.entry(ctx), nomination.recommender))
        alone = official.print_disqualification(ctx, nomination)

    [row] = [row for row in rows_of(package) if row["内容"] == "取消资格通知"]
    assert (row["文件"], row["姓名"]) == (f"取消资格通知/001 {name}.docx", name)
    assert lines(package.read(row["文件"])) == lines(alone)


def test_a_batch_has_the_photos_where_they_are_asked_for(round_2024: Story) -> None:
    nominee = round_2024.read(handed_in(round_2024))

    with round_2024.acting("liyang") as ctx:
        unit = ctx.session.get_one(Nomination, nominee.id).recommender
        files = attachments.list_of(ctx, nominee)
        slots = round_2024.pack.programme.slots
        package = unpack(batches.make_batch(ctx, round_2024.entry(ctx), unit, files=True))

    folder = f"照片和附件/001 {nominee.name}/"
    assert [name for name in package.namelist() if name.startswith(folder)] == [
        f"{folder}{place} {slots[file.slot].name} {file.filename}"
        for place, file in enumerate(files, start=1)
    ]
    [row] = [row for row in rows_of(package) if row["文件"].startswith(f"{folder}1 ")]
    assert (row["内容"], row["姓名"]) == (slots[files[0].slot].name, nominee.name)
    assert hashlib.sha256(package.read(row["文件"])).hexdigest() == row["SHA-256"] == files[0].sha256


def test_more_files_than_a_part_holds_make_another(
    round_2024: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in(round_2024), handed_in(round_2024)
    monkeypatch.setattr(batch_parts, "MOST_MEGABYTES", 0)

    with round_2024.acting("shiwei") as ctx:
        entry = round_2024.entry(ctx)
        parts = {files: batch_parts.list_parts(ctx, entry, None, files=files) for files in (False, True)}

    assert [(part.first, part.last) for part in parts[False]] == [(1, 2)]
    assert [(part.first, part.last) for part in parts[True]] == [(1, 1), (2, 2)]


def test_who_reads_masked_numbers_takes_no_photos(round_2024: Story) -> None:
    nominee = round_2024.read(handed_in(round_2024))

    with round_2024.acting("admin") as ctx:
        unit = ctx.session.get_one(Nomination, nominee.id).recommender
        assert exports.may_export_roster(ctx, round_2024.entry(ctx), unit)
        with pytest.raises(Forbidden, match="不含照片和附件"):
            batches.make_batch(ctx, round_2024.entry(ctx), unit, files=True)
