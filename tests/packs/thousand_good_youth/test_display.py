"""集中展示: without a 公示 as the notice has it (N68), or after one where the switch says so."""

from __future__ import annotations

import io
from dataclasses import replace

import docx
import pytest

from service.models import NoticeKind
from service.programmes.domain import Programmes
from service.programmes.paper import official
from service.programmes.publication import notices, published
from tests.packs.thousand_good_youth.living import ORGANISER, file, hand_in
from tests.programmes.story import Story


@pytest.fixture
def period_with_notice(period_2021: Story, monkeypatch: pytest.MonkeyPatch) -> Story:
    """The period of 2021 with the switch ``notice`` on."""
    domain = period_2021.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = period_2021.pack
    programme = replace(pack.programme, switches={**pack.programme.switches, "notice": True})
    monkeypatch.setitem(domain.packs, pack.key, replace(pack, programme=programme))  # type: ignore[arg-type]
    return period_2021


def test_n68_nobody_is_publicised_as_the_notice_has_it(period_2021: Story) -> None:
    nominee = hand_in(period_2021, "sxjg-01", "organ")
    file(period_2021, nominee)

    period_2021.confirm("confirm_display", by=ORGANISER)

    assert period_2021.status(nominee) == "awarded"
    with period_2021.wiring.reading() as ctx:
        assert notices.find_newest(ctx, period_2021.entry(ctx), NoticeKind.CANDIDATES) is None


def test_n68_switch_holds_a_notice_of_five_working_days_first(period_with_notice: Story) -> None:
    story = period_with_notice
    nominees = [hand_in(story, unit, "organ") for unit in ("sxjg-01", "sxjg-02")]
    file(story, *nominees)

    story.confirm("confirm_display", by=ORGANISER)
    assert story.listed() == nominees
    assert [story.status(nominee) for nominee in nominees] == ["selected", "selected"]
    closes = story.notice().closes_at
    story.pass_until("2021-08-10 09:00")
    story.confirm("confirm_noticed", by=ORGANISER)

    with story.wiring.reading() as ctx:
        paper = official.print_notice(ctx, story.entry(ctx), published.list_of(ctx, story.entry(ctx))[0])
    assert "（5个工作日）" in "".join(p.text for p in docx.Document(io.BytesIO(paper)).paragraphs)
    assert closes is not None
    assert f"{closes.astimezone(story.pack.programme.zone):%Y-%m-%d %H:%M}" == "2021-08-10 00:00"
    assert [story.status(nominee) for nominee in nominees] == ["awarded", "awarded"]


def test_n68_proven_objection_costs_the_candidacy(period_with_notice: Story) -> None:
    story = period_with_notice
    first, second = (hand_in(story, unit, "organ") for unit in ("sxjg-01", "sxjg-02"))
    file(story, first, second)
    story.confirm("confirm_display", by=ORGANISER)

    objections = [story.object_to(nominee) for nominee in (first, second)]
    for objection, outcome in zip(objections, ("upheld", "rejected"), strict=True):
        story.settle(objection, "accept", outcome, by=ORGANISER)
    story.pass_until("2021-08-10 09:00")
    story.confirm("confirm_noticed", by=ORGANISER)

    assert (story.status(first), story.status(second)) == ("cancelled", "awarded")
