"""Stamped scans: each is bound to the wording that was printed, as proof of what was handed in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, select

from service.documents.records import FormRecord, RosterRecord
from service.documents.uploads import check_attachment
from service.errors import Conflict, Forbidden, NotFound
from service.models import Nomination, PrintedPaper, Round, StampedScan, Unit
from service.programmes import wiring
from service.programmes.nomination import nominations
from service.programmes.paper import exports
from service.programmes.paper.validity import Validity
from service.workflow import history
from service.workflow.context import Context

PDF = ("application/pdf",)
CODE_LENGTH = 12  # hexadecimal digits on the paper: enough to tell wordings of one paper apart
MOST = 20  #: scans kept of one wording
_WHY_ANEW = {
    Validity.OUTDATED: "本单位报送的内容已有变动",
    Validity.WITHHELD: "有人撤回了处理或提供个人信息的同意",
}


@dataclass(frozen=True, kw_only=True)
class Version:
    """A wording that was printed, with the scans of it."""

    printed: PrintedPaper
    code: str
    scans: Sequence[StampedScan]
    validity: Validity = Validity.OUTDATED

    @property
    def is_current(self) -> bool:
        """Whether the paper would read the same today."""
        return self.validity is Validity.CURRENT

    @property
    def takes_scans(self) -> bool:
        """Whether its stamped scan may still come in: nobody has to print it anew."""
        return self.validity in (Validity.CURRENT, Validity.CHANGED)


def hash_words(words: FormRecord | RosterRecord) -> str:
    """Return the SHA-256 of all a paper says; its photo counts by its own hash.

    Neither the code nor the watermark counts: the first comes from it, the second is whose copy it is.
    """
    content = asdict(words)
    photo = content.pop("photo", None)
    content["photo"] = hashlib.sha256(photo).hexdigest() if photo else ""
    content.pop("code", None)
    content.pop("watermark", None)
    for word in ("notes", "signed_on"):  # one without reads as it did before papers had them
        if not content.get(word):
            content.pop(word, None)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def code_of(content_hash: str) -> str:
    """Return what stands at the foot of the paper: 3F2A-99C1-07AB."""
    head = content_hash[:CODE_LENGTH].upper()
    return "-".join(head[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def note_printed(
    ctx: Context,
    entry: Round,
    paper: str,
    content_hash: str,
    made_from: dict[str, Any],
    *,
    nomination: Nomination | None = None,
    recommender: Unit | None = None,
) -> PrintedPaper:
    """Keep that a wording was printed, of which forms and when; printed again, it is the same row."""
    query = _of(entry, nomination, recommender).where(
        PrintedPaper.paper == paper, PrintedPaper.content_hash == content_hash
    )
    found = ctx.session.scalars(query).first()
    if found is not None:
        found.made_from = made_from
        found.last_printed_at = ctx.now
        return found
    printed = PrintedPaper(
        round_id=entry.id,
        paper=paper,
        nomination_id=nomination.id if nomination else None,
        recommender_id=recommender.id if recommender else None,
        content_hash=content_hash,
        made_from=made_from,
        printed_by_id=ctx.actor.user_id,
        printed_at=ctx.now,
    )
    ctx.session.add(printed)
    ctx.session.flush()
    return printed


def list_of(
    ctx: Context,
    entry: Round,
    *,
    nomination: Nomination | None = None,
    recommender: Unit | None = None,
) -> list[Version]:
    """Return what was printed of a nomination or a unit's roster, whatever was printed last first."""
    newest = (PrintedPaper.last_printed_at.desc(), PrintedPaper.id.desc())
    rows = list(ctx.session.scalars(_of(entry, nomination, recommender).order_by(*newest)))
    query = select(StampedScan).where(StampedScan.printed_paper_id.in_([row.id for row in rows]))
    scans = list(ctx.session.scalars(query.order_by(StampedScan.id))) if rows else []
    return [
        Version(
            printed=row,
            code=code_of(row.content_hash),
            scans=[scan for scan in scans if scan.printed_paper_id == row.id],
        )
        for row in rows
    ]


