"""All papers of a recommending unit, or of a round, in one .zip with a manifest of names and hashes."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO

from sqlalchemy import func, select

from service.documents.spreadsheets import FORMULA_START
from service.errors import Conflict, Forbidden
from service.models import Attachment, Nomination, NoticeKind, Round, Unit
from service.programmes import wiring
from service.programmes.nomination import attachments
from service.programmes.pack.paper import (
    ANNOUNCEMENT,
    DISQUALIFICATION,
    NOMINATION,
    PUBLICATION,
    QUOTAS,
    ROSTER,
    Paper,
)
from service.programmes.paper import (
    exports,
    forms,
    official,
    review_papers,
    rosters,
    scans,
    workplace_rosters,
)
from service.programmes.privacy import provision, quarantine
from service.programmes.publication import notices
from service.programmes.round import quotas
from service.workflow.context import Context

MOST = 200  #: nominations in one batch: each form takes some 50 ms to set
MOST_MEGABYTES = 1000  #: of photos and other files in one batch
IN_MEMORY = 16_000_000  #: bytes; a larger batch lies on the disk until it is sent
MANIFEST = "清单.csv"
HEADER = ("文件", "内容", "姓名", "字节", "SHA-256")
_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_HELD = f"{quarantine.HELD}。\r\n".encode("utf-8-sig")  #: in the place of a file that waits for its clearance
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same papers make the same file


def make_batch(ctx: Context, entry: Round, recommender: Unit | None, *, files: bool = False) -> IO[bytes]:
    """Return rosters, forms, official papers and stamped scans as a .zip; its manifest has sizes and SHA-256.

    With ``files`` the photos and other files handed in are in it too. Refused above ``MOST`` nominations or
    ``MOST_MEGABYTES`` of files: the units' batches are taken one by one. Whoever withdrew his consent to
    provision is in none of it. Whoever sends the file closes it.
    """
    if not exports.may_export_roster(ctx, entry, recommender):
        raise Forbidden("只有主办单位和推荐单位自己可以导出全套材料。")
    if recommender is not None:
        rosters.require_recommender(ctx, entry, recommender, "全套材料")
    people, _left_out = provision.divide(ctx, rosters.list_handed_in(ctx, entry, recommender))
    lost = _list_lost(ctx, entry, recommender)
    if len(people) + len(lost) > MOST:
        raise Conflict(f"共 {len(people) + len(lost)} 份申报，一次最多打包 {MOST} 份，请按推荐单位分别打包。")
    if files:
        if not exports.may_read_in_full(ctx, entry, recommender):
            raise Forbidden("照片和附件只给可以看到完整号码的单位，请不含照片和附件再导出。")
        _require_room(ctx, people)
    with ExitStack() as undo:
        out: IO[bytes] = undo.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))
        with zipfile.ZipFile(out, "w") as package:
            rows = [
                _write(package, *paper, zipfile.ZIP_DEFLATED)
                for paper in _papers(ctx, entry, recommender, people)
            ]
            notes = _disqualifications(ctx, lost)
            rows += [_write(package, *paper, zipfile.ZIP_DEFLATED) for paper in notes]
            handed_in = _files(ctx, entry, people if files else ())
            rows += [_write(package, *file, zipfile.ZIP_STORED) for file in handed_in]
            package.writestr(_describe(MANIFEST, zipfile.ZIP_DEFLATED), _manifest(rows))
        out.seek(0)
        undo.pop_all()
    return out


def _require_room(ctx: Context, people: Sequence[Nomination]) -> None:
    query = select(func.sum(Attachment.size)).where(Attachment.nomination_id.in_([one.id for one in people]))
    megabytes = (ctx.session.scalar(query) or 0) // 1_000_000
    if megabytes > MOST_MEGABYTES:
        raise Conflict(
            f"照片和附件共 {megabytes} MB，一次最多打包 {MOST_MEGABYTES} MB，请按推荐单位分别打包，"
            "或不含照片和附件。"
        )


def _papers(
    ctx: Context, entry: Round, recommender: Unit | None, people: Sequence[Nomination]
) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield each paper's name in the batch, what it is, who it is about, and its bytes."""
    pack = wiring.pack_of(ctx, entry)
    programme = pack.programme
    for paper in programme.papers_of(QUOTAS):
        yield f"{_title(paper)}.xlsx", paper.title, "", rosters.print_quotas(ctx, entry)
    for paper in programme.papers_of(ROSTER):
        for kind in rosters.FORMATS:
            data = rosters.print_roster(ctx, entry, recommender, form=kind, key=paper.key)
            yield f"{_title(paper)}.{kind}", paper.title, "", data
    published = ((PUBLICATION, NoticeKind.CANDIDATES, "公示"), (ANNOUNCEMENT, NoticeKind.AWARDS, "公布"))
    for kind, notice, word in published:
        if official.has(pack, kind) and notices.find_newest(ctx, entry, notice) is not None:
            yield f"{word}.docx", word, "", official.print_notice(ctx, entry, kind)
    yield from _review(ctx, entry) if recommender is None else ()
    for paper in programme.papers_of(NOMINATION):
        for number, nomination in enumerate(people, start=1):
            name = f"{_title(paper)}/{number:03d} {_plain(nomination.name)}.docx"
            yield name, paper.title, nomination.name, forms.print_form(ctx, nomination, paper.key)
    yield from _stamped_rosters(ctx, entry, recommender, people)
    for number, nomination in enumerate(people, start=1):
        for version in forms.list_versions(ctx, nomination):
            if version.is_current and version.scans:
                scan = version.scans[-1]
                name = f"盖章扫描件/{number:03d} {_plain(nomination.name)} {version.code}.pdf"
                yield (
                    name,
                    f"盖章扫描件 {version.code}（{scan.filename}）",
                    nomination.name,
                    scans.read(ctx, scan),
                )


