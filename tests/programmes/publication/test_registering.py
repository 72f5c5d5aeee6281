"""Objections that come by letter, telephone or in person, and those of units (§3.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.documents.uploads import AttachmentInfo
from service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from service.models import Channel, NoticeKind, Objection, Sender
from service.programmes.publication import evidence, notices, objections
from service.programmes.round import withdrawals
from tests.programmes.story import OBJECTION, ORGANISER, RECOMMENDER, Story

STAMPED = (("盖章材料.pdf", b"%PDF-1.4\nstamped\n%%EOF"),)
#: 1 April is Monday; the window ends with 9 April
POSTMARK = date(2024, 4, 9)


@pytest.fixture
def candidate(round_2024: Story) -> int:
    nominee = round_2024.nominate()
    round_2024.to_notice()
    return nominee


def files(*given: tuple[str, bytes]) -> list[AttachmentInfo]:
    return evidence.check(given)


def register(story: Story, candidate: int, *, by: str = ORGANISER, **said: Any) -> int:
    said = {"channel": Channel.LETTER, "came_on": POSTMARK} | said
    with story.acting(by) as ctx:
        notice = notices.find_newest(ctx, story.entry(ctx), NoticeKind.CANDIDATES)
        assert notice is not None
        return objections.register(ctx, notice, candidate, OBJECTION, **said).id


def test_a_letter_postmarked_in_the_window_counts_though_it_arrives_after(
    round_2024: Story, candidate: int
) -> None:
    round_2024.pass_until("2024-04-11 09:00")

    case = register(round_2024, candidate, files=files(*STAMPED))
    round_2024.settle(case, "accept", "upheld")
    round_2024.confirm("confirm_awards")

    assert round_2024.status(candidate) == "cancelled"
    with round_2024.wiring.reading() as ctx:
        objection = ctx.session.get_one(Objection, case)
        kept = [file.filename for file in evidence.list_of(ctx, objection)]
        assert (objection.channel, objection.came_on, kept) == ("letter", POSTMARK, ["盖章材料.pdf"])


@pytest.mark.parametrize("came_on", [date(2024, 3, 31), date(2024, 4, 10), date(2024, 4, 12)])
def test_what_came_outside_the_window_or_has_not_come_is_refused(
    round_2024: Story, candidate: int, came_on: date
) -> None:
    round_2024.pass_until("2024-04-11 09:00")

    with pytest.raises(Invalid) as refused:
        register(round_2024, candidate, came_on=came_on)

    assert list(refused.value.fields) == ["came_on"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"by": RECOMMENDER}, Forbidden),
        ({"channel": Channel.ONLINE}, Invalid),
        ({"sender": Sender.UNIT}, Invalid),
    ],
)
def test_who_may_not_or_says_not_how_or_has_no_stamp_is_refused(
    round_2024: Story, candidate: int, changes: dict[str, Any], error: type[ServiceError]
) -> None:
    round_2024.pass_until("2024-04-09 12:00")

    with pytest.raises(error):
        register(round_2024, candidate, **changes)


def test_a_unit_hands_in_what_it_has_stamped(round_2024: Story, candidate: int) -> None:
    with round_2024.wiring.transaction() as ctx:
        notice = notices.find_newest(ctx, round_2024.entry(ctx), NoticeKind.CANDIDATES)
        assert notice is not None
        with pytest.raises(Invalid) as refused:
            objections.lodge(ctx, notice, candidate, OBJECTION, sender=Sender.UNIT)
        taken = objections.lodge(ctx, notice, candidate, OBJECTION, sender=Sender.UNIT, files=files(*STAMPED))
        assert taken.sender == "unit"

    assert refused.value.fields == {"evidence": "必填：盖章材料的扫描件或照片"}


def test_an_objection_to_one_who_has_withdrawn_is_refused_kindly(round_2024: Story, candidate: int) -> None:
    with round_2024.acting(ORGANISER) as ctx:
        nomination = ctx.session.merge(round_2024.read(candidate), load=False)
        withdrawals.withdraw(ctx, nomination, "本人调离常州")

    with pytest.raises(Conflict, match="已经退出评选"):
        round_2024.object_to(candidate)


def test_nobody_off_the_list_is_registered(round_2024: Story, candidate: int) -> None:
    round_2024.pass_until("2024-04-09 12:00")

    with pytest.raises((Invalid, NotFound)):
        register(round_2024, candidate + 1000)
