"""The contents of files are read and scanned, and whoever clears them sees what was found."""

from __future__ import annotations

import io

import pytest
from docx import Document
from PIL import Image

from service.errors import Conflict, Invalid
from service.models import Attachment, FileReading, Nomination, ReadStatus
from service.programmes.nomination import attachments
from service.programmes.privacy import clearances, file_readings
from service.scheduler import file_readings as duty
from tests.programmes.privacy.clearing import ask_at_first_opinion
from tests.programmes.story import HEAD, LEAGUE, Story


def hand_in(story: Story, nominee: int, data: bytes, filename: str = "详细材料.docx") -> int:
    """Keep a file in the slot for details; its id."""
    with story.wiring.transaction() as ctx:
        slot = story.pack.programme.slots["details"]
        nomination = ctx.session.get_one(Nomination, nominee)
        return attachments.keep(ctx, nomination, "details", attachments.check(slot, filename, data)).id


def a_document(*lines: str) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def reading_of(story: Story, file_id: int) -> tuple[str, str, list[tuple[str, str]]]:
    with story.wiring.reading() as ctx:
        reading = ctx.session.get_one(FileReading, file_id)
        hits = [(hit["kind"], hit["excerpt"]) for hit in file_readings.hits_of(reading)]
        return reading.status, reading.problem, hits


def clear(story: Story, nominee: int, file_id: int, note: str = "") -> None:
    with story.acting(LEAGUE) as ctx:
        clearances.clear(ctx, ctx.session.get_one(Nomination, nominee), file_id, note)


def declare(story: Story, nominee: int, file_id: int) -> None:
    with story.acting(HEAD) as ctx:
        clearances.declare(ctx, ctx.session.get_one(Nomination, nominee), file_id)


def test_what_a_file_holds_is_found_by_the_scheduler(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    text = ("身份证 320400199503010010，电话 13812345678。", "本件系内部资料。")
    file_id = hand_in(round_2024, nominee, a_document(*text))
    assert reading_of(round_2024, file_id) == (ReadStatus.PENDING, "", [])

    assert duty.run_once(round_2024.wiring) == {"读取附件内容": 1}

    assert reading_of(round_2024, file_id) == (
        ReadStatus.READ,
        "",
        [
            ("id_number", "身份证 320400********0010，电话 **"),
            ("phone", "**，电话 138****5678。 本件系内"),
            ("word", "*。 本件系内部资料。 "),
        ],
    )
    assert not duty.run_once(round_2024.wiring)


def test_whoever_ticks_a_file_with_findings_says_what_he_saw(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    file_id = hand_in(round_2024, nominee, a_document("电话 13812345678"))
    declare(round_2024, nominee, file_id)
    duty.run_once(round_2024.wiring)

    with pytest.raises(Invalid) as refused:
        clear(round_2024, nominee, file_id, "看")
    assert list(refused.value.fields) == ["note"]
    clear(round_2024, nominee, file_id, "系单位总机号码，可以公开")

    assert reading_of(round_2024, file_id)[0] == ReadStatus.READ


def test_a_file_nobody_has_read_yet_is_not_ticked_and_not_read_meanwhile(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    file_id = hand_in(round_2024, nominee, a_document("电话 13812345678"))
    declare(round_2024, nominee, file_id)

    with pytest.raises(Conflict, match="正在读取这个文件的内容"):
        clear(round_2024, nominee, file_id, "逐页看过，没有涉密内容")

    assert reading_of(round_2024, file_id) == (ReadStatus.PENDING, "", [])
    with round_2024.wiring.reading() as ctx, pytest.raises(Invalid, match="没有完成脱密声明和审查"):
        clearances.require_cleared(ctx, ctx.session.get_one(Nomination, nominee))


def test_a_file_in_which_nothing_was_found_is_ticked_without_a_word(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    file_id = hand_in(round_2024, nominee, a_document("带班完成技改三项。"))
    declare(round_2024, nominee, file_id)
    duty.run_once(round_2024.wiring)

    clear(round_2024, nominee, file_id)

    assert reading_of(round_2024, file_id) == (ReadStatus.READ, "", [])


def test_a_scan_must_be_looked_at_by_a_person(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    scan = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(scan, "PDF")
    file_id = hand_in(round_2024, nominee, scan.getvalue(), "扫描件.pdf")
    declare(round_2024, nominee, file_id)
    duty.run_once(round_2024.wiring)

    with pytest.raises(Invalid):
        clear(round_2024, nominee, file_id)
    clear(round_2024, nominee, file_id, "逐页看过，没有涉密内容")

    assert reading_of(round_2024, file_id) == (ReadStatus.UNREADABLE, "no-text", [])


def test_pictures_are_left_to_people_and_a_removed_file_takes_its_reading_along(round_2024: Story) -> None:
    nominee = round_2024.start()
    file_id = hand_in(round_2024, nominee, a_document("甲"))
    with round_2024.wiring.transaction() as ctx:
        round_2024_files = attachments.list_of(ctx, ctx.session.get_one(Nomination, nominee))
        assert [file.id for file in round_2024_files] == [file_id]
        ctx.session.delete(ctx.session.get_one(Attachment, file_id))
    round_2024.attach(nominee)

    with round_2024.wiring.reading() as ctx:
        assert file_readings.list_pending(ctx, 10) == []
        rows = clearances.list_of(ctx, ctx.session.get_one(Nomination, nominee))
        assert [entry.reading for entry in rows] == [None, None, None]
    assert not duty.run_once(round_2024.wiring)