def _stamped_rosters(
    ctx: Context, entry: Round, recommender: Unit | None, people: Sequence[Nomination]
) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield the scans of rosters that still stand as `_papers` does: a unit's, and its workplaces' own."""
    papers = wiring.pack_of(ctx, entry).programme.papers
    workplaces = workplace_rosters.list_printed(ctx, entry)
    units: list[Unit | None] = [None, *quotas.units_with_places(ctx, entry), *workplaces]
    if recommender is not None:
        here = {person.unit_id for person in people}
        units = [recommender, *(unit for unit in workplaces if unit.id in here)]
    for unit in units:
        for version in rosters.list_versions(ctx, entry, unit):
            if version.is_current and version.scans:
                scan, paper = version.scans[-1], papers[version.printed.paper]
                name = _plain(f"{_title(paper)} {unit.name if unit else entry.organiser.name}")
                what = f"盖章扫描件 {paper.title} {version.code}（{scan.filename}）"
                yield f"盖章扫描件/{name} {version.code}.pdf", what, "", scans.read(ctx, scan)


def _list_lost(ctx: Context, entry: Round, recommender: Unit | None) -> list[Nomination]:
    """Return who lost his place and is told so on a paper; who withdrew his consent is in no batch."""
    if not official.has(wiring.pack_of(ctx, entry), DISQUALIFICATION):
        return []
    query = select(Nomination).where(Nomination.round_id == entry.id, Nomination.status.in_(official.LOST))
    if recommender is not None:
        query = query.where(Nomination.recommender_id == recommender.id)
    return provision.divide(ctx, list(ctx.session.scalars(query.order_by(Nomination.id))))[0]


def _disqualifications(ctx: Context, lost: Sequence[Nomination]) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield the notice to each who lost his place as `_papers` does."""
    for number, nomination in enumerate(lost, start=1):
        name = f"取消资格通知/{number:03d} {_plain(nomination.name)}.docx"
        yield name, "取消资格通知", nomination.name, official.print_disqualification(ctx, nomination)


def _review(ctx: Context, entry: Round) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield the papers of the review as `_papers` does, to whoever may look at it."""
    for paper in review_papers.list_ready(ctx, entry):
        for kind in review_papers.FORMATS:
            data = review_papers.print_paper(ctx, entry, paper.key, form=kind)
            yield f"评审材料/{_title(paper)}.{kind}", paper.title, "", data


def _files(ctx: Context, entry: Round, people: Sequence[Nomination]) -> Iterator[tuple[str, str, str, bytes]]:
    """Yield the files of each nomination as `_papers` does, in a folder a person."""
    slots, storage = wiring.pack_of(ctx, entry).programme.slots, wiring.storage_of(ctx)
    for number, nomination in enumerate(people, start=1):
        files = attachments.list_of(ctx, nomination)
        held = quarantine.find_held(ctx, nomination, files)
        for place, file in enumerate(files, start=1):
            what = slots[file.slot].name if file.slot in slots else file.slot
            name = f"{place} {_plain(what)} {_plain(file.filename)}"
            folder = f"照片和附件/{number:03d} {_plain(nomination.name)}"
            if file.id in held:
                yield f"{folder}/{name}.txt", f"{what}（{quarantine.HELD}）", nomination.name, _HELD
            else:
                yield f"{folder}/{name}", what, nomination.name, storage.read(file.sha256)


def _title(paper: Paper) -> str:
    return _plain(f"附件{paper.annex} {paper.title}" if paper.annex else paper.title)


def _plain(text: str) -> str:
    """Return a text as a name that no system refuses and that leads nowhere."""
    return _NO_FILE_NAME.sub(" ", text).strip(". ")[:60] or "未命名"


def _manifest(rows: list[tuple[str, str, str, str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    # a name that a spreadsheet would take for a formula begins with an apostrophe
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_START) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _write(
    package: zipfile.ZipFile, name: str, what: str, who: str, data: bytes, how: int
) -> tuple[str, str, str, str, str]:
    """Put a file into the batch and return its row of the manifest."""
    package.writestr(_describe(name, how), data)
    return name, what, who, str(len(data)), hashlib.sha256(data).hexdigest()


def _describe(name: str, how: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = how
    return entry
