"""The stamped scan of a printed paper is bound to its words."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from sqlalchemy import select

from service.errors import Conflict, Invalid, NotFound
from service.models import HistoryEvent, Nomination
from service.programmes.paper import batches, forms, rosters, scans
from service.programmes.paper.validity import Validity
from service.programmes.privacy.disclosures import Use
from service.workflow.context import Context
from tests.programmes.review.test_provision import withdraw
from tests.programmes.story import Story

PDF = b"%PDF-1.4\nscan\n%%EOF"


def printed(story: Story, login: str = "tuanzhibu") -> tuple[int, bytes]:
    nominee = story.nominate(to="consult_police")
    with story.acting(login) as ctx:
        return nominee, forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), "recommendation")


def upload(ctx: Context, nominee: int, data: bytes = PDF, name: str = "盖章.pdf") -> None:
    nomination = ctx.session.get_one(Nomination, nominee)
    [version] = forms.list_versions(ctx, nomination)
    scans.attach(ctx, version, name, data)


def test_the_paper_carries_the_code_of_its_words(round_2024: Story) -> None:
    nominee, data = printed(round_2024)

    with round_2024.acting("tuanzhibu") as ctx:
        [version] = forms.list_versions(ctx, ctx.session.get_one(Nomination, nominee))

    footer = docx.Document(io.BytesIO(data)).sections[0].footer
    assert "".join(p.text for p in footer.paragraphs) == f"打印版本 {version.code}"
    assert version.is_current


def test_whoever_took_his_consent_to_sensitive_data_back_is_printed_masked_and_stamped_anew(
    round_2024: Story,
) -> None:
    nominee, before = printed(round_2024)
    person = round_2024.read(nominee)
    number, phone = person.id_number or "", person.phone or ""
    with round_2024.acting("tuanzhibu") as ctx:
        upload(ctx, nominee)
    withdraw(round_2024, nominee, "tuanzhibu", kind="sensitive")

    with round_2024.acting("tuanzhibu") as ctx:
        after = forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), "recommendation")
    with round_2024.acting("shiwei") as ctx:
        person = ctx.session.get_one(Nomination, nominee)
        same = forms.print_form(ctx, person, "recommendation")
        with batches.make_batch(ctx, person.round, None) as batch:
            scanned = [name for name in zipfile.ZipFile(batch).namelist() if "扫描件" in name]
        newest, old = forms.list_versions(ctx, person)

    assert [(number in text, phone in text) for text in map(words, (before, after, same))] == [
        (True, True),
        (False, False),
        (False, False),
    ]
    assert f"{number[:6]}********{number[-4:]}" in words(after)
    assert [(one.is_current, len(one.scans)) for one in (newest, old)] == [(True, 0), (False, 1)]
    assert scanned == []


def words(data: bytes) -> str:
    return "".join(cell.text for table in docx.Document(io.BytesIO(data)).tables for cell in table._cells)


def test_the_same_words_are_one_version_and_masked_ones_none(round_2024: Story) -> None:
    nominee, _data = printed(round_2024)

    for login in ("tuanzhibu", "liyang", "shiwei", "admin"):
        with round_2024.acting(login) as ctx:
            forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), "recommendation")

    with round_2024.acting("shiwei") as ctx:
        assert len(forms.list_versions(ctx, ctx.session.get_one(Nomination, nominee))) == 1
    with round_2024.acting("admin") as ctx:
        assert forms.list_versions(ctx, ctx.session.get_one(Nomination, nominee)) == []


def test_a_scan_is_kept_with_its_version_and_noted(round_2024: Story) -> None:
    nominee, _data = printed(round_2024)

    with round_2024.acting("tuanzhibu") as ctx:
        upload(ctx, nominee)

    with round_2024.acting("liyang") as ctx:
        [version] = forms.list_versions(ctx, ctx.session.get_one(Nomination, nominee))
        scan, _round, _about = scans.get_visible(ctx, version.scans[0].id)
        data = scans.read(ctx, scan)
        event = ctx.session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "paper.stamped")).one()
    assert (scan.filename, data) == ("盖章.pdf", PDF)
    assert event.details["printed"] == version.printed.content_hash
    assert event.details["scan"] == scan.sha256
    with round_2024.acting("wujin") as ctx, pytest.raises(NotFound):
        scans.get_visible(ctx, scan.id)


def test_a_scan_of_what_was_handed_in_otherwise_since_is_refused(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="recommender_opinion")
    with round_2024.acting("tuanzhibu") as ctx:
        forms.print_form(ctx, ctx.session.get_one(Nomination, nominee), "recommendation")
    round_2024.complete(nominee, "recommender_opinion", "return", reason="请补充。")
    round_2024.hand_in(nominee, name="演示-改名")

    with round_2024.acting("tuanzhibu") as ctx, pytest.raises(Conflict, match="报送的内容已有变动"):
        upload(ctx, nominee)

    with round_2024.acting("tuanzhibu") as ctx:
        [version] = forms.list_versions(ctx, ctx.session.get_one(Nomination, nominee))
        assert version.validity is Validity.OUTDATED


def test_a_scan_of_what_others_changed_since_is_taken_and_says_so(round_2024: Story) -> None:
    nominee, _data = printed(round_2024)
    with round_2024.acting("shiwei") as ctx:
        ctx.session.get_one(Nomination, nominee).remark = "主办单位补记"

    with round_2024.acting("tuanzhibu") as ctx:
        upload(ctx, nominee)
        [version] = forms.list_versions(ctx, ctx.session.get_one(Nomination, nominee))
        [scan] = version.scans
        assert (version.validity, scan.printed_paper_id) == (Validity.CHANGED, version.printed.id)


def test_the_same_words_have_the_same_code_whoever_takes_them(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    use = Use(receiver="市人社局", purpose="资格审查")

    with round_2024.acting("tuanzhibu") as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        for taken_for in (None, use):
            forms.print_form(ctx, nomination, "recommendation", taken_for)
        [version] = forms.list_versions(ctx, nomination)
        nomination.corrected = {"name": "演示-冒名"}
        [other] = forms.list_versions(ctx, nomination)

    assert (version.is_current, other.is_current) == (True, False)


@pytest.mark.parametrize(
    ("data", "name"), [(b"", "a.pdf"), (b"hello", "a.pdf"), (PDF, "a.jpg"), (b"%PDF-1.4 cut", "a.pdf")]
)
def test_what_is_no_pdf_is_refused(round_2024: Story, data: bytes, name: str) -> None:
    nominee, _data = printed(round_2024)

    with round_2024.acting("tuanzhibu") as ctx, pytest.raises(Invalid):
        upload(ctx, nominee, data, name)


def test_a_roster_is_stamped_by_its_unit(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with round_2024.acting("liyang") as ctx:
        entry, unit = round_2024.entry(ctx), ctx.session.get_one(Nomination, nominee).recommender
        rosters.print_roster(ctx, entry, unit)
        [version] = rosters.list_versions(ctx, entry, unit)
        scans.attach(ctx, version, "汇总表.pdf", PDF)
        [stamped] = rosters.list_versions(ctx, entry, unit)

    assert (stamped.is_current, [scan.filename for scan in stamped.scans]) == (True, ["汇总表.pdf"])
    with round_2024.acting("wujin") as ctx, pytest.raises(NotFound):
        scans.get_printed(ctx, version.printed.id)
