"""What was stamped stays proof: others may change it, and only its own unit outdates it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date

import pytest

from service.errors import Conflict
from service.models import Nomination
from service.programmes.domain import Programmes
from service.programmes.paper import batches, rosters, scans
from service.programmes.paper.validity import Validity
from service.programmes.round import withdrawals
from tests.programmes.paper.test_scans import PDF
from tests.programmes.review.test_provision import withdraw
from tests.programmes.story import LEAGUE, ORGANISER, RECOMMENDER, Story

OVER_AGE = date(1985, 6, 1)


def print_roster(story: Story, nominee: int) -> None:
    with story.acting(RECOMMENDER) as ctx:
        unit = ctx.session.get_one(Nomination, nominee).recommender
        rosters.print_roster(ctx, story.entry(ctx), unit)


def read_versions(story: Story, nominee: int) -> list[scans.Version]:
    with story.acting(RECOMMENDER) as ctx:
        unit = ctx.session.get_one(Nomination, nominee).recommender
        return rosters.list_versions(ctx, story.entry(ctx), unit)


def stamp(story: Story, nominee: int) -> None:
    [version] = read_versions(story, nominee)
    with story.acting(RECOMMENDER) as ctx:
        scans.attach(ctx, version, "盖章.pdf", PDF)


def scans_in_set(story: Story, login: str = ORGANISER) -> list[str]:
    """Return what the manifest of the round's set says of its scans."""
    with (
        story.acting(login) as ctx,
        batches.make_batch(ctx, story.entry(ctx), None) as batch,
        zipfile.ZipFile(batch) as package,
    ):
        rows = package.read(batches.MANIFEST).decode("utf-8-sig").splitlines()
    return [row.split(",")[1] for row in rows if row.startswith("盖章扫描件/")]


def disqualify(story: Story, nominee: int) -> None:
    story.carry(nominee, "qualification_review")
    story.complete(nominee, "qualification_review", "disqualify", defects=["unsealed"], reason="见附页。")


def test_a_roster_stamped_before_the_organiser_decided_stays_in_the_set(round_2024: Story) -> None:
    _staying, lost = (round_2024.nominate(to="consult_police") for _ in range(2))
    print_roster(round_2024, lost)
    stamp(round_2024, lost)
    before = scans_in_set(round_2024)

    disqualify(round_2024, lost)

    assert scans_in_set(round_2024) == [f"{before[0]}；此后有变动"]
    [version] = read_versions(round_2024, lost)
    assert version.validity is Validity.CHANGED


def test_the_paper_that_was_really_stamped_is_taken_late(round_2024: Story) -> None:
    _staying, lost = (round_2024.nominate(to="consult_police") for _ in range(2))
    print_roster(round_2024, lost)
    disqualify(round_2024, lost)

    stamp(round_2024, lost)

    [version] = read_versions(round_2024, lost)
    assert (version.validity, len(version.scans)) == (Validity.CHANGED, 1)


def test_a_ruling_on_an_exception_leaves_the_stamped_roster_what_it_is(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="qualification_review", birth=OVER_AGE)
    print_roster(round_2024, nominee)
    stamp(round_2024, nominee)

    round_2024.carry(nominee, "")

    [version] = read_versions(round_2024, nominee)
    assert version.validity is Validity.CHANGED


def test_whoever_is_handed_in_later_has_the_unit_print_anew(round_2024: Story) -> None:
    first = round_2024.nominate(to="consult_police")
    print_roster(round_2024, first)
    round_2024.nominate(to="consult_police")

    with pytest.raises(Conflict, match="报送的内容已有变动，请重新打印"):
        stamp(round_2024, first)


def test_whoever_withdraws_while_the_list_is_open_has_the_unit_print_anew(round_2024: Story) -> None:
    staying, leaving = (round_2024.nominate(to="consult_police") for _ in range(2))
    print_roster(round_2024, staying)

    take_back(round_2024, leaving)

    [version] = read_versions(round_2024, staying)
    assert version.validity is Validity.OUTDATED


def test_whoever_withdraws_after_the_close_leaves_what_was_handed_in(round_2024: Story) -> None:
    staying, leaving = (round_2024.nominate(to="consult_police") for _ in range(2))
    print_roster(round_2024, staying)
    round_2024.pass_until("2024-03-26 10:00")

    take_back(round_2024, leaving)

    [version] = read_versions(round_2024, staying)
    assert version.validity is Validity.CHANGED


def take_back(story: Story, nominee: int) -> None:
    with story.acting(LEAGUE) as ctx:
        withdrawals.withdraw(ctx, ctx.session.get_one(Nomination, nominee), "本人调离常州")


@pytest.mark.parametrize("kind", ["sensitive", "provision"])
def test_a_scan_with_somebody_who_took_a_consent_back_goes_to_nobody(round_2024: Story, kind: str) -> None:
    staying, leaving = (round_2024.nominate(to="consult_police") for _ in range(2))
    print_roster(round_2024, staying)
    stamp(round_2024, staying)
    withdraw(round_2024, leaving, LEAGUE, kind=kind)

    assert scans_in_set(round_2024) == []
    [version] = read_versions(round_2024, staying)
    assert version.validity is Validity.WITHHELD
    with pytest.raises(Conflict, match="撤回了处理或提供个人信息的同意"):
        stamp(round_2024, staying)


def test_the_current_version_goes_before_one_printed_later(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    print_roster(round_2024, nominee)
    stamp(round_2024, nominee)
    with round_2024.acting(ORGANISER) as ctx:
        ctx.session.get_one(Nomination, nominee).remark = "主办单位补记"
    print_roster(round_2024, nominee)
    newest, oldest = read_versions(round_2024, nominee)
    with round_2024.acting(RECOMMENDER) as ctx:
        scans.attach(ctx, newest, "盖章.pdf", PDF)
    kept = scans.select_stamped(read_versions(round_2024, nominee))
    with round_2024.acting(ORGANISER) as ctx:
        ctx.session.get_one(Nomination, nominee).remark = ""

    again = scans.select_stamped(read_versions(round_2024, nominee))

    assert [one.code for one in kept] == [newest.code]
    assert [one.code for one in again] == [oldest.code]


def test_rosters_that_the_programme_has_no_longer_are_listed_and_taken(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    print_roster(round_2024, nominee)
    domain = round_2024.wiring.house.domain
    assert isinstance(domain, Programmes)
    pack = domain.packs[round_2024.pack.key]
    papers = {key: paper for key, paper in pack.programme.papers.items() if key != "roster"}
    domain.packs = {**domain.packs, pack.key: replace(pack, programme=replace(pack.programme, papers=papers))}

    stamp(round_2024, nominee)

    [version] = read_versions(round_2024, nominee)
    assert (version.printed.paper, version.validity) == ("roster", Validity.CHANGED)
    [said] = scans_in_set(round_2024)
    assert said.startswith("盖章扫描件 roster ")


def test_what_was_printed_before_forms_were_kept_is_judged_by_its_words(round_2024: Story) -> None:
    nominee = round_2024.nominate(to="consult_police")
    print_roster(round_2024, nominee)
    [version] = read_versions(round_2024, nominee)
    with round_2024.acting(ORGANISER) as ctx:
        ctx.session.merge(version.printed).made_from = None
    [current] = read_versions(round_2024, nominee)
    with round_2024.acting(ORGANISER) as ctx:
        ctx.session.get_one(Nomination, nominee).remark = "主办单位补记"

    [changed] = read_versions(round_2024, nominee)

    assert [one.validity for one in (current, changed)] == [Validity.CURRENT, Validity.OUTDATED]
