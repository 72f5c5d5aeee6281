"""Rosters and quota tables of a round, in the columns the programme declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.documents.records import QuotaTableRecord, RosterRecord
from service.documents.roster_word import make_roster_docx
from service.documents.spreadsheets import make_quota_table, make_roster
from service.errors import Conflict, Forbidden
from service.models import Nomination, NominationStatus, PrintedPaper, Round, Unit
from service.programmes import wiring
from service.programmes.nomination import record
from service.programmes.pack.columns import columns_of
from service.programmes.pack.packs import Pack
from service.programmes.pack.paper import QUOTAS, ROSTER, WORKPLACE, Paper
from service.programmes.paper import exports, scans, validity, workplace_rosters
from service.programmes.paper.answers import print_answers
from service.programmes.privacy import consents, disclosures, provision
from service.programmes.privacy.disclosures import Use
from service.programmes.round import funnel
from service.workflow.context import Context

FORMATS = ("xlsx", "docx")
#: statuses of nominations that a recommending unit has handed in and that still stand
HANDED_IN = (
    NominationStatus.QUALIFYING,
    NominationStatus.SHORTLISTED,
    NominationStatus.NOT_LISTED,
    NominationStatus.SELECTED,
    NominationStatus.AWARDED,
    NominationStatus.NOT_SELECTED,
)


def find_roster(pack: Pack, key: str = "") -> Paper:
    """Return a roster of the programme by its key, or the first."""
    found = [paper for paper in pack.programme.papers_of(ROSTER) if key in ("", paper.key)]
    if not found:
        raise Conflict("这项活动没有这份汇总表。" if key else "这项活动没有汇总表。")
    return found[0]


def print_roster(
    ctx: Context,
    entry: Round,
    recommender: Unit | None,
    *,
    form: str = "xlsx",
    key: str = "",
    use: Use | None = None,
) -> bytes:
    """Return a roster of one recommending unit or workplace, or of the whole round, as .xlsx or .docx.

    One with numbers in full says who took it and what for.
    """
    if not exports.may_export_roster(ctx, entry, recommender):
        raise Forbidden("只有主办单位和推荐单位自己可以导出汇总表。")
    paper = find_roster(wiring.pack_of(ctx, entry), key)
    if recommender is not None and paper.by != WORKPLACE:
        require_recommender(ctx, entry, recommender, paper.title)
    roster = gather(ctx, entry, recommender, paper.key)
    if exports.may_read_in_full(ctx, entry, recommender):
        said = scans.hash_words(roster)
        made_from = _list_forms(ctx, entry, recommender, paper)
        scans.note_printed(ctx, entry, paper.key, said, made_from, recommender=recommender)
        watermark = disclosures.write_watermark(ctx, entry, use)
        roster = replace(roster, code=scans.code_of(said), watermark=watermark)
    return _make(roster, form)


def require_recommender(ctx: Context, entry: Round, unit: Unit, title: str) -> None:
    """Refuse a paper that is not the workplaces' own to a unit that recommends nobody."""
    if workplace_rosters.is_workplace(ctx, entry, unit):
        raise Conflict(f"“{title}”由推荐单位和主办单位导出，所在单位不单独导出。")


def list_versions(ctx: Context, entry: Round, recommender: Unit | None) -> list[scans.Version]:
    """Return the rosters printed in full of a unit, or of the round, with the scans that came back.

    Those of a roster that the programme has no longer are among them.
    """
    if not exports.may_read_in_full(ctx, entry, recommender):
        return []
    versions = scans.list_of(ctx, entry, recommender=recommender)
    printed = {version.printed.paper for version in versions}
    papers = [p for p in wiring.pack_of(ctx, entry).programme.papers_of(ROSTER) if p.key in printed]
    words = {p.key: scans.hash_words(gather(ctx, entry, recommender, p.key)) for p in papers}
    made_from = {p.key: _list_forms(ctx, entry, recommender, p) for p in papers}

    def judge(printed: PrintedPaper) -> validity.Validity:
        return validity.judge(ctx, entry, printed, words.get(printed.paper), made_from.get(printed.paper, {}))

    return [replace(version, validity=judge(version.printed)) for version in versions]


