"""Who took what of whom: each export is shown to those it lists, to nobody else, and by the paper's title."""

from __future__ import annotations

from sqlalchemy import select

from service.models import Award, HistoryEvent, Nomination, Unit
from service.programmes.award import award_exports, certificates, register
from service.programmes.paper import exports, rosters, scans
from service.programmes.privacy import disclosures
from service.workflow.context import Context
from tests.programmes.story import GEHU, ORGANISER, Story

PDF = b"%PDF-1.4\nstamped\n%%EOF"
ASKED = {"receiver": "团市委", "purpose": "上报"}


def shown(story: Story, *nominees: int) -> list[list[str]]:
    """Return what each of some nominees is shown, by title."""
    with story.wiring.reading() as ctx:
        people = [ctx.session.get_one(Nomination, nominee) for nominee in nominees]
        return [[row.title for row in disclosures.list_of(ctx, one)] for one in people]


def unit(ctx: Context, code: str) -> Unit:
    return ctx.session.scalars(select(Unit).where(Unit.code == code)).one()


def export(story: Story, paper: str, of: str = "") -> None:
    """Export a roster of a unit, or of the round."""
    with story.acting("shiwei" if story.pack.key == "changzhou-good-youth" else "sxtuanshiwei") as ctx:
        entry, here = story.entry(ctx), unit(ctx, of) if of else None
        people = rosters.list_people(ctx, entry, here, paper)
        exports.note_export(ctx, entry, paper, **ASKED, people=people, unit=of)


def test_a_workplaces_roster_is_shown_to_those_of_the_workplace(period_2021: Story) -> None:
    mine = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    other = period_2021.nominate("sxjg-02", "organ", by="sxjg-02-tuan")

    export(period_2021, "roster", of="sxjg-01")

    title = period_2021.pack.programme.papers["roster"].title
    assert shown(period_2021, mine, other) == [[title], []]


def test_a_downloaded_scan_of_it_is_shown_to_them_too(period_2021: Story) -> None:
    mine = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")
    other = period_2021.nominate("sxjg-02", "organ", by="sxjg-02-tuan")
    with period_2021.acting("sxjg-01-tuan") as ctx:
        entry, here = period_2021.entry(ctx), unit(ctx, "sxjg-01")
        rosters.print_roster(ctx, entry, here)
        [version] = rosters.list_versions(ctx, entry, here)
        scan_id = scans.attach(ctx, version, "盖章.pdf", PDF).id

    with period_2021.acting("sxjg") as ctx:
        scan, round_id, about = scans.get_visible(ctx, scan_id)
        use = disclosures.Use(receiver="团市委", purpose="上报")
        people = rosters.list_printed(ctx, scans.get_printed(ctx, scan.printed_paper_id))
        disclosures.note_download(ctx, use, round_id, people=people, **about)

    title = period_2021.pack.programme.papers["roster"].title
    assert shown(period_2021, mine, other) == [[title], []]


def test_a_certificate_of_one_title_is_shown_to_its_holder_alone(round_2024: Story) -> None:
    holder, other = awarded(round_2024)
    with round_2024.acting(ORGANISER) as ctx:
        award = ctx.session.scalars(select(Award).where(Award.nomination_id == holder)).one()
        certificates.print_one(ctx, award, **ASKED)

    assert shown(round_2024, holder, other) == [["荣誉证书"], []]


def test_lists_of_titles_are_shown_to_those_on_them(round_2024: Story) -> None:
    holder, other = awarded(round_2024)
    with round_2024.acting(ORGANISER) as ctx:
        [name] = ctx.session.scalars(select(Award.name).where(Award.nomination_id == holder))
        certificates.print_list(ctx, register.Filter(text=name), **ASKED)
        award_exports.print_register(ctx, register.Filter(text=name), {}, **ASKED)

    assert shown(round_2024, holder, other) == [["荣誉证书", "称号名册"], []]


def test_a_roster_of_some_categories_is_shown_to_those_in_them(period_2021: Story) -> None:
    organ = period_2021.nominate("sxjg-01", "organ", by="sxjg-01-tuan")

    export(period_2021, "new_sector_roster")

    assert shown(period_2021, organ) == [[]]


def test_who_was_not_recommended_by_then_or_stood_no_more_is_on_no_roster(round_2024: Story) -> None:
    early, climbing = round_2024.nominate(to="qualification_review"), round_2024.nominate()
    withdrawn = round_2024.nominate(GEHU)
    late = round_2024.start()
    round_2024.complete(withdrawn, "workplace_league_opinion", "reject", text="不符合条件，不予推荐。")
    round_2024.clock.move(minutes=1)

    export(round_2024, "roster")
    round_2024.clock.move(minutes=1)
    round_2024.hand_in(late)

    title = round_2024.pack.programme.papers["roster"].title
    assert shown(round_2024, early, climbing, late, withdrawn) == [[title], [], [], []]


def test_the_administrators_list_calls_papers_by_their_titles(round_2024: Story) -> None:
    export(round_2024, "roster")
    with round_2024.acting(ORGANISER) as ctx:
        exports.note_export(ctx, round_2024.entry(ctx), "batch", **ASKED, people=())

    with round_2024.acting("admin") as ctx:
        rows, _more = disclosures.list_page(ctx, disclosures.Filter())
        kinds = ctx.session.scalars(select(HistoryEvent.stream).where(HistoryEvent.stream == "exports")).all()
    assert len(kinds) == 2
    assert [row.title for row in rows] == ["全套材料", round_2024.pack.programme.papers["roster"].title]


def awarded(story: Story) -> list[int]:
    """Carry two people to their titles."""
    people = [story.nominate(), story.nominate(GEHU)]
    story.to_notice()
    story.to_announcement()
    return people
