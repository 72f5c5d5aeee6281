"""What was published, printed: each notice by itself, the late ones beside the first, with their numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx
import pytest
from sqlalchemy import select

from service.errors import Conflict, Forbidden, Invalid
from service.models import HistoryEvent, Nomination, NominationStatus, NoticeKind
from service.programmes.pack.packs import Pack
from service.programmes.paper import batches, official
from service.programmes.publication import document_numbers, published, reserves
from service.programmes.round import withdrawals
from tests.programmes.conftest import PROGRAMME
from tests.programmes.publication import reserve_pack
from tests.programmes.story import CATEGORY, LEAGUE, ORGANISER, RECOMMENDER, Story

NUMBER = "常团委〔2024〕12号"


def announce_late(story: Story) -> tuple[int, int]:
    """X07: two are announced, of whom one only when the objection against him is settled."""
    objected, other = story.nominate(), story.nominate()
    story.to_notice()
    case = story.object_to(objected)
    story.to_announcement()
    story.settle(case, "dismiss")
    return objected, other


def lines(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def names_on(data: bytes) -> str:
    return "|".join(cell.text for table in docx.Document(io.BytesIO(data)).tables for cell in table._cells)


def print_all(story: Story, login: str = ORGANISER) -> dict[str, bytes]:
    with story.acting(login) as ctx:
        entry = story.entry(ctx)
        found = official.list_printable(ctx, entry)
        return {one.name: official.print_notice(ctx, entry, one) for one in found}


def test_x07_the_list_and_the_late_one_are_printed_each(round_2024: Story) -> None:
    objected, other = (round_2024.read(one).name for one in announce_late(round_2024))

    printed = print_all(round_2024)

    assert list(printed) == ["公示", "公布", "补充公布 1"]
    first, late = printed["公布"], printed["补充公布 1"]
    assert "关于公布常州市“产业振兴好青年”名单的决定" in lines(first)
    assert "关于补充公布常州市“产业振兴好青年”名单的决定" in lines(late)
    assert [(objected in names_on(one), other in names_on(one)) for one in (first, late)] == [
        (False, True),
        (True, False),
    ]
    assert (any("“产业振兴好青年”补充名单" in line for line in lines(late))) is True
    assert all(any("决定授予1名同志" in line for line in lines(one)) for one in (first, late))


def test_x07_the_set_has_every_list_by_its_own_title(round_2024: Story) -> None:
    announce_late(round_2024)

    with (
        round_2024.acting(ORGANISER) as ctx,
        batches.make_batch(ctx, round_2024.entry(ctx), None) as batch,
        zipfile.ZipFile(batch) as package,
    ):
        manifest = package.read(batches.MANIFEST).decode("utf-8-sig")
        inside = {name: package.read(name) for name in package.namelist() if "公" in name and "/" not in name}

    printed = print_all(round_2024)
    assert {name: lines(data) for name, data in inside.items()} == {
        f"{name}.docx": lines(data) for name, data in printed.items()
    }
    assert "补充公布 1.docx,关于补充公布常州市“产业振兴好青年”名单的决定" in manifest


def test_a_number_is_printed_on_its_own_paper_and_noted(round_2024: Story) -> None:
    announce_late(round_2024)

    with round_2024.acting(ORGANISER) as ctx:
        entry = round_2024.entry(ctx)
        for one in published.list_of(ctx, entry):
            if one.name != "公示":
                number = " 常团委[2024]12号" if one.name == "公布" else "常团委〔2024〕15号"
                document_numbers.give_to_notice(ctx, entry, one.notice, number)

    printed = {name: lines(data) for name, data in print_all(round_2024).items()}
    assert [NUMBER in printed[name] for name in ("公示", "公布", "补充公布 1")] == [False, True, False]
    assert "常团委〔2024〕15号" in printed["补充公布 1"]
    with round_2024.wiring.reading() as ctx:
        query = select(HistoryEvent.details).where(HistoryEvent.kind == document_numbers.GIVEN)
        noted = ctx.session.scalars(query.order_by(HistoryEvent.seq)).all()
    assert [(one["before"], one["number"]) for one in noted] == [("", NUMBER), ("", "常团委〔2024〕15号")]


def test_a_number_is_changed_and_taken_back_and_the_same_one_is_no_change(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()

    with round_2024.acting(ORGANISER) as ctx:
        entry = round_2024.entry(ctx)
        [one] = published.list_of(ctx, entry)
        for number in (NUMBER, NUMBER, "常团委〔2024〕13号", ""):
            document_numbers.give_to_notice(ctx, entry, one.notice, number)
        [after] = published.list_of(ctx, entry)
        query = select(HistoryEvent.details).where(HistoryEvent.kind == document_numbers.GIVEN)
        noted = [(row["before"], row["number"]) for row in ctx.session.scalars(query)]

    assert after.number == ""
    assert noted == [("", NUMBER), (NUMBER, "常团委〔2024〕13号"), ("常团委〔2024〕13号", "")]


@pytest.mark.parametrize(
    ("login", "number", "error"),
    [(RECOMMENDER, NUMBER, Forbidden), (ORGANISER, "号" * 61, Invalid), (ORGANISER, "常\x07团", Invalid)],
)
def test_others_and_what_is_no_number_are_refused(
    round_2024: Story, login: str, number: str, error: type[Exception]
) -> None:
    round_2024.nominate()
    round_2024.to_notice()

    with round_2024.acting(login) as ctx:
        entry = round_2024.entry(ctx)
        [one] = published.list_of(ctx, entry)
        with pytest.raises(error):
            document_numbers.give_to_notice(ctx, entry, one.notice, number)


def test_a_notice_without_head_has_its_number_above_the_title(round_2024: Story) -> None:
    round_2024.nominate()
    round_2024.to_notice()

    with round_2024.acting(ORGANISER) as ctx:
        entry = round_2024.entry(ctx)
        [one] = published.list_of(ctx, entry)
        document_numbers.give_to_notice(ctx, entry, one.notice, NUMBER)

    text = lines(print_all(round_2024)["公示"])
    assert text[:3] == [NUMBER, "", "关于常州市“产业振兴好青年”候选人的公示"]


def test_the_paper_to_who_lost_his_place_has_a_number_of_its_own(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")

    with round_2024.acting(ORGANISER) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        with pytest.raises(Conflict, match="没有被取消资格"):
            official.number_disqualification(ctx, nomination, NUMBER)
        nomination.status, nomination.status_reason = NominationStatus.CANCELLED, "所填荣誉不实"
        official.number_disqualification(ctx, nomination, NUMBER)
        text = lines(official.print_disqualification(ctx, nomination))

    assert text[0] == NUMBER


def test_a_reserve_published_later_is_printed_by_himself(
    packs: Mapping[str, Pack], database_url: str, tmp_path: Path
) -> None:
    with reserve_pack.open_story(database_url, packs[PROGRAMME], tmp_path) as story:
        [leaving], [_first] = reserve_pack.to_notice(story, 1, 1)
        with story.acting(LEAGUE) as ctx:
            withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, leaving), "本人调离常州")
        with story.acting(ORGANISER) as ctx:
            reserves.promote(ctx, story.entry(ctx), CATEGORY)

        printed = print_all(story)

        assert list(printed) == ["公示", "补充公示 1"]
        assert lines(printed["补充公示 1"])[0] == story.notice(NoticeKind.SUPPLEMENT).title
        assert any("递补候选人名单" in line for line in lines(printed["补充公示 1"]))