def print_roster_template(ctx: Context, entry: Round) -> bytes:
    """Return an empty roster as .xlsx, to be filled in and imported."""
    pack = wiring.pack_of(ctx, entry)
    paper = find_roster(pack)
    names = _sheet_names(pack, paper)
    return make_roster(_record(pack, paper, "", {name: [] for name in names}))


def gather(ctx: Context, entry: Round, recommender: Unit | None, key: str = "") -> RosterRecord:
    """Return what a roster prints: those handed in that still stand, category by category.

    What stands in 备注 is a note below the table where the annex has no such column. Whoever withdrew his
    consent to provision is left out; how many that are is said below the table, not who. The numbers of
    whoever withdrew his consent to sensitive data are masked.
    """
    pack = wiring.pack_of(ctx, entry)
    paper = find_roster(pack, key)
    in_full = exports.may_read_in_full(ctx, entry, recommender)
    columns = columns_of(paper, pack.forms[pack.programme.record_form])
    has_remarks = any(column.key == "remark" for column in columns)
    sheets: dict[str, list[list[str]]] = {name: [] for name in _sheet_names(pack, paper)}
    notes: dict[str, list[str]] = {}
    by_category = _is_by_category(pack, paper)
    people, left_out = provision.divide(ctx, list_handed_in(ctx, entry, recommender, paper.categories))
    masked = {person.id for person in consents.find_lacking(ctx, people, consents.SENSITIVE)}
    answers = record.answers_of_many(ctx, people)
    form = pack.forms[pack.programme.record_form]
    for nomination in people:
        given = answers.get(nomination.id, {})
        texts = print_answers(pack, form, nomination, given, in_full=in_full and nomination.id not in masked)
        remark = texts["remark"]
        if not by_category and len(_categories(pack, paper)) > 1 and "申报类别" not in paper.columns:
            texts["remark"] = "；".join(part for part in (texts["category"], texts["remark"]) if part)
        name = texts["category"] if by_category else paper.title
        texts["number"] = str(len(sheets[name]) + 1)
        sheets[name].append([texts[column.key] for column in columns])
        if remark and not has_remarks:
            notes.setdefault(name, []).append(f"注：{texts['number']}. {texts['name']}：{remark}")
    for name, number in _count_by_sheet(pack, paper, left_out).items():
        notes.setdefault(name, []).append(provision.LEFT_OUT.format(number=number))
    unit = recommender.name if recommender else f"{entry.organiser.name}（各推荐单位汇总）"
    return replace(_record(pack, paper, unit, sheets), notes=notes)


def print_quotas(ctx: Context, entry: Round) -> bytes:
    """Return the quota table as .xlsx with live sums, the units called as the annex calls them."""
    pack = wiring.pack_of(ctx, entry)
    papers = pack.programme.papers_of(QUOTAS)
    table = funnel.tabulate(ctx, entry)
    names = pack.quotas.units if pack.quotas else {}
    rows = [
        (names.get(unit.code, unit.name), [row[key].places if key in row else 0 for key in table.columns])
        for unit, row, _total in table.rows
    ]
    return make_quota_table(
        QuotaTableRecord(
            title=papers[0].title if papers else pack.programme.title,
            categories=list(table.columns.values()),
            rows=rows,
        )
    )


