"""Every file is declared by whoever hands it in and ticked by another."""

from __future__ import annotations

import pytest

from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination
from service.programmes.diagram import diagrams
from service.programmes.nomination import attachments
from service.programmes.privacy import clearances
from tests.programmes.story import HEAD, LEAGUE, ORGANISER, Story


def test_files_are_cleared_one_by_one_by_two_people(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    files = files_of(round_2024, nominee)

    with round_2024.acting(LEAGUE) as ctx, pytest.raises(Invalid, match="还有 3 个文件"):
        clearances.require_cleared(ctx, ctx.session.get_one(Nomination, nominee))
    for number in files:
        with round_2024.acting(LEAGUE) as ctx:
            clearances.declare(ctx, ctx.session.get_one(Nomination, nominee), number)
        with round_2024.acting(HEAD) as ctx:
            clearances.clear(ctx, ctx.session.get_one(Nomination, nominee), number, "逐页看过")

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        clearances.require_cleared(ctx, nomination)
        rows = [entry.row for entry in clearances.list_of(ctx, nomination)]
        assert {(row.declared_by.login, row.cleared_by.login) for row in rows if row and row.cleared_by} == {
            (LEAGUE, HEAD)
        }


def test_nobody_clears_what_he_declared_or_what_nobody_did(round_2024: Story) -> None:
    nominee = round_2024.nominate()
    number = files_of(round_2024, nominee)[0]

    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        with pytest.raises(Conflict, match="还没有声明"):
            clearances.clear(ctx, nomination, number)
        clearances.declare(ctx, nomination, number)
        ctx.session.flush()
        with pytest.raises(Conflict, match="须由两个人分别办理"):
            clearances.clear(ctx, nomination, number)
        with pytest.raises(Conflict, match="已经声明过"):
            clearances.declare(ctx, nomination, number)
    with round_2024.acting("shiwei") as ctx, pytest.raises(Forbidden, match="只有申报单位"):
        clearances.declare(ctx, ctx.session.get_one(Nomination, nominee), files_of(round_2024, nominee)[1])


def test_file_taken_out_takes_its_clearance_along(round_2024: Story) -> None:
    nominee = round_2024.start()
    round_2024.attach(nominee)
    number = files_of(round_2024, nominee)[0]
    with round_2024.acting(LEAGUE) as ctx:
        nomination = ctx.session.get_one(Nomination, nominee)
        clearances.declare(ctx, nomination, number)
        ctx.session.flush()
        attachments.remove(ctx, attachments.list_of(ctx, nomination)[0])

    assert number not in files_of(round_2024, nominee)


def files_of(story: Story, nominee: int) -> list[int]:
    with story.wiring.reading() as ctx:
        return [file.id for file in attachments.list_of(ctx, ctx.session.get_one(Nomination, nominee))]


def test_step_that_asks_for_clearance_waits_for_every_file(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()

    with pytest.raises(Invalid, match="还有 3 个文件没有完成脱密声明和审查"):
        round_2024.complete(nominee, "workplace_league_opinion", "approve", text="同意推荐")
    for number in files_of(round_2024, nominee):
        with round_2024.acting(LEAGUE) as ctx:
            clearances.declare(ctx, ctx.session.get_one(Nomination, nominee), number)
        with round_2024.acting(HEAD) as ctx:
            clearances.clear(ctx, ctx.session.get_one(Nomination, nominee), number)
    round_2024.complete(nominee, "workplace_league_opinion", "approve", text="同意推荐")

    assert round_2024.waits_at(nominee) == ["workplace_opinion"]


def test_step_that_asks_for_clearance_may_be_returned_without(round_2024: Story) -> None:
    ask_at_first_opinion(round_2024)
    nominee = round_2024.nominate()

    round_2024.complete(nominee, "workplace_league_opinion", "return", text="请先脱密")

    assert round_2024.waits_at(nominee) == ["fill_in_form"]


def ask_at_first_opinion(story: Story) -> None:
    """Publish the diagram with the first opinion asking for cleared files."""
    first = b'<zeebe:property name="opinion" value="1" />'
    asking = story.pack.diagram.replace(first, first + b'<zeebe:property name="clearance" value="approve" />')
    with story.acting(ORGANISER) as ctx:
        diagrams.publish(ctx, story.pack, asking, note="脱密")
