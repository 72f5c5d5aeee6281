"""A file in which something was found waits for its clearance before the units above may read it (脱密)."""

from __future__ import annotations

import io
import zipfile

import pytest
from pypdf import PdfWriter

from service.errors import Forbidden
from service.models import Nomination, NominationStatus
from service.programmes.paper import batches
from service.programmes.privacy import copies, quarantine
from service.programmes.privacy.disclosures import Use
from service.scheduler import file_readings as duty
from tests.programmes.privacy.clearing import ask_at_first_opinion
from tests.programmes.privacy.test_file_readings import a_document, clear, declare, hand_in
from tests.programmes.story import HEAD, LEAGUE, ORGANISER, RECOMMENDER, Story

FOUND = "本件系内部资料，电话 13812345678。"


@pytest.fixture
def flagged(round_2024: Story) -> tuple[int, int]:
    """A nomination whose reviewer has the clearance in hand, and the file in which something was found."""
    ask_at_first_opinion(round_2024)
    return hand_in_found(round_2024)


def hand_in_found(story: Story) -> tuple[int, int]:
    nominee = story.nominate()
    file_id = hand_in(story, nominee, a_document(FOUND))
    duty.run_once(story.wiring)
    return nominee, file_id


@pytest.mark.parametrize("login", [HEAD, LEAGUE])
def test_the_workplace_and_its_reviewer_read_it(
    round_2024: Story, flagged: tuple[int, int], login: str
) -> None:
    with round_2024.acting(login) as ctx:
        assert quarantine.get_visible(ctx, flagged[1])[0].id == flagged[1]


@pytest.mark.parametrize("login", [RECOMMENDER, ORGANISER, "admin"])
def test_nobody_above_reads_it_until_it_is_cleared(
    round_2024: Story, flagged: tuple[int, int], login: str
) -> None:
    nominee, file_id = flagged
    with round_2024.acting(login) as ctx, pytest.raises(Forbidden) as refused:
        quarantine.get_visible(ctx, file_id)
    assert refused.value.message == ("系统在“详细材料.docx”里查到疑似不宜公开的内容，脱密审查后可查看。")

    declare(round_2024, nominee, file_id)
    clear(round_2024, nominee, file_id, "已逐页看过")

    with round_2024.acting(login) as ctx:
        assert quarantine.get_visible(ctx, file_id)[0].id == file_id


@pytest.mark.parametrize(("is_read", "why"), [(False, "系统还没有读完"), (True, "系统读不全")])
def test_what_nobody_could_read_waits_for_its_clearance_too(
    round_2024: Story, is_read: bool, why: str
) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()
    file_id = hand_in(round_2024, nominee, an_encrypted_pdf(), "详细材料.pdf")
    if is_read:
        duty.run_once(round_2024.wiring)

    for login in (RECOMMENDER, ORGANISER, "admin"):
        with round_2024.acting(login) as ctx, pytest.raises(Forbidden, match=why):
            quarantine.get_visible(ctx, file_id)
    for login in (HEAD, LEAGUE):
        with round_2024.acting(login) as ctx:
            assert quarantine.get_visible(ctx, file_id)[0].id == file_id

    duty.run_once(round_2024.wiring)
    declare(round_2024, nominee, file_id)
    clear(round_2024, nominee, file_id, "另索密码，逐页看过")
    with round_2024.acting(ORGANISER) as ctx:
        assert quarantine.get_visible(ctx, file_id)[0].id == file_id


def test_nothing_unread_waits_where_no_step_clears(round_2024: Story) -> None:
    file_id = hand_in(round_2024, round_2024.nominate(), an_encrypted_pdf(), "详细材料.pdf")

    with round_2024.acting(ORGANISER) as ctx:
        assert quarantine.get_visible(ctx, file_id)[0].id == file_id


def an_encrypted_pdf() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def test_whoever_handed_it_in_and_the_nominee_read_it(round_2024: Story, flagged: tuple[int, int]) -> None:
    nominee, file_id = flagged
    with round_2024.acting(RECOMMENDER) as ctx:
        ctx.session.get_one(Nomination, nominee).nominee_id = ctx.actor.user_id
    with round_2024.acting(ORGANISER) as ctx:
        attachment = quarantine.attachments.list_of(ctx, ctx.session.get_one(Nomination, nominee))[-1]
        attachment.uploaded_by_id = ctx.actor.user_id

    for login in (RECOMMENDER, ORGANISER):
        with round_2024.acting(login) as ctx:
            assert quarantine.get_visible(ctx, file_id)[0].id == file_id


def test_nothing_waits_where_no_step_clears_or_nothing_was_found(round_2024: Story) -> None:
    _nominee, file_id = hand_in_found(round_2024)
    with round_2024.acting(ORGANISER) as ctx:
        assert quarantine.get_visible(ctx, file_id)[0].id == file_id

    ask_at_first_opinion(round_2024)
    clean = hand_in(round_2024, round_2024.nominate(), a_document("车间技术骨干。"), "先进材料.docx")
    duty.run_once(round_2024.wiring)

    with round_2024.acting(ORGANISER) as ctx:
        assert quarantine.get_visible(ctx, clean)[0].id == clean


def test_a_copy_that_others_take_holds_its_name_only(round_2024: Story, flagged: tuple[int, int]) -> None:
    with round_2024.acting(ORGANISER) as ctx:
        nomination = ctx.session.get_one(Nomination, flagged[0])
        data = copies.make(ctx, nomination, Use(receiver="甲", purpose="存档"))

    copy = zipfile.ZipFile(io.BytesIO(data))
    assert [name for name in copy.namelist() if "详细材料" in name] == []
    assert "详细材料.docx" in copy.read("data.json").decode()


def test_the_batch_says_in_its_place_that_it_waits(round_2024: Story, flagged: tuple[int, int]) -> None:
    with round_2024.acting(ORGANISER) as ctx:
        ctx.session.get_one(Nomination, flagged[0]).status = NominationStatus.QUALIFYING
        ctx.session.flush()
        with batches.make_batch(ctx, round_2024.entry(ctx), None, files=True) as file:
            batch = zipfile.ZipFile(io.BytesIO(file.read()))

    [name] = [name for name in batch.namelist() if "详细材料" in name]
    assert name.endswith("详细材料.docx.txt")
    assert batch.read(name).decode("utf-8-sig") == "脱密审查后可查看。\r\n"
    assert "脱密审查后可查看" in batch.read("清单.csv").decode("utf-8-sig")