def list_handed_in(
    ctx: Context, entry: Round, recommender: Unit | None, categories: Sequence[str] = ()
) -> Sequence[Nomination]:
    """Return the nominations of a round, or of one unit, that were handed in and still stand.

    Of a workplace also those that still climb: it stamps its list before they are recommended.
    ``categories`` narrows them to some; empty means every one.
    """
    query = select(Nomination).where(Nomination.round_id == entry.id)
    if categories:
        query = query.where(Nomination.category.in_(categories))
    statuses: tuple[NominationStatus, ...] = HANDED_IN
    if recommender is not None and workplace_rosters.is_workplace(ctx, entry, recommender):
        statuses = (NominationStatus.RECOMMENDING, *HANDED_IN)
        query = query.where(Nomination.unit_id == recommender.id)
    elif recommender is not None:
        query = query.where(Nomination.recommender_id == recommender.id)
    query = query.where(Nomination.status.in_(statuses))
    query = query.options(
        joinedload(Nomination.recommender), joinedload(Nomination.unit), joinedload(Nomination.instance)
    )
    return list(ctx.session.scalars(query.order_by(Nomination.recommender_id, Nomination.id)))


def list_people(ctx: Context, entry: Round, recommender: Unit | None, key: str = "") -> list[int]:
    """Return the nominations a roster has a row of."""
    paper = find_roster(wiring.pack_of(ctx, entry), key)
    return [person.id for person in _list_rows(ctx, entry, recommender, paper)]


def list_printed(ctx: Context, printed: PrintedPaper) -> list[int]:
    """Return the nominations on a printed paper; of a roster that did not keep them, those on it by now."""
    if printed.nomination_id is not None:
        return [printed.nomination_id]
    if printed.made_from is not None:
        return sorted(map(int, printed.made_from))
    entry = ctx.session.get_one(Round, printed.round_id)
    unit = ctx.session.get(Unit, printed.recommender_id) if printed.recommender_id else None
    known = wiring.pack_of(ctx, entry).programme.papers.get(printed.paper)
    return [person.id for person in _list_rows(ctx, entry, unit, known)]


def list_left_out(ctx: Context, entry: Round, recommender: Unit | None) -> list[Nomination]:
    """Return those handed in who withdrew their consent to provision: no roster and no batch has them."""
    return provision.divide(ctx, list_handed_in(ctx, entry, recommender))[1]


def _list_forms(ctx: Context, entry: Round, recommender: Unit | None, paper: Paper) -> dict[str, int]:
    """Return the forms a roster is made from: of those it lists."""
    return validity.list_forms(ctx, _list_rows(ctx, entry, recommender, paper))


def _list_rows(
    ctx: Context, entry: Round, recommender: Unit | None, paper: Paper | None
) -> Sequence[Nomination]:
    """Return those a roster lists: handed in, of its categories, and willing to be given to others."""
    categories = paper.categories if paper else ()
    return provision.divide(ctx, list_handed_in(ctx, entry, recommender, categories))[0]


def _count_by_sheet(pack: Pack, paper: Paper, people: Sequence[Nomination]) -> Counter[str]:
    categories = pack.programme.categories
    if _is_by_category(pack, paper):
        return Counter(categories[key].name for person in people if (key := person.category))
    return Counter(paper.title for _person in people)


def _make(roster: RosterRecord, form: str) -> bytes:
    return make_roster_docx(roster) if form == "docx" else make_roster(roster)


def _record(pack: Pack, paper: Paper, unit: str, sheets: dict[str, list[list[str]]]) -> RosterRecord:
    return RosterRecord(
        title=paper.title,
        above=paper.above.format(unit=unit),
        columns=columns_of(paper, pack.forms[pack.programme.record_form]),
        sheets=sheets,
    )


def _is_by_category(pack: Pack, paper: Paper) -> bool:
    layout = paper.layout or pack.programme.choices.roster_layout
    return layout == "sheet_per_category" and len(_categories(pack, paper)) > 1


def _sheet_names(pack: Pack, paper: Paper) -> list[str]:
    return _categories(pack, paper) if _is_by_category(pack, paper) else [paper.title]


def _categories(pack: Pack, paper: Paper) -> list[str]:
    """Return the names of the categories a roster lists."""
    every = pack.programme.categories.items()
    return [category.name for key, category in every if not paper.categories or key in paper.categories]