def get_printed(ctx: Context, printed_id: int) -> PrintedPaper:
    """Return a printed paper the actor may handle; any other does not exist for him."""
    printed = ctx.session.get(PrintedPaper, printed_id)
    if printed is None or not _may_handle(ctx, printed):
        raise NotFound("没有这份打印件，或您无权查看。")
    return printed


def select_stamped(versions: Sequence[Version]) -> list[Version]:
    """Return the stamped version of each paper that goes with the others: the current one, else the newest.

    None of a paper that lists somebody who took a consent back since.
    """
    chosen: dict[str, Version] = {}
    for version in versions:  # newest first
        if version.scans and version.validity is not Validity.WITHHELD:
            known = chosen.setdefault(version.printed.paper, version)
            if version.is_current and not known.is_current:
                chosen[version.printed.paper] = version
    return list(chosen.values())


def attach(ctx: Context, version: Version, filename: str, data: bytes) -> StampedScan:
    """Keep the scan of a printed paper, however late it comes.

    Refused when its unit handed in otherwise since, or somebody on it took a consent back.
    """
    printed = version.printed
    if not _may_handle(ctx, printed):
        raise Forbidden("这份材料不由您盖章上传。")
    if not version.takes_scans:
        why = _WHY_ANEW[version.validity]
        raise Conflict(f"打印版本 {version.code} 之后{why}，请重新打印、盖章后再上传。")
    info = check_attachment(data, filename, PDF)
    query = select(StampedScan.id).where(StampedScan.printed_paper_id == printed.id)
    if len(ctx.session.scalars(query).all()) >= MOST:
        raise Conflict(f"同一份打印件最多保留 {MOST} 份扫描件。")
    scan = StampedScan(
        printed_paper_id=printed.id,
        filename=info.name,
        size=len(info.data),
        sha256=wiring.storage_of(ctx).write(info.data, ctx.now),
        uploaded_by_id=ctx.actor.user_id,
        uploaded_at=ctx.now,
    )
    ctx.session.add(scan)
    ctx.session.flush()
    history.record_in(
        ctx, f"round:{printed.round_id}", "paper.stamped", round_id=printed.round_id, paper=printed.paper,
        printed=printed.content_hash, scan=scan.sha256, nomination=printed.nomination_id,
    )  # fmt: skip
    return scan


def get_visible(ctx: Context, scan_id: int) -> tuple[StampedScan, int, dict[str, Any]]:
    """Return a scan the actor may handle, its round, and what the note of a download says it is of."""
    scan = ctx.session.get(StampedScan, scan_id)
    if scan is None:
        raise NotFound("没有这份扫描件，或您无权查看。")
    printed = get_printed(ctx, scan.printed_paper_id)
    unit = ctx.session.get(Unit, printed.recommender_id) if printed.recommender_id else None
    of_whom: dict[str, Any] = {"nomination": printed.nomination_id}
    about = of_whom if printed.nomination_id else {"unit": unit.code if unit else ""}
    return scan, printed.round_id, {"paper": printed.paper, **about}


def read(ctx: Context, scan: StampedScan) -> bytes:
    """Return the bytes of a scan; whoever gives them out notes for whom and what for."""
    return wiring.storage_of(ctx).read(scan.sha256)


def _may_handle(ctx: Context, printed: PrintedPaper) -> bool:
    if printed.nomination_id is not None:
        nomination = ctx.session.get_one(Nomination, printed.nomination_id)
        return nominations.may_see(ctx, nomination) and exports.may_print_in_full(ctx, nomination)
    entry = ctx.session.get_one(Round, printed.round_id)
    unit = ctx.session.get(Unit, printed.recommender_id) if printed.recommender_id else None
    return exports.may_read_in_full(ctx, entry, unit)


def _of(entry: Round, nomination: Nomination | None, recommender: Unit | None) -> Select[PrintedPaper]:
    if nomination is not None:
        return select(PrintedPaper).where(PrintedPaper.nomination_id == nomination.id)
    unit = (
        PrintedPaper.recommender_id == recommender.id
        if recommender
        else PrintedPaper.recommender_id.is_(None)
    )
    return select(PrintedPaper).where(
        PrintedPaper.round_id == entry.id, PrintedPaper.nomination_id.is_(None), unit
    )
