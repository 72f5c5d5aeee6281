"""Every file is declared by whoever hands it in and ticked by another."""

from __future__ import annotations

import pytest

from service.errors import Conflict, Forbidden, Invalid
from service.models import Nomination
from service.programmes.nomination import attachments
from service.programmes.privacy import clearances
from tests.programmes.story import HEAD, LEAGUE, Story


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
