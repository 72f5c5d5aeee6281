"""The code at the foot of a printed paper says which paper it is, and nothing about anybody."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from sqlalchemy import select

from service.errors import NotFound
from service.models import Nomination, Unit
from service.programmes.paper import forms, rosters, verification
from service.programmes.round import withdrawals
from tests.programmes.paper.test_scans import printed, upload
from tests.programmes.story import Story


def code_of(story: Story, nominee: int) -> str:
    with story.acting("tuanzhibu") as ctx:
        [version] = forms.list_versions(ctx, ctx.session.get_one(Nomination, nominee))
        return version.code


@pytest.mark.usefixtures("both_databases")
def test_a_code_says_which_paper_of_whom_and_when_and_names_nobody(round_2024: Story) -> None:
    nominee, _data = printed(round_2024)
    code = code_of(round_2024, nominee)
    person = round_2024.read(nominee)

    with round_2024.wiring.reading() as ctx:
        found = verification.find_by_code(ctx, f" {code.lower()} ")
        unit = ctx.session.get_one(Nomination, nominee).unit.name

    assert (found.code, found.unit, found.printed_at) == (code, unit, round_2024.clock())
    assert (found.is_newest, found.is_stamped) == (True, False)
    assert person.name not in str(astuple(found))


def test_a_stamped_one_says_so(round_2024: Story) -> None:
    nominee, _data = printed(round_2024)
    with round_2024.acting("tuanzhibu") as ctx:
        upload(ctx, nominee)

    with round_2024.wiring.reading() as ctx:
        found = verification.find_by_code(ctx, code_of(round_2024, nominee))

    assert found.is_stamped


@pytest.mark.usefixtures("both_databases")
def test_words_that_return_are_the_newest_again(round_2024: Story) -> None:
    """Printed without somebody, then with him, and after he stepped out as before."""
    round_2024.nominate(to="consult_police")
    first = print_roster(round_2024)
    added = round_2024.nominate(to="consult_police")
    with_him = print_roster(round_2024)
    with round_2024.acting("shiwei") as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, added), "本人申请退出")

    again = print_roster(round_2024)

    with round_2024.wiring.reading() as ctx:
        found = {code: verification.find_by_code(ctx, code) for code in (again, with_him)}
        liyang = ctx.session.scalars(select(Unit).where(Unit.code == "liyang")).one()
    with round_2024.acting("liyang") as ctx:
        versions = rosters.list_versions(ctx, round_2024.entry(ctx), liyang)
    assert again == first != with_him
    assert (found[again].is_newest, found[again].printed_at) == (True, round_2024.clock())
    assert not found[with_him].is_newest
    assert [version.code for version in versions] == [again, with_him]


def print_roster(story: Story) -> str:
    """Print the roster of 溧阳 an hour later; the code at its foot."""
    story.clock.move(hours=1)
    with story.acting("liyang") as ctx:
        unit = ctx.session.scalars(select(Unit).where(Unit.code == "liyang")).one()
        rosters.print_roster(ctx, story.entry(ctx), unit)
        current = [one for one in rosters.list_versions(ctx, story.entry(ctx), unit) if one.is_current]
        return current[0].code


@pytest.mark.parametrize("code", ["", "0000-0000-0000", "0", "%", "3F2A-99C1-07AZ"])
def test_any_other_code_is_unknown(round_2024: Story, code: str) -> None:
    printed(round_2024)

    with round_2024.wiring.reading() as ctx, pytest.raises(NotFound):
        verification.find_by_code(ctx, code)
