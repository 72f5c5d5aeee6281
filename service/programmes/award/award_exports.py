"""The register and the ledger as .xlsx; each export is noted for every round it has people of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from service.documents.records import Column, RosterRecord
from service.documents.spreadsheets import make_roster
from service.errors import Invalid
from service.models import Award, FollowUp, Round
from service.programmes.award import ledgers, register, states
from service.programmes.paper import exports
from service.programmes.privacy import consents, provision
from service.programmes.round import rounds
from service.workflow.context import Context

#: rows of one file: more is asked for part by part
MOST = 20_000

REGISTER = (
    ("序号", 6), ("姓名", 12), ("称号", 22), ("类别", 16), ("年份", 8), ("证书编号", 20),
    ("所在单位（授予时）", 30),
    ("推荐单位", 22), ("状态", 10), ("状态说明", 26), ("期限", 24),
)  # fmt: skip
#: beside the register, where a programme keeps how the holders are placed
STATE = (("现状", 14), ("现状说明", 40), ("现状登记于", 12))
LEDGER = (
    ("序号", 6), ("姓名", 12), ("所在单位", 30), ("台账", 18), ("事项", 22), ("日期", 12), ("至", 12),
    ("内容", 40),
    ("结果", 12), ("填写人", 14), ("填写单位", 24),
)  # fmt: skip


def print_register(
    ctx: Context,
    narrow: register.Filter,
    words: Mapping[str, str],
    *,
    receiver: str,
    purpose: str,
) -> bytes:
    """Return the register, as far as it is narrowed and the actor sees it; ``words`` name the statuses.

    Where a programme keeps how its holders are placed, the newest of it stands beside each. Whoever withdrew
    his consent to provision is left out, and counted below the list.
    """
    found = register.list_all(ctx, narrow, limit=MOST + 1)
    _require_some(found)
    round_ids = {award.round_id for award in found}
    lacking = consents.find_lacking_in(ctx, round_ids, provision.KIND)
    left_out = {award.nomination_id for award in found} & lacking
    found = [award for award in found if award.nomination_id not in lacking]
    for round_id in sorted(round_ids):
        people = [award.nomination_id for award in found if award.round_id == round_id]
        _note(ctx, rounds.get(ctx, round_id), "register", receiver, purpose, people)
    are_placed = states.are_kept(ctx, found)
    newest = states.find_newest(ctx, found) if are_placed else {}
    rows = [
        [
            str(number), award.name, award.title, register.name_category(ctx, award), str(award.year),
            award.number, award.unit_name, award.recommender.name, words.get(award.status, award.status),
            award.status_reason, _period(award), *(_state(newest.get(award.id)) if are_placed else ()),
        ]
        for number, award in enumerate(found, start=1)
    ]  # fmt: skip
    return _make("称号名册", (*REGISTER, *STATE) if are_placed else REGISTER, rows, len(left_out))


def print_ledger(ctx: Context, entry: Round, narrow: ledgers.Filter, *, receiver: str, purpose: str) -> bytes:
    """Return the entries of a round's ledger, as far as it is narrowed and the actor sees them.

    Whoever withdrew his consent to provision is left out, and counted below the entries.
    """
    found = ledgers.list_page(ctx, entry, narrow, limit=MOST + 1)
    _require_some(found)
    lacking = consents.find_lacking_in(ctx, {entry.id}, provision.KIND)
    left_out = {one.award.nomination_id for one in found} & lacking
    found = [one for one in found if one.award.nomination_id not in lacking]
    tracks = ledgers.tracks_of(ctx, entry)
    # a holder may not know of what a private track says of him
    people = [one.award.nomination_id for one in found if not tracks[one.track].private]
    _note(ctx, entry, "ledger", receiver, purpose, people)
    rows = [
        [
            str(number), one.award.name, one.award.unit.name, tracks[one.track].name, one.item,
            one.day.isoformat(), _day(one.ended_on), one.text, one.result, one.written_by, one.unit_name,
        ]
        for number, one in enumerate(found, start=1)
    ]  # fmt: skip
    name = tracks[narrow.track].name if narrow.track in tracks else "培育台账"
    return _make(name, LEDGER, rows, len(left_out))


def _require_some(found: Sequence[Award] | Sequence[FollowUp]) -> None:
    if not found:
        raise Invalid("没有可以导出的记录，请换个条件。")
    if len(found) > MOST:
        raise Invalid(f"一次最多导出 {MOST} 条，请先按年份、单位或类别缩小范围。")


def _note(
    ctx: Context, entry: Round, paper: str, receiver: str, purpose: str, people: Collection[int]
) -> None:
    exports.note_export(ctx, entry, paper, receiver=receiver, purpose=purpose, people=people)


def _make(title: str, columns: Sequence[tuple[str, int]], rows: list[list[str]], left_out: int) -> bytes:
    headings = [Column(key=heading, heading=heading, width=width) for heading, width in columns]
    notes = {title: [provision.LEFT_OUT.format(number=left_out)]} if left_out else {}
    return make_roster(
        RosterRecord(title=title, above="", columns=headings, sheets={title: rows}, notes=notes)
    )


def _period(award: Award) -> str:
    if award.valid_from is None or award.valid_until is None:
        return ""
    return f"{award.valid_from.isoformat()} 至 {award.valid_until.isoformat()}"


def _state(entry: FollowUp | None) -> tuple[str, str, str]:
    return (entry.result, entry.text, entry.day.isoformat()) if entry else ("", "", "")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
