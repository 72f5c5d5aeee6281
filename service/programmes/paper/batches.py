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

from service.documents.spreadsheets import FORMULA_START
from service.errors import NotFound
from service.models import Nomination, Round, Unit
from service.programmes import wiring
from service.programmes.nomination import attachments
from service.programmes.pack.paper import NOMINATION, QUOTAS, ROSTER, Paper
from service.programmes.paper import (
    forms,
    official,
    review_papers,
    rosters,
    scans,
)
from service.programmes.paper.batch_parts import Part, list_parts, list_stamped
from service.programmes.paper.scans import Version
from service.programmes.paper.validity import Validity
from service.programmes.privacy import quarantine
from service.programmes.privacy.disclosures import Use
from service.workflow.context import Context

IN_MEMORY = 16_000_000  #: bytes; a larger part lies on the disk until it is sent
MANIFEST = "清单.csv"
MANIFEST_OF_PART = "清单 第{number}部分（共{of}部分）.csv"
HEADER = ("文件", "内容", "姓名", "字节", "SHA-256")
_NO_FILE_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_HELD = f"{quarantine.HELD}。\r\n".encode("utf-8-sig")  #: in the place of a file that waits for its clearance
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same papers make the same file
#: what the manifest adds of a scan, by how its wording stands
_STANDS = {
    Validity.CHANGED: "；此后有变动",
    Validity.OUTDATED: "；此后本单位报送的内容有变动，须重新盖章",
}
Made = tuple[str, str, str, bytes]  #: a paper's name in the batch, what it is, who it is about, and its bytes


def make_batch(
    ctx: Context,
    entry: Round,
    recommender: Unit | None,
    *,
    files: bool = False,
    part: int = 1,
    use: Use | None = None,
) -> IO[bytes]:
    """Return rosters, forms, official papers and stamped scans as a .zip; its manifest has sizes and SHA-256.

    With ``files`` the photos and other files handed in are in it too. A large one comes in parts, of which
    the first has the papers of all. Whoever withdrew his consent to provision is in none of it. Whoever
    sends the file closes it.
    """
    parts = list_parts(ctx, entry, recommender, files=files)
    if not 1 <= part <= len(parts):
        raise NotFound(f"全套材料共 {len(parts)} 个部分，没有第 {part} 部分，请刷新页面后再选。")
    chosen = parts[part - 1]
    with ExitStack() as undo:
        out: IO[bytes] = undo.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))
        with zipfile.ZipFile(out, "w") as package:
            rows = [
                _write(package, *paper, zipfile.ZIP_DEFLATED)
                for paper in _papers(ctx, entry, recommender, chosen, use)
            ]
            rows += [
                _write(package, *paper, zipfile.ZIP_DEFLATED)
                for paper in _disqualifications(ctx, chosen.lost)
            ]
            handed_in = _files(ctx, entry, chosen.people if files else ())
            rows += [_write(package, *file, zipfile.ZIP_STORED) for file in handed_in]
            name = MANIFEST if chosen.of == 1 else MANIFEST_OF_PART.format(number=part, of=chosen.of)
            package.writestr(_describe(name, zipfile.ZIP_DEFLATED), _manifest(rows))
        out.seek(0)
        undo.pop_all()
    return out


def _papers(
    ctx: Context, entry: Round, recommender: Unit | None, part: Part, use: Use | None
) -> Iterator[Made]:
    """Yield the papers of a part."""
    if part.is_first:
        yield from _of_all(ctx, entry, recommender, use)
    for paper in wiring.pack_of(ctx, entry).programme.papers_of(NOMINATION):
        for number, nomination in part.people:
            name = f"{_title(paper)}/{number:03d} {_plain(nomination.name)}.docx"
            yield name, paper.title, nomination.name, forms.print_form(ctx, nomination, paper.key, use)
    if part.is_first:
        yield from _stamped_rosters(ctx, entry, recommender)
    for number, nomination in part.people:
        for version in scans.select_stamped(forms.list_versions(ctx, nomination)):
            name = f"盖章扫描件/{number:03d} {_plain(nomination.name)} {version.code}.pdf"
            yield name, _tell(version, "盖章扫描件"), nomination.name, scans.read(ctx, version.scans[-1])


def _of_all(ctx: Context, entry: Round, recommender: Unit | None, use: Use | None) -> Iterator[Made]:
    """Yield the papers that are about everybody: quotas, rosters, what was published, the review's."""
    programme = wiring.pack_of(ctx, entry).programme
    for paper in programme.papers_of(QUOTAS):
        yield f"{_title(paper)}.xlsx", paper.title, "", rosters.print_quotas(ctx, entry)
    for paper in programme.papers_of(ROSTER):
        for kind in rosters.FORMATS:
            data = rosters.print_roster(ctx, entry, recommender, form=kind, key=paper.key, use=use)
            yield f"{_title(paper)}.{kind}", paper.title, "", data
    for one in official.list_printable(ctx, entry):
        yield f"{one.name}.docx", one.title, "", official.print_notice(ctx, entry, one)
    if recommender is None:
        yield from _review(ctx, entry)


def _stamped_rosters(ctx: Context, entry: Round, recommender: Unit | None) -> Iterator[Made]:
    """Yield the newest scans of rosters: a unit's, and its workplaces' own."""
    papers = wiring.pack_of(ctx, entry).programme.papers
    for unit, version in list_stamped(ctx, entry, recommender):
        paper = papers.get(version.printed.paper)
        title = paper.title if paper else version.printed.paper
        name = _plain(f"{_title(paper) if paper else title} {unit.name if unit else entry.organiser.name}")
        what = _tell(version, f"盖章扫描件 {title}")
        yield f"盖章扫描件/{name} {version.code}.pdf", what, "", scans.read(ctx, version.scans[-1])


def _tell(version: Version, what: str) -> str:
    """Say what a scan is of, and whether its paper reads otherwise by now."""
    return f"{what} {version.code}（{version.scans[-1].filename}）{_STANDS.get(version.validity, '')}"


def _disqualifications(ctx: Context, lost: Sequence[tuple[int, Nomination]]) -> Iterator[Made]:
    """Yield the notice to each who lost his place."""
    for number, nomination in lost:
        name = f"取消资格通知/{number:03d} {_plain(nomination.name)}.docx"
        yield name, "取消资格通知", nomination.name, official.print_disqualification(ctx, nomination)


def _review(ctx: Context, entry: Round) -> Iterator[Made]:
    """Yield the papers of the review, to whoever may look at it."""
    for paper in review_papers.list_ready(ctx, entry):
        for kind in review_papers.FORMATS:
            data = review_papers.print_paper(ctx, entry, paper.key, form=kind)
            yield f"评审材料/{_title(paper)}.{kind}", paper.title, "", data


def _files(ctx: Context, entry: Round, people: Sequence[tuple[int, Nomination]]) -> Iterator[Made]:
    """Yield the files of each nomination, in a folder a person."""
    slots, storage = wiring.pack_of(ctx, entry).programme.slots, wiring.storage_of(ctx)
    for number, nomination in people:
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
